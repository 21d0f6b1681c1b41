"""The aggregate form from the arrays of the yearly one, by its rule alone: the oracle of `lifting`.

    G, H      sums of yearly columns: w x buy over a block, buy over plants and regimes in a peak
    rows      rows of one tag whose names differ only in the period are summed over a block, each times w (d
              where families mix); those whose names differ only in the plant are summed in a peak
    columns   a sum takes its coefficient (over w) where all that it sums have the same; else the least of
              them for <=, the greatest for >=, nought counting for what the row lacks
    left out  = rows whose sums have no such coefficient; >= rows that lack a peak
    bounds    of sums: sums.   Cost of G: the least of cost / w.   Coupling: sum over peaks of w H <= sum of G

A flow whose block is its period alone stands for itself in rows of peaks. Nothing is shared with `lifting`
but the meaning of a slot.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from lynchpin.model.build import Arrays, Built, arrays
from lynchpin.model.slots import Slots

ARC = ("model", "variant", "supplier", "site", "regime")
Row = tuple[dict[Any, float], dict[int, float], str, float, str]
"""Coefficients of sums (a key) and of kept columns, sense, limit, tag."""


class Operator:
    """A yearly model seen over slots; `left` counts the rows with parts and those left out, by tag."""

    def __init__(self, built: Built, slots: Slots, discount: np.ndarray) -> None:
        self.built, self.slots, self.discount, self.yearly = built, slots, discount, arrays(built)
        frame, self.place = built.columns["buy"].frame, self.yearly.position["buy"]
        self.family, self.period = frame["family"].to_numpy(), frame["period"].to_numpy()
        block = slots.block[self.family, self.period]
        self.weight = slots.weight[self.family, self.period]
        self.block_of = list(zip(*(frame[name] for name in ARC), block.tolist(), strict=True))
        triples = zip(*(frame[name] for name in ARC[:3]), self.period.tolist(), strict=True)
        peak, alone = slots.peak[self.family, self.period], slots.alone[self.family, self.period]
        # At a peak: the sum over plants; else the sum over its block, if that is the period alone; else none.
        self.peak_of = [
            ("peak", *key) if at else (arc if own else None)
            for key, arc, at, own in zip(triples, self.block_of, peak, alone, strict=True)
        ]
        self.size: Counter[Any] = Counter(self.block_of)
        self.size.update(key for key in self.peak_of if self._is_peak(key))
        self.left: dict[str, Counter[str]] = defaultdict(Counter)

    def aggregate(self) -> Arrays:
        """Return the arrays of the aggregate form: kept columns first, then blocks, then peaks."""
        problem, place = self.yearly, self.place
        kept = np.setdiff1d(np.arange(len(problem.cost)), np.arange(place.start, place.stop))
        peaks = {key for key in self.peak_of if self._is_peak(key)}
        sums = [*sorted(set(self.block_of)), *sorted(peaks)]
        at = {key: len(kept) + number for number, key in enumerate(sums)}
        upper, cost = np.zeros(len(sums)), np.full(len(sums), np.inf)
        for column, (arc, peak) in enumerate(zip(self.block_of, self.peak_of, strict=True)):
            most, weight = problem.upper[place][column], self.weight[column]
            upper[at[arc] - len(kept)] += weight * most
            cost[at[arc] - len(kept)] = min(cost[at[arc] - len(kept)], problem.cost[place][column] / weight)
            if peak in peaks:
                upper[at[peak] - len(kept)] += most
                cost[at[peak] - len(kept)] = 0.0
        rows = [*self._without_parts(), *self._lifted(), *self._coupling(peaks)]
        where = {column: number for number, column in enumerate(kept.tolist())}
        entries = [
            (number, where[key] if key in where else at[key], value)
            for number, (flows, others, *_) in enumerate(rows)
            for key, value in [*flows.items(), *others.items()]
        ]
        row, column, value = (np.array(part) for part in zip(*entries, strict=True))
        shape = (len(rows), len(kept) + len(sums))
        limits = np.array([row[3] for row in rows])
        senses = np.array([row[2] for row in rows])
        nought = np.zeros(len(sums))
        return replace(
            problem, cost=np.append(problem.cost[kept], cost), upper=np.append(problem.upper[kept], upper),
            lower=np.append(problem.lower[kept], nought), position={},
            integer=np.append(problem.integer[kept], nought > 0),
            matrix=sparse.csr_array(sparse.coo_array((value, (row, column)), shape=shape)),
            row_lower=np.where(senses == "<", -np.inf, limits),
            row_upper=np.where(senses == ">", np.inf, limits),
            row_tag=np.array([row[4] for row in rows], dtype=object),
        )  # fmt: skip

    def _yearly(self) -> list[tuple[str, tuple[tuple[str, str], ...], Row, dict[int, float]]]:
        """Return tag, name, row over kept columns and its parts, of every yearly row."""
        problem, found, start = self.yearly, [], 0
        for tag in self.built.linopy.constraints:
            coords = self.built.linopy.constraints[tag].coords
            names = {key: values.to_numpy() for key, values in coords.items() if key != f"{tag}_row"}
            for number in range(int((problem.row_tag == tag).sum())):
                row = start + number
                name = tuple((key, str(values[number])) for key, values in names.items())
                entry = slice(*problem.matrix.indptr[row : row + 2])
                pairs = dict(
                    zip(problem.matrix.indices[entry].tolist(), problem.matrix.data[entry], strict=True)
                )
                inside = {c - self.place.start: v for c, v in pairs.items() if self._is_part(c)}
                others = {c: v for c, v in pairs.items() if not self._is_part(c)}
                low, high = problem.row_lower[row], problem.row_upper[row]
                sense = "=" if low == high else "<" if np.isinf(low) else ">"
                found.append((tag, name, ({}, others, sense, low if sense == ">" else high, tag), inside))
            start += int((problem.row_tag == tag).sum())
        return found

    def _is_part(self, column: int) -> bool:
        return self.place.start <= column < self.place.stop

    def _without_parts(self) -> list[Row]:
        return [row for _, _, row, parts in self._yearly() if not parts]

    def _lifted(self) -> list[Row]:
        over_blocks: dict[Any, list[tuple[float, Row, dict[int, float]]]] = defaultdict(list)
        at_peaks: dict[Any, list[tuple[float, Row, dict[int, float]]]] = defaultdict(list)
        for tag, name, row, parts in self._yearly():
            if not parts:
                continue
            names = dict(name)
            columns = list(parts)
            families, periods = set(self.family[columns].tolist()), set(self.period[columns].tolist())
            time = names.pop("period", None)
            weight, slot = 1.0, None
            if time is not None:
                (period,) = periods
                mixed = len(families) > 1
                weight = self.discount[period] if mixed else self.slots.weight[min(families), period]
                slot = self._slot(families, period)
                plantless = tuple(item for item in names.items() if item[0] != "site")
                if any(self._is_peak(self.peak_of[column]) for column in columns):
                    at_peaks[tag, plantless, period].append((1.0, row, parts))
            over_blocks[tag, tuple(names.items()), slot].append((weight, row, parts))
        return [
            found
            for groups, sums in ((over_blocks, self.block_of), (at_peaks, self.peak_of))
            for (tag, *_), group in groups.items()
            if (found := self._merged(tag, group, sums, at_peak=groups is at_peaks)) is not None
        ]

    @staticmethod
    def _is_peak(key: Any) -> bool:
        return key is not None and key[0] == "peak"

    def _slot(self, families: set[int], period: int) -> int:
        """Return the run of periods that no cut of all the families divides."""
        block = self.slots.block[sorted(families)]
        return int((np.diff(block[:, : period + 1], axis=1) != 0).all(axis=0).sum())

    def _merged(
        self, tag: str, group: list[tuple[float, Row, dict[int, float]]], sums: list[Any], *, at_peak: bool
    ) -> Row | None:
        sense = group[0][1][2]
        self.left[tag]["peaks" if at_peak else "blocks"] += 1
        others: dict[int, float] = defaultdict(float)
        values: dict[int, float] = defaultdict(float)
        for weight, row, parts in group:
            for column, value in row[1].items():
                others[column] += weight * value
            for column, value in parts.items():
                values[column] += weight * value
        rest, found = others, defaultdict(list)
        for column, value in values.items():
            if sums[column] is not None:
                scaled = value / self.weight[column] if sums[column] == self.block_of[column] else value
                found[sums[column]].append(scaled)
            elif sense == "=" or (value < 0) == (sense == "<"):
                self.left[tag]["left out of peaks"] += 1
                return None
        flows: dict[Any, float] = {}
        for key, scaled in found.items():
            several = [*scaled, 0.0] if len(scaled) < self.size[key] else scaled
            if sense == "=" and not np.allclose(several, several[0], rtol=1e-9, atol=0):
                self.left[tag]["left out of blocks" if not at_peak else "left out of peaks"] += 1
                return None
            flows[key] = max(several) if sense == ">" else min(several)
        if not any(flows.values()):
            return None
        return flows, rest, sense, sum(weight * row[3] for weight, row, _ in group), tag

    def _coupling(self, peaks: set[Any]) -> list[Row]:
        rows: dict[Any, dict[Any, float]] = defaultdict(dict)
        for column, (arc, peak) in enumerate(zip(self.block_of, self.peak_of, strict=True)):
            if peak in peaks:
                rows[(*arc[:3], arc[-1])][peak] = self.weight[column]
        for arc in set(self.block_of):
            if (*arc[:3], arc[-1]) in rows:
                rows[(*arc[:3], arc[-1])][arc] = -1.0
        return [(flows, {}, "<", 0.0, "peak") for flows in rows.values()]
