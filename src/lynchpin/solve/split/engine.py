"""The split method: two lines of work on the aggregate form, and the workers that they share.

Plans are made on an aggregate form of few peaks, which is small. What is proven is proven on the yearly form
while that has a root in reasonable time, else on the aggregate form, to which the proof line adds the periods
and scale points that matter once there is a plan. Both lines report to one `Standing`.
"""

from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.forms import Form
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.crew import Crew
from lynchpin.solve.split.plans import Plans
from lynchpin.solve.split.proof import Proof
from lynchpin.solve.split.stage import Stage
from lynchpin.solve.standing import Standing


class Split:
    """Searches an aggregate form in parts, for the standing of a search."""

    def __init__(
        self,
        instance: Instance,
        form: Form,
        yearly: Form,
        *,
        options: SearchOptions,
        clock: Clock,
        standing: Standing,
    ) -> None:
        self._options, self._clock, self._standing = options, clock, standing
        self._yearly = yearly
        self._stage = Stage(instance, form, options=options, clock=clock, standing=standing)

    def run(self) -> None:
        """Search until the gap is closed, nothing is left to do, or a limit or a stop ends it."""
        with self._clock.phase("solve"), Crew.of(self._options) as crew:
            last, alone = self._options.deterministic, crew.workers == 1
            proof = Proof(self._stage, self._yearly, last=last, alone=alone)
            plans = Plans(self._stage, proof.aside)
            crew.add(plans.line(), proof.news)
            crew.add(proof.line(), proof.news)
            while crew.busy and not self._standing.finished:
                try:
                    crew.turn()
                except KeyboardInterrupt:
                    self._standing.halted = True
                self._standing.tell(crew.doing)
