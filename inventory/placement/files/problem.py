"""The three files made into one problem. Pure."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from inventory.placement.engine.model import Problem, State
from inventory.placement.engine.periods import MONTH, WEEK, Period
from inventory.placement.files import history as histories
from inventory.placement.files.checks import BadInput
from inventory.placement.files.events import read_events
from inventory.placement.files.history import Rejected
from inventory.placement.files.monthly import by_month, params_by_month
from inventory.placement.files.network import read_network
from inventory.placement.files.params import read_params
from inventory.placement.files.state import read_overrides, read_state


@dataclass(frozen=True)
class Read:
    """A problem, and what was left out of the files it was read from."""

    problem: Problem
    rejected: Rejected
    rows_read: int


def read_problem(
    *,
    history: Path,
    network: Path,
    state: Path | None = None,
    as_of: date | None = None,
    events: Path | None = None,
    period: Period = WEEK,
) -> Read:
    """Read the files. The day is `as_of`, else the state's, else the first one after the last week (or month) of the history.

    Raises BadInput with one line per cause.
    """
    grid = read_network(network)
    stock = read_state(state, grid) if state else None
    rows = histories.read_rows(history, period)
    last = histories.last_week(rows, period)
    if last is None:
        raise BadInput([f"{history.name}: no usable row"])
    day = as_of or (stock.as_of if stock else period.begin(last, 1))
    demand, rejected = histories.history(
        rows,
        skus={sku.id for sku in grid.skus},
        regions={node.id for node in grid.nodes if node.type == "region"},
        as_of=day,
        file=history.name,
        period=period,
    )
    if stock is None:
        stock = State(as_of=day, is_given=False)
    elif stock.as_of != day:
        stock = State(
            as_of=day, lots=stock.lots, on_hand=stock.on_hand, inbound=stock.inbound, on_order=stock.on_order,
            backorders=stock.backorders, errors=stock.errors,
        )  # fmt: skip
    known = read_events(events) if events else ()
    params = read_params(network)
    if period == MONTH:
        grid, params = by_month(grid), params_by_month(params)
    overrides = read_overrides(state, grid) if state else {}
    return Read(Problem(grid, demand, stock, params, known, overrides), rejected, rows.rows_read)
