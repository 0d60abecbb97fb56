"""How a placement run was made and what it found, as facts and a table for people; files carry every number of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.models import PlacementRun
from inventory.placement.explain import CLASSES
from inventory.units import round_half_up
from inventory.web.formatting import money_text, percent_text

Facts = list[tuple[Any, Any]]
FAMILIES = {
    "steady": _("Steady: the mean of slow methods"),
    "balanced": _("Balanced: half slow, half by past accuracy"),
    "responsive": _("Responsive: by past accuracy"),
}
SHARES = {
    "capital_rate_per_year": _("Capital rate a year"),
    "default_stockout_share": _("Cost of a lost unit, where none is stated: of its value"),
    "default_expiry_share": _("Cost of a unit that must leave by force, where none is stated: of its value"),
    "premium_floor": _("Least premium of being forward: of what holding there costs"),
}
WEEKS = {
    "review_weeks": _("Weeks between runs"),
    "red_weeks": _("Deadline is red within weeks"),
    "amber_weeks": _("Deadline is amber within weeks"),
    "dormant_weeks": _("Dormant after weeks without demand"),
    "moq_cover_weeks": _("Least order needs approval beyond weeks of cover"),
}
COUNTS = {
    "skus": _("Items"),
    "levels": _("Levels"),
    "moves": _("Moves"),
    "adjustments": _("Weeks of demand corrected"),
}


def parameters(run: PlacementRun) -> Facts:
    """The numbers of the method that the run used."""
    stated = run.parameters
    phi = stated.get("phi")
    found: Facts = [(_("Hold-back factor"), now("As tuned") if phi is None else plain(phi))]
    found += [(label, share(stated[name])) for name, label in SHARES.items() if name in stated]
    found += [(label, plain(stated[name])) for name, label in WEEKS.items() if name in stated]
    shared = now("Shared with other clients") if stated.get("are_trucks_shared") else now("The client's own")
    return [*found, (_("Trucks"), shared)]


def totals(run: PlacementRun) -> Facts:
    """What is expected with and without the moves, and how many of what there are."""
    found, metrics = [], run.metrics
    for name, label, text in (
        ("expected_fill", _("Expected service if bond supplies"), share),
        ("expected_weekly_cost", _("Expected cost, USD a week"), money),
    ):
        before, after = metrics.get(f"{name}_before"), metrics.get(f"{name}_after")
        if before is not None and after is not None:
            found.append((label, f"{text(before)} → {text(after)}"))
    return [*found, *((label, metrics[name]) for name, label in COUNTS.items() if name in metrics)]


def tuned_classes(run: PlacementRun) -> list[dict[str, Any]]:
    """How each class of demand was planned: `name`, `family`, `phi`, `beta`, `weeks` and `items` rehearsed, and `is_theory`."""
    tuned: Mapping[str, Any] = (run.parameters.get("tuning") or {}).get("classes", {})
    return [
        {
            "name": title,
            "family": FAMILIES.get(found["family"], found["family"]),
            "phi": plain(found["phi"]),
            "beta": share(found["beta"]),
            "weeks": found["weeks"],
            "items": found["items"],
            "is_theory": not found["weeks"],
        }
        for name, title in CLASSES.items()
        if (found := tuned.get(name))
    ]


def plain(value: float) -> str:
    """A number with at most two decimals.

    >>> plain(2.0), plain(1.32523)
    ('2', '1.33')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def share(value: float) -> str:
    """A share as a percentage."""
    return percent_text(Decimal(str(value)))


def money(value: float) -> str:
    """Dollars and cents."""
    return money_text(round_half_up(Decimal(str(value)), 2))
