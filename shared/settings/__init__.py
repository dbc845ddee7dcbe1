"""The environment, read once and checked."""

from shared.settings.agreement import contradictions, without_effect
from shared.settings.limits import FileLimits
from shared.settings.model_settings import ModelSettings, endpoint_forgotten, suffix_of
from shared.settings.settings import Settings
