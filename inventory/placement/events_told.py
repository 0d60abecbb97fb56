"""What known events came to in a run, in the reader's language.

Source: placement.md §8 and §18 (docs/placement.md).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from inventory.placement.explain import HELD_BY, percent, text


def sentences(metrics: Mapping[str, Any]) -> list[str]:
    """A sentence per closure and per change of duty that the run's totals tell of."""
    closures = [_closure(row) for row in metrics.get("closures", ())]
    return [*closures, *(_duty_change(row) for row in metrics.get("duty_changes", ()))]


def _closure(row: Mapping[str, Any]) -> str:
    known = {**row, "weeks": text(row["weeks"])}
    if row["is_now"] and row["to"] == date.max.isoformat():
        return (
            _("%(from_node)s → %(to_node)s is closed since %(from)s, nobody knows until when: nothing moves over it.")
            % known
        )
    if row["is_now"]:
        return _("%(from_node)s → %(to_node)s is closed until %(to)s: nothing moves over it.") % known
    if row["to"] == date.max.isoformat():
        return (
            _(
                "%(from_node)s → %(to_node)s closes on %(from)s, nobody knows until when: %(weeks)s weeks are prepared for."
            )
            % known
        )
    return _("%(from_node)s → %(to_node)s closes from %(from)s to %(to)s: %(weeks)s weeks are prepared for.") % known


def _duty_change(row: Mapping[str, Any]) -> str:
    numbers = {name: text(row[name]) for name in ("levels", "ahead", "ahead_asked", "held")}
    rates = {"now": percent(row["duty_now"]), "new": percent(row["duty_new"])}
    known = {**row, **numbers, **rates, "held_by": ", ".join(str(HELD_BY[name]) for name in row["held_by"])}
    said = [_("On %(on)s duty goes from %(now)s to %(new)s for %(levels)s levels.") % known]
    if row["ahead_asked"] > 0:
        said.append(_("Of %(ahead_asked)s units worth bringing before, %(ahead)s are brought now.") % known)
    if row["held_by"]:
        said.append(_("The rest is held back by: %(held_by)s.") % known)
    if row["held"] > 0:
        said.append(_("%(held)s units wait for the lower rate.") % known)
    return " ".join(said)
