"""Which tier of a chat model is asked: a cheaper one while a file may wait, then the standard one."""

from datetime import datetime, timedelta

from shared.media import InputFile
from shared.processing.claims import Progress
from shared.recipes import Recipe, Tier


class TierChoice:
    """What the recipe of a file says of it. All that it needs is durable: nothing is noted for it."""

    def __init__(self, recipe: Recipe, file: InputFile) -> None:
        self._wanted = recipe.tier
        self._until = file.modified + timedelta(hours=recipe.flex_hours)

    def tier(self, progress: Progress, now: datetime) -> Tier:
        """The tier to ask now: after a call that may have been billed in vain no other is risked at the slower one."""
        return self._wanted if now < self._until and not progress.asked else None

    def capped(self, seconds: float, tier: Tier, now: datetime) -> float:
        """So long, but no longer than until another tier is asked."""
        return min(seconds, max(0.0, (self._until - now).total_seconds())) if tier else seconds
