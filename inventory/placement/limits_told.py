"""What room and money came to in a run, in the reader's language.

Source: placement.md §6.6 (docs/placement.md).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from inventory.placement.explain import percent, text


def sentences(metrics: Mapping[str, Any]) -> list[str]:
    """A sentence per limit that the run's totals tell of: the room of sites, the budget, and what waits for room now."""
    limits = [_capacity(row) if row["kind"] == "capacity" else _budget(row) for row in metrics.get("limits", ())]
    return [*limits, *(_waiting(row) for row in metrics.get("rooms", ()) if row["price_per_m3"] > 0)]


def _capacity(row: Mapping[str, Any]) -> str:
    if row["price"] > 0:
        said = _("Room at %(node)s: %(used)s used, a m³ there is worth %(price)s a week.")
    else:
        said = _("Room at %(node)s: %(used)s used; it does not bind.")
    return _told(said, row)


def _budget(row: Mapping[str, Any]) -> str:
    if row["price"] > 0:
        said = _("Budget of %(limit)s: %(used)s used, money is worth %(rate)s a year more than it costs.")
    else:
        said = _("Budget of %(limit)s: %(used)s used; it does not bind.")
    return _told(said, row)


def _told(said: str, row: Mapping[str, Any]) -> str:
    """The sentence with its numbers, and that the limit is broken where it is."""
    used = percent(row["expected"] / row["limit"]) if row["limit"] else "–"
    found = said % {
        "node": row["node"], "used": used, "limit": text(row["limit"]), "price": text(row["price"]),
        "rate": percent(row["price"]),
    }  # fmt: skip
    return found if row["is_kept"] else f"{found} {_('It cannot be kept: a least fill demands more.')}"


def _waiting(row: Mapping[str, Any]) -> str:
    said = _(
        "%(node)s is full: %(taken)s of %(capacity)s m³ are there or on the way and %(asked)s m³ are asked for now; what has no "
        "room waits in bond, and one m³ more would be worth %(price)s."
    )
    return said % {
        "node": row["node"], "taken": text(row["taken_m3"]), "capacity": text(row["capacity_m3"]),
        "asked": text(row["asked_m3"]), "price": text(row["price_per_m3"]),
    }  # fmt: skip
