"""How a plan is searched for, checked when it is made."""

from concurrent.futures import Executor
from dataclasses import dataclass, field

from lynchpin.errors import OptionError
from lynchpin.solve.options import SolveOptions

METHODS = ("auto", "aggregate", "split", "yearly")


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """How a plan is searched for.

    method         aggregate, split or yearly; auto: aggregate where the model is small, else split
    time_limit     seconds for the search, None for no limit
    gap            proven relative gap at which to stop
    threads        of the solver; the split method runs as many processes of one thread each
    seed           of everything random
    deterministic  whether nothing but the study, these options and the versions may decide the plan
    executor       where the split method solves its tasks; None: in processes of its own

    Raises OptionError for a value out of range.
    """

    method: str = "auto"
    time_limit: float | None = 300.0
    gap: float = 0.005
    threads: int = 2
    seed: int = 0
    deterministic: bool = False
    executor: Executor | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise OptionError(
                "is no method",
                thing="method",
                value=self.method,
                cure=f"Use {', '.join(METHODS[:-1])} or {METHODS[-1]}.",
            )
        self.solve_options(time_limit=self.time_limit)

    def solve_options(self, *, time_limit: float | None, gap: float | None = None) -> SolveOptions:
        """Return these as options of one solve."""
        return SolveOptions(
            time_limit=time_limit,
            gap=self.gap if gap is None else gap,
            threads=1 if self.deterministic else self.threads,
            seed=self.seed,
        )
