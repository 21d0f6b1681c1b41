"""The form that both lines of work are on: small at first, sharpened where the best plan stands."""

from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.forms import Form
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.parts import Parts
from lynchpin.solve.standing import Standing
from lynchpin.solve.structure import Values


class Stage:
    """Holds the parts of the sharpest form so far.

    parts   of that form
    proven  whether the proof line has nothing left to do
    planned whether the plan line has
    stepping  form on which first-order steps are on their way to a relaxation, None where none are
    followed  whether the plan line has made of them what it can
    stands  where they stand, a point with values of the yearly form's variables, None where not known yet
    """

    def __init__(
        self, instance: Instance, form: Form, *, options: SearchOptions, clock: Clock, standing: Standing
    ) -> None:
        self._instance, self._clock, self._standing = instance, clock, standing
        self._options = options
        self.parts = Parts.of(form, options=options, standing=standing)
        self.proven = self.planned = self.followed = False
        self.stepping: str | None = None
        self.stands: Values | None = None

    def sharpen(self) -> bool:
        """Add the scale points and critical periods of the best plan; return if there were any to add."""
        form = self.parts.form
        sharper = self.sharpened(form)
        if sharper is form:
            return False
        self.parts = Parts.of(sharper, options=self._options, standing=self._standing)
        return True

    def sharpened(self, form: Form) -> Form:
        """Return a form with scale points and critical periods of the best plan, itself if it has them."""
        best = self._standing.best
        if best is None:
            return form
        with self._clock.phase("build"):
            return form.sharpened(self._instance, None, [best]) or form
