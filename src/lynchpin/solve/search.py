"""The search for the best plan of an instance, by the method that was asked for.

aggregate   the aggregate form whole, then what is left by the yearly form
split       the aggregate form taken apart along families, see `split`; then the same
yearly      the yearly form whole
auto        aggregate where the yearly form has at most `SMALL` columns, else split
"""

import linopy

from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import StopSignal
from lynchpin.solve.forms import Form
from lynchpin.solve.own import own_rows
from lynchpin.solve.own_blame import blamed
from lynchpin.solve.progress import OnPlanProgress
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split import Split
from lynchpin.solve.standing import Enough, Judge, Outcome, Standing
from lynchpin.solve.start import Start, begin
from lynchpin.solve.valuation import Valuation
from lynchpin.solve.whole import Whole

SMALL = 10_000  # columns of the yearly form up to which the aggregate form is as quick as a whole


class Search:
    """A search for the best plan of an instance.

    judge        says what a candidate is worth; the search keeps the best value
    on_progress  told where the search stands
    stop         when set, the search ends with what it has
    model        the yearly form with rows of one's own, which every plan keeps, see `own_lifting`
    start        a structure to begin from: the first candidate, completed where it must be

    began        whether the start became a plan; None without one, or before it was tried
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
        start: Start | None = None,
    ) -> None:
        self._instance, self._options, self._clock = instance, options, clock
        with clock.phase("build"):
            built = build(instance, form="yearly")
            limits = options.method == "yearly"
            self._own = None if model is None else own_rows(built, model, limits=limits)
            self._yearly = Form.of(built, "yearly", own=self._own)
        self._method = options.method
        if self._method == "auto":
            self._method = "aggregate" if len(self._yearly.problem.cost) <= SMALL else "split"
        self._start = start
        self._aggregate: Form | None = None
        self.began: bool | None = None
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
        self._begin()
        whole = Whole(self._instance, options=self._options, clock=self._clock, standing=self.standing)
        if self._method != "yearly" and not self.standing.finished:
            if self._method == "split":
                Split(
                    self._instance,
                    self._yearly,
                    own=self._own,
                    options=self._options,
                    clock=self._clock,
                    standing=self.standing,
                ).run()
            if not self.standing.finished:
                whole.run(self._aggregate_form())
        if not self.standing.finished:
            whole.run(self._yearly)
        return self.standing.outcome()

    @property
    def method(self) -> str:
        """Return the method that is used."""
        return self._method

    @property
    def instance(self) -> Instance:
        """Return what is planned."""
        return self._instance

    @property
    def flow(self) -> float:
        """Return the vehicles or pieces in one unit of the model."""
        return self._yearly.built.flow

    @property
    def own_names(self) -> tuple[str, ...]:
        """Return the constraint of each row of one's own."""
        return () if self._own is None else self._own.names

    @property
    def own_labels(self) -> list[tuple[str, str]]:
        """Return the constraint of each row of one's own and its label, in the order of the rows."""
        if self._own is None:
            return []
        form = self._yearly if self._method == "yearly" else self._aggregate_form()
        return list(zip(self._own.names, form.labels, strict=True))

    def own_blame(self) -> dict[str, float]:
        """Return the constraints of one's own that cannot all be kept, with the least they are broken by."""
        return (
            {}
            if self._own is None
            else blamed(self._yearly, options=self._options.solve_options(time_limit=None))
        )

    def _begin(self) -> None:
        """Try the structure to begin from."""
        if self._start is None or self.standing.finished:
            return
        self.standing.earlier.update(self._start.notes)
        self.standing.tell(f"begin from {self._start.name}")
        self.began = begin(
            self._instance,
            self._start,
            yearly=self._yearly,
            aggregate=self._aggregate_form,
            standing=self.standing,
            options=self._options,
            stop=Enough(lambda: self.standing.finished),
        )

    def _aggregate_form(self) -> Form:
        """Return the aggregate form, built once."""
        if self._aggregate is None:
            with self._clock.phase("build"):
                self._aggregate = Form.aggregate(self._instance, own=self._own)
        return self._aggregate
