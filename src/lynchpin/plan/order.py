"""What is asked of a planner."""

from dataclasses import dataclass

from lynchpin.plan.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be planned: the scope of sharing, or today's structure, in which scenario."""

    sharing: str = "alliance"
    as_is: bool = False
    scenario: str | None = None

    @property
    def name(self) -> str:
        """Return the question in a word or two, for progress."""
        scope = "as-is" if self.as_is else self.sharing
        return f"{scope} in {self.scenario}" if self.scenario else scope


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one run makes: the main question, whether to plan its references, and scenarios to plan too.

    start  a plan to begin from, of this study or of one like it; its references begin those of this run
    """

    question: Question
    references: bool = True
    what_if: tuple[str, ...] = ()
    start: Plan | None = None
