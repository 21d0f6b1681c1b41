"""How a problem is solved: limits, precision and method, checked when they are made."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from lynchpin.errors import OptionError

Settings = dict[str, bool | int | float | str]
Method = Literal["choose", "simplex", "ipm", "pdhg"]

HIGHEST_THREADS = 512  # what HiGHS accepts
HIGHEST_SEED = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """Limits, precision and method of one solve.

    time_limit  seconds from the call, more than nought; None for no limit
    nodes       nodes of a mixed-integer search after which it ends, 1 or more; None for no limit
    gap         relative distance of solution and bound that counts as solved, from 0 to below 1
    close       distance of solution and bound, in units of the objective, that counts as solved too
    heuristics  whether a mixed-integer search looks for solutions apart from its tree
    threads     at most this many threads
    seed        start of the solver's random numbers: equal options give equal answers
    method      for a linear problem: `simplex`, `ipm` (interior point), `pdhg` (first-order steps, which end
                at a rough point and prove a bound) or `choose`
    crossover   whether interior point goes on to a basic solution; without, duals come sooner and less exact
    presolve    whether the problem is reduced before it is solved

    Raises OptionError for a value out of range.
    """

    time_limit: float | None = None
    nodes: int | None = None
    gap: float = 1e-4
    close: float = 1e-6
    heuristics: bool = True
    threads: int = 1
    seed: int = 0
    method: Method = "choose"
    crossover: bool = True
    presolve: bool = True

    def __post_init__(self) -> None:
        limit, methods = self.time_limit, get_args(Method)
        _require(
            "time_limit",
            limit,
            limit is None or (_is_number(limit) and 0 < limit < math.inf),
            "Give seconds above 0, or None for no limit.",
        )
        share = _is_number(self.gap) and 0 <= self.gap < 1
        _require("gap", self.gap, share, "Give a share from 0 to below 1: 0.01 is one per cent.")
        counts = [("threads", 1, HIGHEST_THREADS), ("seed", 0, HIGHEST_SEED)]
        counts += [] if self.nodes is None else [("nodes", 1, HIGHEST_SEED)]
        for name, lowest, highest in counts:
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest
            _require(name, value, whole, f"Give a whole number from {lowest} to {highest}.")
        _require("method", self.method, self.method in methods, f"Choose one of {', '.join(methods)}.")
        near = _is_number(self.close) and 0 <= self.close < math.inf
        _require("close", self.close, near, "Give a distance of 0 or more.")
        for name in ("crossover", "presolve", "heuristics"):
            value = getattr(self, name)
            _require(name, value, isinstance(value, bool), "Give True or False.")

    def settings(self, *, mixed_integer: bool) -> Settings:
        """Return these as HiGHS options, all but the time limit and the threads.

        The method is left out of a mixed-integer problem: given one, HiGHS drops the integrality.
        """
        chosen: Settings = {
            "output_flag": False,
            "random_seed": self.seed,
            "presolve": "choose" if self.presolve else "off",
            "run_crossover": "on" if self.crossover else "off",
        }
        if not mixed_integer:
            return chosen | {"solver": self.method}
        quiet: Settings = {} if self.heuristics else {"mip_heuristic_effort": 0.0}
        if self.nodes is not None:
            quiet["mip_max_nodes"] = self.nodes
        return chosen | {"mip_rel_gap": float(self.gap), "mip_abs_gap": float(self.close)} | quiet


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require(name: str, value: object, holds: bool, cure: str) -> None:
    if not holds:
        raise OptionError("this option is out of its range", thing=name, value=value, cure=cure)
