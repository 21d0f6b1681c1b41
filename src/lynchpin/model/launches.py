"""Launches: which programmes and versions there are.

Sets        q programmes, m versions
Decisions   `launched_programme`[q], `launched`[m] in {0,1}; certain programmes are launched

    (L1) launched[q] <= sum over m in q of launched[m]
         launched[m] <= launched[q], equal unless m is a candidate version

L4 (a candidate successor ends the old version's sales) is stated with the market.
"""

import numpy as np

from lynchpin.model.rows import Statement, every


def decisions(statement: Statement) -> None:
    """Add the launches; programmes that are current or committed are fixed."""
    frames = statement.frames
    certain = (frames["programmes"]["status"] != "candidate").to_numpy()
    statement.binary("launched_programme", frames["launched_programme"], fixed=certain)
    statement.binary("launched", frames["launched"])


def rows(statement: Statement) -> None:
    """Add L1."""
    models, programmes = statement.frames["models"], statement.frames["launched_programme"]
    programme = models["programme"].to_numpy()
    some = statement.rows("L1", programmes, "<=")
    some.add("launched_programme", 1.0, column=every(programmes), row=every(programmes))
    some.add("launched", -1.0, column=every(models), row=programme)
    some.done()
    for tag, sense, candidate in (("L1_candidate", "<=", True), ("L1_version", "=", False)):
        chosen = np.flatnonzero(models["candidate"].to_numpy() == candidate)
        each = statement.rows(tag, models.select("model")[chosen], sense)
        each.add("launched", 1.0, column=chosen, row=np.arange(len(chosen)))
        each.add("launched_programme", -1.0, column=programme[chosen], row=np.arange(len(chosen)))
        each.done()
