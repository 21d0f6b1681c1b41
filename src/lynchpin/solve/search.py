"""The search for the best plan of an instance, by the method that was asked for.

aggregate   the aggregate form whole, then what is left by the yearly form
split       the aggregate form taken apart along families, see `split`; then the same
yearly      the yearly form whole
"""

import linopy

from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import StopSignal
from lynchpin.solve.forms import Form
from lynchpin.solve.own import own_rows
from lynchpin.solve.progress import OnPlanProgress
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split import Split
from lynchpin.solve.standing import Judge, Outcome, Standing
from lynchpin.solve.valuation import Valuation
from lynchpin.solve.whole import Whole


class Search:
    """A search for the best plan of an instance.

    judge        says what a candidate is worth; the search keeps the best value
    on_progress  told where the search stands
    stop         when set, the search ends with what it has
    model        the yearly form with rows of one's own; it is then solved whole
    """

    def __init__(
        self,
        instance: Instance,
        *,
        options: SearchOptions,
        judge: Judge,
        clock: Clock,
        on_progress: OnPlanProgress,
        stop: StopSignal | None = None,
        model: linopy.Model | None = None,
    ) -> None:
        self._instance, self._options, self._clock = instance, options, clock
        with clock.phase("build"):
            built = build(instance, form="yearly")
            self._yearly = Form.of(built, "yearly", own=None if model is None else own_rows(built, model))
        self._method = "yearly" if model is not None else options.method
        self.standing = Standing(
            Valuation(instance, self._yearly),
            options=options,
            judge=judge,
            clock=clock,
            on_progress=on_progress,
            stop=stop,
        )

    def run(self) -> Outcome:
        """Search until the gap is closed, nothing is left to do, or a limit or a stop ends it."""
        whole = Whole(self._instance, options=self._options, clock=self._clock, standing=self.standing)
        if self._method != "yearly":
            with self._clock.phase("build"):
                aggregate = Form.aggregate(self._instance)
            if self._method == "split":
                Split(
                    self._instance, aggregate, options=self._options, clock=self._clock, standing=self.standing
                ).run()
            if not self.standing.finished:
                whole.run(aggregate)
        if not self.standing.finished:
            whole.run(self._yearly)
        return self.standing.outcome()
