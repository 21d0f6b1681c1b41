"""What is decided once, as 0 and 1 for each row of the instance's frames, and what follows from it.

launched[q] = max_m launched[m]        used[v,c,phase] = max use[m,v] over the models of c on sale in the
phase tooled = nominate used                 developed[p,c,phase] = max launched[m] over its models on sale
"""

from collections.abc import Mapping

import numpy as np

from lynchpin.model.instance import Instance, Vector

Values = Mapping[str, Vector]

CHOICES = ("launched_programme", "launched", "use", "nominate", "allocate", "open")
"""The variables that are decided once and are 0 or 1."""


def derived(instance: Instance, values: Values) -> dict[str, Vector]:
    """Return the values with choices rounded and with everything that follows from them recomputed."""
    frames = instance.frames
    found = dict(values) | {name: np.round(values[name]) for name in CHOICES if name in values}
    launched = found["launched"]
    found["launched_programme"] = _most(
        launched, frames["models"]["programme"].to_numpy(), frames["launched_programme"].height
    )
    use = frames["use"].select("model", "variant").with_row_index("use")
    used_by = frames["used_by"].join(frames["used"].with_row_index("row").select("row", "variant"), on="row")
    pairs = used_by.join(use, on=["model", "variant"])
    found["used"] = _most(
        found["use"][pairs["use"].to_numpy()], pairs["row"].to_numpy(), frames["used"].height
    )
    tooled = frames["tooled"]
    found["tooled"] = (
        found["nominate"][tooled["nominate"].to_numpy()] * found["used"][tooled["used"].to_numpy()]
    )
    developed = frames["developed_by"]
    found["developed"] = _most(
        launched[developed["model"].to_numpy()], developed["row"].to_numpy(), frames["developed"].height
    )
    return found


def _most(values: Vector, group: Vector, count: int) -> Vector:
    """Return the largest value of each group, nought for an empty one."""
    most = np.zeros(count)
    np.maximum.at(most, group.astype(np.int64), values)
    return most
