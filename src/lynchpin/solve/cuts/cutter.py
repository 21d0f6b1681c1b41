"""All kinds of cuts of a form, looked for at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lynchpin.solve.contracts import Cuts, Vector
from lynchpin.solve.cuts.choices import Choices, choices
from lynchpin.solve.cuts.chords import Chords, chords
from lynchpin.solve.cuts.covers import Supplies
from lynchpin.solve.cuts.found import broken, stacked, together
from lynchpin.solve.cuts.lots import supplies
from lynchpin.solve.cuts.markets import Need
from lynchpin.solve.cuts.needs import needs
from lynchpin.solve.cuts.phases import Phases
from lynchpin.solve.cuts.plants import Plant, plants
from lynchpin.solve.cuts.reading import Rows
from lynchpin.solve.shrink import Shrunk

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form


@dataclass(frozen=True, eq=False)
class FormCutter:
    """What the separators need to know of a form; it travels to another process without the form.

    columns  of the form (n)
    """

    columns: int
    needs: Sequence[Need]
    choices: Sequence[Choices]
    supplies: Sequence[Supplies]
    plants: Sequence[Plant]
    phases: Phases
    chords: Sequence[Chords]

    @classmethod
    def of(cls, form: "Form") -> "FormCutter":
        """Return the cutter of a form."""
        rows, columns = Rows(form), len(form.problem.cost)
        found, phases = needs(rows), Phases.of(form)
        return cls(columns, found, choices(found), supplies(rows, found), plants(rows), phases, chords(rows))

    def cuts(self, x: Vector) -> Cuts:
        """Return rows that a point (n) of the form's relaxation breaks."""
        found = [row for need in self.needs for row in need.rows(x)]
        found += [row for choice in self.choices for row in choice.rows(x)]
        found += [row for supply in self.supplies for row in supply.rows(x)]
        found += [row for plant in self.plants for row in plant.rows(x)]
        found += [row for some in self.chords for row in some.rows(x)]
        found += self.phases.rows(x)
        return stacked([broken(together(found, self.columns), x), broken(self.phases.only, x)])


@dataclass(frozen=True, eq=False)
class Within:
    """A form's cutter for what is left of the form where many columns are fixed."""

    cutter: FormCutter
    left: Shrunk

    def cuts(self, x: Vector) -> Cuts:
        """Return rows of what is left that a point of it breaks."""
        return self.left.of(self.cutter.cuts(self.left.whole(x)))
