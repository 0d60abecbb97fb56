"""The figures of a back-test as its page shows them: facts, cost lines, measures with what they mean, classes, the worst items."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.models import BacktestResult, Item
from inventory.placement.backtest_told import POLICIES, settings_text, share_text
from inventory.placement.engine.compare import ENGINE
from inventory.placement.explain import CLASSES
from inventory.templatetags import recinto as tags
from inventory.units import round_half_up
from inventory.web.formatting import DASH, quantity_text
from warehouse.web.scenario_words import money, number

FOLDER = "backtest-{}"
LINE_HEAD = (
    _("Controllable"), _("Served at once"), _("Holding"), _("Not served"), _("Forced out"), _("Trucks"), _("Total"),
    _("Bonded share"),
)  # fmt: skip
LINE_COSTS = ("holding", "short", "expired", "trucks", "total")
CLASS_COSTS = ("cost", "holding", "short", "expired")


@dataclass(frozen=True)
class Measure:
    """A measure: what it is called, its value, and what it means."""

    title: Any
    value: str
    meaning: Any


def of(result: BacktestResult) -> list[tuple[Any, Any]]:
    """What was asked for, of whom, and over which weeks."""
    asked = result.parameters
    last = result.counted_from + timedelta(weeks=result.weeks, days=-1)
    played = f"{asked['items']} / {asked['items_known']}" if asked["items"] < asked["items_known"] else asked["items"]
    return [
        (_("Weeks judged"), result.weeks),
        (_("From"), tags.day(result.counted_from)),
        (_("To"), tags.day(last)),
        (_("First review"), tags.day(result.first_review)),
        (_("Weeks of history"), asked["history_weeks"]),
        (_("Items played"), played),
        (_("Draw of lead times"), result.seed),
        (_("Made"), tags.moment(result.created_at)),
        (_("By"), result.actor_label),
    ]


def lines(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cost lines: a policy with its settings, and its cells in the order of LINE_HEAD."""
    return [
        {
            "policy": POLICIES[line["policy"]],
            "settings": settings_text(line["policy"], line["settings"]),
            "is_engine": line["policy"] == ENGINE,
            "cells": [
                share_text(line["controllable"]), share_text(100 * line["fill"], 1),
                *(share_text(line[name]) for name in LINE_COSTS), share_text(100 * line["bonded"], 1),
            ],
        }
        for line in figures["lines"]
    ]  # fmt: skip


def measures(figures: Mapping[str, Any]) -> list[Measure]:
    """What a back-test is read by, each with its meaning."""
    engine = figures["lines"][0]
    rule = POLICIES[figures["best_rule"]]
    saved = [
        Measure(
            now("Holding at equal service: %(policy)s") % {"policy": POLICIES[policy]},
            now("never reached by it") if value is None else _less(value),
            _("How much less stock cost the engine than this rule would have at the very service of the engine."),
        )
        for policy, value in figures["holding_saved_at_equal_fill"].items()
    ]
    ratio, over = figures["regret_ratio"], engine["over_clairvoyant"]
    return [
        *saved,
        Measure(
            _("Regret ratio"), _plain(ratio),
            now("Where the engine stands between the best fixed levels of hindsight (0) and %(rule)s (1), by controllable cost.")
            % {"rule": rule},
        ),
        Measure(
            _("Over perfect foresight"), share_text(None if over is None else 100 * over, 1),
            _("How far the total cost is beyond that of moving every unit just in time in full trucks, which nobody can."),
        ),
        Measure(
            _("Perfect foresight"), share_text(figures["clairvoyant"]), _("What that would cost, of what was asked for, by value.")
        ),
        Measure(
            _("Best fixed levels"), share_text(figures["oracle"]),
            _("Holding, shortage and expiry at the best levels that never change, chosen afterwards and without trucks."),
        ),
        Measure(
            _("Nervousness"), share_text(100 * figures["nervousness"]),
            _("How much the engine's levels change from one week to the next, by value, on the mean."),
        ),
    ]  # fmt: skip


def classes(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines by demand class, classes in their order and policies within them."""
    order = list(CLASSES)
    rows = sorted(figures["classes"], key=lambda row: order.index(row["name"]))
    return [
        {
            "class": CLASSES[row["name"]],
            "policy": POLICIES[row["policy"]],
            "is_engine": row["policy"] == ENGINE,
            "cells": [
                row["items"], share_text(100 * row["asked"], 1), *(share_text(row[name]) for name in CLASS_COSTS),
                share_text(100 * row["fill"], 1), share_text(100 * row["bonded"], 1),
            ],
        }
        for row in rows
    ]  # fmt: skip


def worst(result: BacktestResult) -> list[dict[str, Any]]:
    """The items that cost most under the engine, each with the way to its page while the client still has it."""
    rows = result.figures["worst"]
    wanted = [row["sku"] for row in rows]
    known = {item.sku: item for item in Item.objects.filter(client=result.client_id, sku__in=wanted)}
    return [
        {
            "sku": row["sku"],
            "description": known[row["sku"]].description if row["sku"] in known else "",
            "url": reverse("warehouse:placement_item", args=[known[row["sku"]].pk]) if row["sku"] in known else "",
            "cost": money(row["cost"]),
            "fill": share_text(100 * row["fill"], 1),
        }
        for row in rows
    ]


def _less(share: float) -> str:
    """So much less; or more, where it is."""
    told = {"share": share_text(100 * abs(share), 1)}
    return now("%(share)s less") % told if share >= 0 else now("%(share)s more") % told


def _plain(value: float | None) -> str:
    found = number(value)
    return DASH if found is None else quantity_text(round_half_up(found, 2))
