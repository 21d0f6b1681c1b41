"""The split method: two lines of work on the aggregate form, and the workers that they share.

Plans are made on an aggregate form of few peaks, which is small. What is proven is proven on the yearly form
while that has a root in reasonable time, else on the aggregate form, to which the proof line adds the periods
and scale points that matter once there is a plan. Both lines report to one `Standing`.
"""

from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.forms import Form
from lynchpin.solve.own import OwnRows
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.crew import Crew
from lynchpin.solve.split.plans import Plans
from lynchpin.solve.split.proof import Proof
from lynchpin.solve.split.stage import Stage
from lynchpin.solve.standing import Standing


class Split:
    """Searches an aggregate form in parts, for the standing of a search; `own` are rows of one's own."""

    def __init__(
        self,
        instance: Instance,
        yearly: Form,
        *,
        own: OwnRows | None,
        options: SearchOptions,
        clock: Clock,
        standing: Standing,
    ) -> None:
        self._options, self._clock, self._standing = options, clock, standing
        self._instance, self._yearly, self._own = instance, yearly, own

    def run(self) -> None:
        """Search until the gap is closed, nothing is left to do, or a limit or a stop ends it."""
        with Crew.of(self._options) as crew:  # whose processes start while the form is built
            with self._clock.phase("build"):
                stage = self._stage()
            with self._clock.phase("solve"):
                self._search(crew, stage)

    def _stage(self) -> Stage:
        form = Form.aggregate(self._instance, own=self._own, peaks=False)
        return Stage(self._instance, form, options=self._options, clock=self._clock, standing=self._standing)

    def _search(self, crew: Crew, stage: Stage) -> None:
        last, alone = self._options.deterministic, crew.workers == 1
        proof = Proof(stage, self._yearly, last=last, alone=alone)
        plans = Plans(stage)
        crew.add(plans.line(), plans.news)
        crew.add(plans.aside())
        crew.add(proof.line(), proof.news)
        crew.add(proof.aside(), proof.news)
        while crew.busy and not self._standing.finished:
            try:
                crew.turn()
            except KeyboardInterrupt:
                self._standing.halted = True
            self._standing.tell(crew.doing)
