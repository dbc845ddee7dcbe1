"""The one path of a file, from the event to its document."""

from shared.processing.beside import RecipeSidecars
from shared.processing.budget import Budget, billionths
from shared.processing.claim_handle import ClaimHandle
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.clock import Clock, Deadline, ServerClock
from shared.processing.cooldowns import Cooldowns
from shared.processing.event_receiver import EventReceiver, send_jobs
from shared.processing.incoming_events import file_events
from shared.processing.jobs import Job, job_of
from shared.processing.kept import KeptAnswers
from shared.processing.planning import RecipePlanner
from shared.processing.preparing import MAX_AT_ONCE, MediaPreparer, Prepared, Preparer
from shared.processing.processor import Processor
from shared.processing.publisher import ResultPublisher
from shared.processing.retry import RetryLater, RetryPolicy, took_too_long
from shared.processing.services import Services
