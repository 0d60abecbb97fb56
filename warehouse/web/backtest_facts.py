"""The figures of a back-test as its page shows them: facts, cost lines, measures with what they mean, classes, the worst items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.models import BacktestResult, Item
from inventory.placement.backtest_told import POLICIES, settings_text, share_text
from inventory.placement.explain import CLASSES
from inventory.templatetags import recinto as tags
from inventory.units import round_half_up
from inventory.web.formatting import DASH, quantity_text
from warehouse.web.scenario_words import money, number

FOLDER = "backtest-{}"
LINE_COSTS = ("holding", "short", "expired", "trucks", "total")
CLASS_COSTS = ("cost", "holding", "short", "expired")


@dataclass(frozen=True)
class Row:
    """A name, what stands below it in small, the way to its page, and its figures."""

    name: Any
    below: Any
    cells: Sequence[Any]
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A table of figures; the first of `head` is over the names."""

    id: str
    title: Any
    note: Any
    head: Sequence[Any]
    rows: Sequence[Row]


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


def lines(figures: Mapping[str, Any]) -> Table:
    """The cost lines of each policy, with its settings."""
    rows = [
        Row(
            POLICIES[line["policy"]], settings_text(line["policy"], line["settings"]),
            [
                share_text(line["controllable"]), share_text(100 * line["fill"], 1),
                *(share_text(line[name]) for name in LINE_COSTS), share_text(100 * line["bonded"], 1),
            ],
        )
        for line in figures["lines"]
    ]  # fmt: skip
    return Table(
        "lines", _("Cost lines"),
        _(
            "Shares of what was asked for, by value. Controllable is holding, shortage, expiry and trucks; the total has freight"
            " and the capital on the way as well."
        ),
        [
            _("Policy"), _("Controllable"), _("Served at once"), _("Holding"), _("Not served"), _("Forced out"), _("Trucks"),
            _("Total"), _("Bonded share"),
        ],
        rows,
    )  # fmt: skip


def measures(figures: Mapping[str, Any]) -> Table:
    """What a back-test is read by, each with its meaning."""
    ratio, over = figures["regret_ratio"], figures["lines"][0]["over_clairvoyant"]
    rule = now(
        "Where the engine stands between the best fixed levels of hindsight (0) and %(rule)s (1), by controllable cost."
    )
    rows = [
        *(_saved(policy, value) for policy, value in figures["holding_saved_at_equal_fill"].items()),
        Row(_("Regret ratio"), rule % {"rule": POLICIES[figures["best_rule"]]}, [_plain(ratio)]),
        Row(
            _("Over perfect foresight"),
            _("How far the total cost is beyond that of moving every unit just in time in full trucks, which nobody can."),
            [share_text(None if over is None else 100 * over, 1)],
        ),
        Row(
            _("Perfect foresight"), _("What that would cost, of what was asked for, by value."),
            [share_text(figures["clairvoyant"])],
        ),
        Row(
            _("Best fixed levels"),
            _("Holding, shortage and expiry at the best levels that never change, chosen afterwards and without trucks."),
            [share_text(figures["oracle"])],
        ),
        Row(
            _("Nervousness"),
            _("How much the engine's levels change from one week to the next, by value, on the mean."),
            [share_text(100 * figures["nervousness"])],
        ),
    ]  # fmt: skip
    return Table("measures", _("Measures"), "", [_("Measure"), _("Value")], rows)


def classes(figures: Mapping[str, Any]) -> Table:
    """The lines by demand class, classes in their order and policies within them."""
    order = list(CLASSES)
    rows = [
        Row(
            POLICIES[row["policy"]], CLASSES[row["name"]],
            [
                row["items"], share_text(100 * row["asked"], 1), *(share_text(row[name]) for name in CLASS_COSTS),
                share_text(100 * row["fill"], 1), share_text(100 * row["bonded"], 1),
            ],
        )
        for row in sorted(figures["classes"], key=lambda row: order.index(row["name"]))
    ]  # fmt: skip
    return Table(
        "classes", _("By demand class"), _("Shares of what was asked of the class; without trucks, which belong to no class."),
        [
            _("Policy"), _("Items"), _("Of demand"), _("Cost"), _("Holding"), _("Not served"), _("Forced out"),
            _("Served at once"), _("Bonded share"),
        ],
        rows,
    )  # fmt: skip


def worst(result: BacktestResult) -> Table:
    """The items that cost most under the engine, each with the way to its page while the client still has it."""
    found = result.figures["worst"]
    known = {
        item.sku: item for item in Item.objects.filter(client=result.client_id, sku__in=[row["sku"] for row in found])
    }
    rows = [
        Row(
            row["sku"], known[row["sku"]].description if row["sku"] in known else "",
            [money(row["cost"]), share_text(100 * row["fill"], 1)],
            reverse("warehouse:placement_item", args=[known[row["sku"]].pk]) if row["sku"] in known else "",
        )
        for row in found
    ]  # fmt: skip
    return Table(
        "worst", _("The items that cost most"),
        _("Under the engine: holding, shortage and expiry over the weeks that were counted; at most 20."),
        ["SKU", _("Cost"), _("Served at once")], rows,
    )  # fmt: skip


def _saved(policy: str, value: float | None) -> Row:
    """How much less the engine holds than a rule at its own service; or more, where it is."""
    told = now("never reached by it")
    if value is not None:
        share = {"share": share_text(100 * abs(value), 1)}
        told = now("%(share)s less") % share if value >= 0 else now("%(share)s more") % share
    return Row(
        now("Holding at equal service: %(policy)s") % {"policy": POLICIES[policy]},
        _("How much less stock cost the engine than this rule would have at the very service of the engine."), [told],
    )  # fmt: skip


def _plain(value: float | None) -> str:
    found = number(value)
    return DASH if found is None else quantity_text(round_half_up(found, 2))
