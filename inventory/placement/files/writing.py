"""A problem written as the files it could have been read from: the same problem comes back, to the last bit. Pure.

Quantities and shares are written with the six decimals in which the books keep them. Formats: docs/placement.md.
"""

import csv
import gzip
import io
import json
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import numpy as np

from inventory.placement.engine.model import (
    BondLot,
    Event,
    Floats,
    History,
    Lane,
    LeadTime,
    Network,
    Problem,
    Sku,
    State,
)
from inventory.placement.engine.tuning import Tuning
from inventory.placement.files import params as method
from inventory.placement.files.events import COLUMNS
from inventory.placement.files.network import SCHEMA, gaps
from inventory.placement.files.tuning import as_json

HISTORY, NETWORK, STATE, EVENTS, TUNING = "history.csv.gz", "network.json", "state.json", "events.csv", "tuning.json"
PACKING = 1  # gzip's level: it packs history to a tenth, and a higher one is slower than the engine
CHUNK_LINES = 500


def problem_files(problem: Problem, tuning: Tuning, *, has_history: bool = True) -> dict[str, bytes]:
    """The files by name: `history.csv.gz`, `network.json`, `tuning.json`, and `state.json` and `events.csv` where there are any.

    `read_problem` makes the same problem of them, and `recommend_placement --tuning` the same recommendations. The same problem
    gives the same bytes. `has_history` leaves the history out for those who keep it otherwise.
    """
    found = {
        NETWORK: _json(network_json(problem.network) | _params(problem)),
        TUNING: _json(as_json(tuning)),
    }
    if has_history:
        found[HISTORY] = history_gz(problem.history)
    if problem.state.is_given:
        found[STATE] = _json(state_json(problem.state) | _overrides(problem))
    if problem.events:
        found[EVENTS] = events_csv(problem.events).encode()
    return found


def history_gz(history: History) -> bytes:
    """history.csv, gzipped: a row for each week that the file's own rules would not make out by themselves."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=PACKING, mtime=0) as file:
        file.write(b"sku,location,date,quantity,stockout,promo\n")
        order = sorted(range(len(history.skus)), key=lambda n: (history.skus[n], history.regions[n]))
        for begin in range(0, len(order), CHUNK_LINES):
            file.write(_rows(history, order[begin : begin + CHUNK_LINES], pins_width=begin == 0).encode())
    return packed.getvalue()


def _rows(history: History, lines: list[int], *, pins_width: bool) -> str:
    """The rows of some lines; the first of them also tells where the history begins and ends (`pins_width`)."""
    width = history.demand.shape[1]
    demand, stockout = history.demand[lines], history.stockout[lines]
    promo = history.promo[lines] if history.promo is not None else np.zeros(demand.shape, dtype=np.bool_)
    weeks = [f"{history.first_week + timedelta(weeks=week)}," for week in range(width)]
    numbers, place = np.unique(demand, return_inverse=True)
    quantities = [",," if np.isnan(number) else f"{_decimal(number)},," for number in numbers.tolist()]
    place = place.reshape(demand.shape)
    is_rich = (stockout != 0) | promo
    found = []
    for n, line in enumerate(lines):
        begins = _written(demand[n], stockout[n], promo[n], is_pin=pins_width and n == 0)
        start = f"{_quoted(history.skus[line])},{_quoted(history.regions[line])},"
        for week, number in zip(np.flatnonzero(begins).tolist(), place[n, begins].tolist(), strict=True):
            rest = quantities[number]
            if is_rich[n, week]:
                share = _decimal(stockout[n, week]) if stockout[n, week] else ""
                rest = f"{rest[:-1]}{share},{'1' if promo[n, week] else ''}"
            found.append(f"{start}{weeks[week]}{rest}\n")
    return "".join(found)


def _quoted(text: str) -> str:
    """A cell of a CSV.

    >>> _quoted('2" x 4", red')
    '"2"" x 4"", red"'
    """
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',;"\t\r\n') else text


def _written(demand: Floats, stockout: Floats, promo: Any, *, is_pin: bool) -> Any:
    """Which weeks of a line need a row: its first, what is not zero, and unknown ones after the first.

    Before a line's first row it is unknown, unless that row says zero; after it, a week without a row is zero.
    """
    unknown = np.isnan(demand)
    told = np.flatnonzero(~unknown | promo)
    first = int(told[0]) if len(told) else len(demand) - 1
    if first and not unknown[first] and not demand[first]:
        first -= 1  # a first row of zero would make the weeks before it known
    first = 0 if is_pin else first
    result = unknown | (demand != 0) | (stockout != 0) | promo
    result[:first] = False
    result[first] = True
    result[-1] |= is_pin
    return result


def network_json(network: Network) -> dict[str, Any]:
    """The network as network.json has it; what is usual is left out."""
    return {
        "schema": SCHEMA,
        "currency": network.currency,
        "capital_rate_per_year": network.capital_rate_per_year,
        "review_weeks": network.review_weeks,
        "unmet": network.unmet,
        "budget": network.budget,
        **({"is_partial": True} if gaps(network) else {}),
        "nodes": [
            _stated(
                {
                    "id": node.id, "type": node.type, "storage_usd_per_m3_week": node.storage_per_m3_week,
                    "permanence_months": node.permanence_months, "capacity_m3": node.capacity_m3,
                }
            )
            for node in network.nodes
        ],
        "lanes": [_lane(lane) for lane in network.lanes],
        "skus": [_sku(sku) for sku in network.skus],
    }  # fmt: skip


def state_json(state: State) -> dict[str, Any]:
    """The state as state.json has it; lots say in which order they leave."""
    on_hand = [
        {"sku": sku, "node": node, "quantity": sum(lot.quantity for lot in lots), "lots": [_lot(lot) for lot in lots]}
        for (sku, node), lots in sorted(state.lots.items())
    ]
    at_dcs, asked = (
        [{"sku": sku, "node": node, "quantity": units} for (sku, node), units in sorted(rows.items())]
        for rows in (state.on_hand, state.backorders)
    )
    coming = [
        {"sku": sku, "to": node, "quantity": units}
        for (sku, node), units in sorted([*state.inbound.items(), *state.on_order.items()])
    ]
    return {
        "as_of": state.as_of.isoformat(),
        "on_hand": on_hand + at_dcs,
        "in_transit": coming,
        "backorders": asked,
    }


def events_csv(events: tuple[Event, ...]) -> str:
    """events.csv; an event without an end has none there either."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for event in events:
        end = "" if event.end == date.max else event.end.isoformat()
        value = "" if event.value is None else repr(event.value)
        writer.writerow((event.kind, event.subject, event.location, event.begin.isoformat(), end, value))
    return text.getvalue()


def _overrides(problem: Problem) -> dict[str, Any]:
    levels = [{"sku": sku, "node": node, "level": level} for (sku, node), level in sorted(problem.overrides.items())]
    return {"level_overrides": levels} if levels else {}


def _params(problem: Problem) -> dict[str, Any]:
    changed = method.as_json(problem.params)
    return {"params": changed} if changed else {}


def _lane(lane: Lane) -> dict[str, Any]:
    stated = _stated({field.name: getattr(lane, field.name) for field in fields(Lane)})
    lead_time, origin, destination = (stated.pop(name) for name in ("lead_time", "origin", "destination"))
    return {"from": origin, "to": destination, "lead_time_weeks": _lead_time(lead_time), **stated}


def _lead_time(lead_time: LeadTime) -> dict[str, Any]:
    return {**lead_time.as_json(), **({"is_default": True} if lead_time.is_default else {})}


def _sku(sku: Sku) -> dict[str, Any]:
    stated = _stated({field.name: getattr(sku, field.name) for field in fields(Sku)})
    return {name: list(value) if isinstance(value, tuple) else value for name, value in stated.items()}


def _lot(lot: BondLot) -> dict[str, Any]:
    limit = lot.limit.isoformat() if lot.limit else None
    return _stated({"lot": lot.lot, "quantity": lot.quantity, "limit_date": limit}) | {"order": lot.order}


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    """What is there at all."""
    return {name: value for name, value in values.items() if value not in (None, "", ())}


def _decimal(value: float) -> str:
    """A quantity with its six decimals, without zeros at the end.

    >>> _decimal(12.0), _decimal(0.1), _decimal(2.000001)
    ('12', '0.1', '2.000001')
    """
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
