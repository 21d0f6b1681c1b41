"""Who owns a site: the operator if it is a partner, else the partners that own the venture, by their shares.

sigma is the share of a venture's owners that are no partners; component sites have none. A component site
that no partner owns is carried by all partners equally.
"""

import numpy as np

from lynchpin.model.calendar import Calendar
from lynchpin.model.vectors import Vector


def ownership(calendar: Calendar, sites: tuple[str, ...], partners: tuple[str, ...]) -> tuple[Vector, Vector]:
    """Return the partners' shares in each site, rows adding to one, and sigma of each site."""
    table = calendar.study.table("sites")
    site_rows = {row["site"]: row for row in table.iter_rows(named=True)}
    position = {name: index for index, name in enumerate(partners)}
    owners, outside = np.zeros((len(sites), len(partners))), np.zeros(len(sites))
    ventures: dict[str, list[tuple[str, float]]] = {}
    for operator, owner, share in (
        calendar.study.table("ventures").select("operator", "owner", "share").iter_rows()
    ):
        ventures.setdefault(operator, []).append((owner, share))
    for index, site in enumerate(sites):
        row = site_rows[site]
        shares = (
            [(row["operator"], 1.0)] if row["operator"] in position else ventures.get(row["operator"], [])
        )
        for owner, share in shares:
            if owner in position:
                owners[index, position[owner]] += share
            elif row["kind"] == "assembly":
                outside[index] += share
    empty = owners.sum(axis=1) <= 0
    owners[empty] = 1.0
    return owners / owners.sum(axis=1, keepdims=True), outside
