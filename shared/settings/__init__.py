"""The environment, read once and checked."""

from shared.settings.limits import FileLimits
from shared.settings.model_settings import ModelSettings, endpoint_forgotten, suffix_of
from shared.settings.names import kind_meant
from shared.settings.settings import Settings
