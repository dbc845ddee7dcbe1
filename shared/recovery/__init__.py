"""Files that fell out of the path."""

from shared.recovery.dead_letters import DeadLetters
from shared.recovery.poison import PoisonHandler
from shared.recovery.progress import ScanProgress
from shared.recovery.reconciler import Reconciler
from shared.recovery.retirement import tell_retirements
