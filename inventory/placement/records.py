"""What the engine found, as rows of the books: estimates become exact decimals, moves whole packs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from inventory.parties.models import Client
from inventory.placement.books import Assumptions, BookedProblem
from inventory.placement.engine import Result, what_if
from inventory.placement.engine.fans import Fan
from inventory.placement.engine.model import ExceptionRow, Level, Move, Params
from inventory.placement.files.tuning import as_json
from inventory.placement.models import PlacementLevel, PlacementRun, Recommendation
from inventory.placement.selectors import Way
from inventory.places.models import Site
from inventory.units import MONEY_SCALE, QUANTITY_SCALE, RATE_SCALE, plain


@dataclass(frozen=True)
class Computed:
    """What a run found, ready to be written, and the files that it can be repeated from."""

    client: Client
    as_of: date
    assumptions: Assumptions
    booked: BookedProblem
    result: Result
    files: Mapping[str, bytes]


def parameters(computed: Computed) -> dict[str, Any]:
    """Every number of the method, as the run used it."""
    chosen = computed.assumptions
    params: Params = chosen.params
    return {
        **asdict(params),
        "capital_rate_per_year": chosen.capital_rate_per_year,
        "review_weeks": chosen.review_weeks,
        "budget": chosen.budget,
        "tuning": as_json(computed.result.tuning),
    }


def metrics(computed: Computed) -> dict[str, Any]:
    """Totals of the run, and what its moves do not settle."""
    exceptions = [_exception(row) for row in computed.result.exceptions]
    return {
        **computed.result.metrics,
        "moves": len(deployments(computed)),
        "adjustments": len(computed.result.adjustments),
        "without_value": list(computed.booked.without_value),
        "exceptions": exceptions,
    }


def deployments(computed: Computed) -> list[Move]:
    """The moves that stock in bond can make now; what to order from a supplier stands in the levels."""
    bonded = {code for code, site in computed.booked.sites.items() if site.kind == Site.Kind.BONDED}
    return sorted((m for m in computed.result.moves if m.from_node in bonded), key=lambda move: move.priority)


def level(run: PlacementRun, booked: BookedProblem, level: Level) -> PlacementLevel:
    """A level as a row, not yet saved."""
    return PlacementLevel(
        run=run,
        item=booked.items[level.sku],
        site=booked.sites[level.node],
        order_up_to=_number(level.order_up_to, QUANTITY_SCALE),
        reorder_point=_number(level.reorder_point, QUANTITY_SCALE),
        safety_stock=_number(level.safety_stock, QUANTITY_SCALE),
        expected_demand=_number(level.expected_demand, QUANTITY_SCALE),
        protection_weeks=_number(level.protection_weeks, RATE_SCALE),
        expected_fill=_number(level.expected_fill, RATE_SCALE),
        expected_weekly_cost_usd=_number(level.expected_weekly_cost, MONEY_SCALE),
        position=_number(level.position, QUANTITY_SCALE),
        forecast=_fan(level.fan) if level.fan else None,
        footing=what_if.packed(level.footing) if level.footing else None,
        explanation={**level.explanation, "reason_code": level.reason_code, "flags": list(level.flags)},
    )


def recommendation(
    run: PlacementRun, booked: BookedProblem, lanes: Mapping[Way, int], move: Move, rank: int
) -> Recommendation:
    """A move as a row, not yet saved; `lanes` as by `selectors.lanes_by_way`."""
    item, facts = booked.items[move.sku], move.explanation
    # Back from the engine's floats: a whole number of packs, exactly.
    packs = Decimal(round(move.quantity / float(item.pack_size)))
    return Recommendation(
        run=run,
        client_id=run.client_id,
        item=item,
        source=booked.sites[move.from_node],
        target=booked.sites[move.to_node],
        lane_id=lanes.get((move.from_node, move.to_node, move.mode, move.crossing)),
        quantity=packs * item.pack_size,
        reason_code=move.reason_code,
        explanation={**facts, "flags": list(move.flags)},
        priority=rank,
        marginal_value_usd=_number(move.marginal_value, MONEY_SCALE),
        expected_cost_usd=_number(move.expected_weekly_cost, MONEY_SCALE),
        expected_fill_before=_number(facts["fill_before"], RATE_SCALE),
        expected_fill_after=_number(facts["fill_after"], RATE_SCALE),
        ship_week=move.ship_week,
        arrive_week_p50=move.arrive_week_p50,
        arrive_week_p90=move.arrive_week_p90,
    )


def _fan(fan: Fan) -> dict[str, Any]:
    """A fan as JSON keeps it: estimates with four decimals."""
    return {
        "weeks": round(fan.weeks, 4),
        "mean": round(fan.mean, 4),
        "quantiles": [round(value, 4) for value in fan.quantiles],
        "factors": [round(value, 4) for value in fan.factors],
    }


def fan_of(level: PlacementLevel) -> Fan | None:
    """The fan that a level was written with; None where it has none."""
    kept = level.forecast
    return Fan(kept["weeks"], kept["mean"], tuple(kept["quantiles"]), tuple(kept["factors"])) if kept else None


def footing_of(level: PlacementLevel) -> what_if.Footing | None:
    """What a level stands on; None where it was not kept."""
    return what_if.unpacked(bytes(level.footing)) if level.footing else None


def _exception(row: ExceptionRow) -> dict[str, Any]:
    return {
        "sku": row.sku,
        "node": row.node,
        "quantity": plain(_number(row.quantity, QUANTITY_SCALE)),
        "lot": row.lot,
        "limit_date": row.limit_date.isoformat() if row.limit_date else None,
        "reason_code": row.reason_code,
        "flags": list(row.flags),
        "explanation": row.explanation,
    }


def _number(value: float, places: int) -> Decimal:
    """An estimate as an exact decimal of so many places."""
    return Decimal(f"{value:.{places}f}")
