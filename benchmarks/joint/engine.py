"""The joint engine on one rung of the ladder, in a process of its own, and a what-if on it.

    python -m benchmarks.joint.engine plan|what-if SIZE SEED SCALE LIMIT GAP THREADS     SCALE is 0 or 1

Prints a line of JSON when a clock starts, with each better verified plan or bound, and at the end, in the
plan's own sense. The clock runs over the whole of `lynchpin.plan`: checking, compiling and building count,
reading does not.

A what-if plans the rung, changes one duty and one price of it, and plans the changed study twice: from
scratch, and from the plan before. The duty is the highest general one on cars, which is halved; the price is
that of the offer that turns over most, which falls by a twentieth.
"""

import json
import sys
from time import perf_counter
from typing import Any

import polars as pl

import lynchpin
from lynchpin.errors import SolveError
from lynchpin.solve.progress import PlanProgress
from lynchpin.study.ladder import ladder
from lynchpin.study.study import Study

CARS = "8703"


def planned(study: Study, run: str, options: dict[str, Any], start: Any = None) -> Any:
    """Plan a study by the split method and print how it went; return the plan, None where there is none."""
    began = perf_counter()

    def say(event: str, **facts: Any) -> None:
        line = {"event": event, "run": run, "seconds": perf_counter() - began, **facts}
        print(json.dumps(line), flush=True)

    def listen(news: PlanProgress) -> None:
        nonlocal told
        if (news.objective, news.bound) != told:
            told = (news.objective, news.bound)
            say("point", primal=news.objective, dual=news.bound)

    told: tuple[float | None, float | None] = (None, None)
    say("start")
    try:
        plan = lynchpin.plan(
            study, method="split", references=False, on_progress=listen, start=start, **options
        )
    except SolveError as error:
        say("end", status=str(error), primal=None, dual=None)
        return None
    info = plan.info
    facts = {"verified": info.verified, "bound_from": info.bound_from, "phases": dict(info.phases)}
    say("end", status=info.status, primal=info.objective, dual=info.bound, **facts)
    return plan


def changed(study: Study) -> Study:
    """Return a study with one duty and one price changed."""
    tariffs, offers = study.tables["tariffs"], study.tables["offers"]
    general = tariffs.with_row_index("row").filter(
        (pl.col("hs") == CARS) & (pl.col("exporter") == "*") & (pl.col("ad_valorem") > 0)
    )
    duty = general.sort("ad_valorem", "row", descending=[True, False])["row"][0]
    turnover = offers.select((pl.col("price") * pl.col("base_sales")).fill_null(0.0)).to_series()
    return study.replace(
        tariffs=_with(tariffs, "ad_valorem", duty, 0.5),
        offers=_with(offers, "price", int(turnover.arg_max() or 0), 0.95),
    )


def _with(table: pl.DataFrame, column: str, row: int, factor: float) -> pl.DataFrame:
    here = pl.int_range(pl.len()) == row
    return table.with_columns(pl.when(here).then(pl.col(column) * factor).otherwise(pl.col(column)))


def main() -> None:
    """Make the rung and plan it."""
    what, size, seed, scale, limit, gap, threads = sys.argv[1:]
    study = ladder(int(size), seed=int(seed), scale=bool(int(scale)))
    options = {"time_limit": float(limit), "gap": float(gap), "threads": int(threads)}
    if what == "plan":
        planned(study, "plan", options)
        return
    before = planned(study, "before", options)
    if before is not None:
        planned(changed(study), "scratch", options)
        planned(changed(study), "start", options, start=before)


if __name__ == "__main__":
    main()
