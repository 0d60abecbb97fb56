"""A run in parts: items dealt out by a hash of their ids, and what is known of each part put together again. Pure.

Source: placement.md §15 (docs/placement.md). What items share is found once (`groundwork`), so that neither the number of parts
nor who does them changes a digit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np

from inventory.placement.engine.distribution import TAUS, Spread
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.groundwork import Groundwork, outlooks
from inventory.placement.engine.model import BondLot, ExceptionRow, Ints, Problem, Result
from inventory.placement.engine.outlook import Outlook, joined
from inventory.placement.engine.over import Over
from inventory.placement.engine.share import Outlooks

NOT_PLANNED = "NOT_PLANNED"
LEAST_SERIES = 2_000  # fewer in a part are not worth a hand of their own


def looked(ground: Groundwork, over: Over) -> Outlooks:
    """The outlooks of all pairs; of many in parts, as many hands as there are."""
    number = min(over.hands, len(ground.prepared.grid.pairs) // LEAST_SERIES)
    if number < 2:
        return outlooks(ground)
    return merged(ground, list(over(partial(outlooks, ground), shares(ground, number))))


def shares(ground: Groundwork, number: int) -> list[Ints]:
    """The items of each of so many parts, as places in the grid: an item's part depends on its id alone."""
    of_item = np.array([share_of(sku.id, number) for sku in ground.prepared.grid.skus], dtype=np.int64)
    return [np.flatnonzero(of_item == n) for n in range(number)]


def share_of(sku_id: str, number: int) -> int:
    """Which of so many parts an item is in.

    >>> [share_of(name, 4) for name in ("A", "B", "C", "D")]
    [1, 0, 1, 1]
    """
    return int.from_bytes(hashlib.sha256(sku_id.encode()).digest()[:8], "big") % number


def merged(ground: Groundwork, parts: Sequence[Outlooks | None]) -> Outlooks:
    """What all parts found, in the order of the grid; of a part that failed (None) nothing is known.

    `parts` are those of `shares(ground, len(parts))`, in that order.
    """
    grid = ground.prepared.grid
    dealt = [set(items.tolist()) for items in shares(ground, len(parts))]
    rows = [_rows(grid, items) for items in dealt]
    found = [
        part or Outlooks(_unknown(len(pairs)), _unknown(len(sites)))
        for part, (pairs, sites) in zip(parts, rows, strict=True)
    ]
    return Outlooks(
        _placed([part.pairs for part in found], [pairs for pairs, _sites in rows]),
        _placed([part.sites for part in found], [sites for _pairs, sites in rows]),
    )


def without(result: Result, problem: Problem, lost: frozenset[str]) -> Result:
    """The result less what it says of items whose part failed; they are exceptions instead, lots near their limit by name."""
    if not lost:
        return result
    kept = {
        name: tuple(row for row in getattr(result, name) if row.sku not in lost)
        for name in ("levels", "moves", "exceptions", "adjustments")
    }
    rows = [row for sku_id in sorted(lost) for row in _not_planned(sku_id, problem)]
    exceptions = sorted([*kept["exceptions"], *rows], key=lambda row: (row.sku, row.node, row.reason_code, row.lot))
    metrics = {
        **result.metrics,
        "levels": len(kept["levels"]),
        "moves": len(kept["moves"]),
        "not_planned": sorted(lost),
    }
    return replace(
        result, levels=kept["levels"], moves=kept["moves"], exceptions=tuple(exceptions),
        adjustments=kept["adjustments"], metrics=metrics,
    )  # fmt: skip


def _not_planned(sku_id: str, problem: Problem) -> list[ExceptionRow]:
    """One row for each lot of the item that is near its limit or past it, or one for the item."""
    end = problem.state.as_of + timedelta(weeks=problem.params.amber_weeks)
    near = [
        (node, lot)
        for (sku, node), lots in sorted(problem.state.lots.items())
        for lot in lots
        if sku == sku_id and lot.limit and lot.limit <= end
    ]
    return [
        ExceptionRow(
            sku_id, node, lot.quantity, lot.lot, lot.limit, NOT_PLANNED, "D", (NOT_PLANNED,),
            {"kind": "not_planned", "node": node, "lot": lot.lot},
        )
        for node, lot in near or [("", BondLot("", 0.0))]
    ]  # fmt: skip


def _rows(grid: Grid, items: set[int]) -> tuple[list[int], list[int]]:
    """The places of the items' pairs and site pairs in the grid, in its order."""
    return (
        [n for n, pair in enumerate(grid.pairs) if pair.sku in items],
        [n for n, site in enumerate(grid.site_pairs) if site.sku in items],
    )


def _placed(parts: Sequence[Outlook], rows: Sequence[list[int]]) -> Outlook:
    """The parts one after the other, put where they belong."""
    whole = joined(parts)
    order = np.argsort(np.array([n for part in rows for n in part], dtype=np.int64))
    spread = Spread(**{field.name: getattr(whole.spread, field.name)[order] for field in fields(Spread)})
    values: dict[str, Any] = {
        field.name: _taken(getattr(whole, field.name), order) for field in fields(Outlook) if field.name != "spread"
    }
    return replace(whole, spread=spread, **values)


def _taken(values: Any, order: Ints) -> Any:
    return values[order] if isinstance(values, np.ndarray) else tuple(values[n] for n in order.tolist())


def _unknown(number: int) -> Outlook:
    """Nothing is known of so many series."""
    nothing, none, blank = np.zeros(number), np.zeros(number, dtype=np.int64), np.zeros((number, len(TAUS)))
    return Outlook(
        Spread(blank, blank, nothing, nothing > 0), nothing, nothing, nothing, none, none, none, ("D",) * number,
        ((NOT_PLANNED,),) * number, (None,) * number,
    )  # fmt: skip
