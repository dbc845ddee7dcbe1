"""What was asked and answered, about which part of a file. It is kept in this form until there is a document."""

from dataclasses import dataclass, field

from shared.models.chat import ChatAnswer, Usage


@dataclass(frozen=True)
class Extent:
    """Which part of a file a piece is.

    Attributes:
        start: seconds from the beginning of a recording; None for pages.
        end: as `start`.
        first_page: 1 for the first of a document; None for a recording.
        last_page: as `first_page`.
        overlaps: whether its beginning is the end of the piece before, too.
        is_second_try: whether the answer about a larger piece was doubted.
    """

    start: float | None = None
    end: float | None = None
    first_page: int | None = None
    last_page: int | None = None
    overlaps: bool = False
    is_second_try: bool = False

    @property
    def pages(self) -> str:
        """`Page 3`, or `Pages 3 to 5`."""
        if self.first_page == self.last_page:
            return f"Page {self.first_page}"
        return f"Pages {self.first_page} to {self.last_page}"

    @property
    def told(self) -> str:
        """The part, for people."""
        if self.start is None:
            return self.pages
        return f"Seconds {self.start:g} to {self.end:g}"


@dataclass(frozen=True)
class Exchange:
    """What was asked of which deployment, and what came back.

    Attributes:
        deployment: the name of the deployment.
        prompt: what the user said.
        empty: the answers that said nothing, before the same was asked again; they were paid for too.
        extent: the part of the file that it is about.
        is_set_aside: whether the answer is not used, because smaller pieces were asked about instead.
        parts: what this one was joined of, in the order in which it was asked.
    """

    deployment: str
    prompt: str
    answer: ChatAnswer
    empty: tuple[ChatAnswer, ...] = ()
    extent: Extent = field(default_factory=Extent)
    is_set_aside: bool = False
    parts: tuple["Exchange", ...] = ()

    @property
    def answers(self) -> tuple[ChatAnswer, ...]:
        """All that came back from the service, in order."""
        if self.parts:
            return tuple(answer for part in self.parts for answer in part.answers)
        return (*self.empty, self.answer)

    @property
    def usages(self) -> tuple[Usage | None, ...]:
        """What each call cost."""
        return tuple(each.usage for each in self.answers)

    @property
    def is_complete(self) -> bool:
        """Whether the model said all that it would, and did not decline."""
        return self.answer.finish_reason != "length" and not self.answer.refusal
