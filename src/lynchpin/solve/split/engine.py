"""The split method: two lines of work on the aggregate form, and the workers that they share.

Plans are made on a form with few peaks, which is smaller; what is proven is proven on the form that is asked
for, with every period critical where that is not too large. Both lines report to one `Standing`: each plan
leaves less to search for the proof, and both end when the gap is closed.
"""

from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.forms import Form
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.crew import Crew
from lynchpin.solve.split.parts import Parts
from lynchpin.solve.split.plans import Plans
from lynchpin.solve.split.proof import Proof
from lynchpin.solve.standing import Standing


class Split:
    """Searches the aggregate form of an instance in parts, for the standing of a search."""

    def __init__(
        self,
        instance: Instance,
        form: Form,
        *,
        options: SearchOptions,
        clock: Clock,
        standing: Standing,
    ) -> None:
        self._options, self._clock, self._standing = options, clock, standing
        with clock.phase("build"):
            whole = Parts.of(form, options=options, standing=standing)
            small = Form.aggregate(instance, own=form.own, peaks=False)
            fewer = len(small.problem.cost) < len(form.problem.cost)
            self._proof = Proof(whole)
            self._plans = Plans(Parts.of(small, options=options, standing=standing) if fewer else whole)

    def run(self) -> None:
        """Search until the gap is closed, nothing is left to do, or a limit or a stop ends it."""
        with self._clock.phase("solve"), Crew.of(self._options) as crew:
            crew.add(self._plans.line())
            crew.add(self._proof.line(), self._proof.news)
            while crew.busy and not self._standing.finished:
                try:
                    crew.turn()
                except KeyboardInterrupt:
                    self._standing.halted = True
                self._standing.tell(crew.doing)
