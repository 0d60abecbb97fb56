"""The sentence behind a number, in the reader's language, made only of numbers that stand in its explanation.

Source: placement.md §10 (docs/placement.md).
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS = {
    "REPLENISH": gettext_lazy("Replenish"),
    "TOPUP_TRUCK": gettext_lazy("Fill the truck"),
    "LIMIT_NEAR": gettext_lazy("Permanence limit near"),
    "LIMIT_PASSED": gettext_lazy("Permanence limit passed"),
    "PREPOSITION": gettext_lazy("Bring forward"),
    "EXPEDITE": gettext_lazy("Expedite"),
    "TRANSFER": gettext_lazy("Transfer between bonded sites"),
    "HOLD_DEFERRAL": gettext_lazy("Hold in bond: duty deferred"),
    "HOLD_POOL": gettext_lazy("Hold in bond: pooled for all DCs"),
    "HOLD_TARIFF": gettext_lazy("Hold in bond: rate about to fall"),
    "RUNOUT": gettext_lazy("Let it run out"),
    "MOQ_COVER": gettext_lazy("Least order covers long"),
    "NO_BASIS": gettext_lazy("No basis for a level"),
    "NO_LANE": gettext_lazy("No lane from bond"),
    "BLOCKED": gettext_lazy("Lane closed"),
    "NOT_PLANNED": gettext_lazy("Not planned"),
    "OVERRIDE": gettext_lazy("Planner's override"),
}
HELD_BY = {
    "stock": gettext_lazy("stock in bond"),
    "capacity": gettext_lazy("room at the DC"),
    "truck": gettext_lazy("trucks"),
}
CLASSES = {
    "smooth": gettext_lazy("Smooth demand"),
    "erratic": gettext_lazy("Erratic demand"),
    "intermittent": gettext_lazy("Intermittent demand"),
    "lumpy": gettext_lazy("Lumpy demand"),
    "": gettext_lazy("No demand"),
}


def sentence(explanation: Mapping[str, Any]) -> str:
    """The explanation of a level, move or exception as one or a few sentences; nothing in it that is not in the mapping."""
    say = _SENTENCES.get(str(explanation.get("kind", "")))
    return say(explanation) if say else ""


def text(value: Any, places: int = 2) -> str:
    """A number for people: at most so many decimals, thousands parted; what has no number is a dash.

    >>> text(1234.5), text(0.05), text(12), text(None), text(0.00042, 4)
    ('1,234.5', '0.05', '12', '–', '0.0004')
    """
    if value is None:
        return "–"
    shown = f"{float(value):,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def percent(share: Any) -> str:
    """A share as a percentage.

    >>> percent(0.98612), percent(1)
    ('98.6 %', '100 %')
    """
    return f"{text(float(share) * 100, 1)} %"


def _numbers(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Every number of the explanation as text, money of a week with four decimals."""
    fine = {"delta", "h_B", "h_D", "marginal_before", "marginal_after", "value_last_unit", "extra_per_unit"}
    return {
        name: text(value, 4 if name in fine else 2) if value is None or isinstance(value, int | float) else value
        for name, value in facts.items()
    }


def _basis(facts: Mapping[str, Any]) -> str:
    data = facts["data"]
    said = _("%(demand)s, %(weeks)s weeks of history, confidence %(confidence)s.") % {
        "demand": CLASSES.get(facts["class"], facts["class"]),
        "weeks": data["weeks"],
        "confidence": facts["confidence"],
    }
    if data["adjustments"]:
        said += " " + _("Weeks corrected for stock-outs or returns: %(adjustments)s.") % data
    if data["outlier_week"]:
        said += " " + _("The week of %(outlier_week)s is far out of line.") % data
    return said


def _set_by_hand(facts: Mapping[str, Any]) -> str:
    """That a planner set the level, where one did."""
    if facts.get("computed") is None:
        return ""
    return _("A planner set this level; computed were %(computed)s.") % _numbers(facts) + " "


def _level_dc(facts: Mapping[str, Any]) -> str:
    said = _(
        "Hold up to %(value)s at %(node)s: %(expected_demand)s expected over %(protection_weeks)s weeks "
        "(%(lead_weeks)s to arrive, then the review) and %(safety_stock)s for uncertainty. A lost unit costs %(p)s, a week "
        "forward instead of in bond %(delta)s, hold-back factor %(phi)s; the next unit would gain %(marginal_after)s."
    )
    return _set_by_hand(facts) + " ".join([said % _numbers(facts), *_scarce(facts), *_events(facts), _basis(facts)])


def _level_bonded(facts: Mapping[str, Any]) -> str:
    said = _(
        "Own up to %(value)s at %(node)s and the DCs it feeds: %(expected_demand)s expected over %(protection_weeks)s weeks and "
        "%(safety_stock)s for uncertainty; %(position)s are there or on the way. Holding a unit for a week costs %(h_B)s in bond "
        "and %(h_D)s forward, a lost one %(p)s."
    )
    return _set_by_hand(facts) + " ".join([said % _numbers(facts), *_from_bond(facts), *_scarce(facts), _basis(facts)])


def _from_bond(facts: Mapping[str, Any]) -> list[str]:
    """What comes from other bonded sites, or goes to them."""
    if "from_bond" in facts:
        return [_("%(from_bond)s more come from other bonded sites.") % _numbers(facts)]
    return [_("%(to_bond)s of them go to other bonded sites.") % _numbers(facts)] if "to_bond" in facts else []


def _scarce(facts: Mapping[str, Any]) -> list[str]:
    """What a limit that items share does to a level."""
    found = []
    if "capacity_price" in facts:
        found.append(_("Room at %(node)s is scarce: a m³ there is worth %(capacity_price)s a week."))
    if "budget_price" in facts:
        found.append(_("The budget for stock binds: money is worth %(budget_rate)s a year more than it costs."))
    if found:
        found.append(_("Without these limits the level would be %(value_without_limits)s."))
    rate = {"budget_rate": percent(facts["budget_price"])} if "budget_price" in facts else {}
    return [said % {**_numbers(facts), **rate} for said in found]


def _move(facts: Mapping[str, Any]) -> str:
    said = _(
        "Send %(quantity)s from %(from_node)s to %(to_node)s: its position goes from %(position)s to %(position_after)s, its level "
        "is %(value)s. Expected service there, while bond can supply, goes from %(before)s to %(after)s, expected cost a week, in "
        "bond and there, from %(cost_before)s to %(cost_after)s; the last unit gains %(value_last_unit)s. %(stays_in_bond)s stay "
        "in bond."
    )
    shares = {"before": percent(facts["fill_before"]), "after": percent(facts["fill_after"])}
    return _set_by_hand(facts) + " ".join(
        [said % {**_numbers(facts), **shares}, *_lots(facts), *_events(facts), _basis(facts)]
    )


def _move_early(facts: Mapping[str, Any]) -> str:
    said = _(
        "Send %(quantity)s from %(from_node)s to %(to_node)s before a permanence limit runs out: its position goes from "
        "%(position)s to %(position_after)s, its level is %(value)s. Expected service there, while bond can supply, goes from "
        "%(before)s to %(after)s, expected cost a week, in bond and there, from %(cost_before)s to %(cost_after)s."
    )
    shares = {"before": percent(facts["fill_before"]), "after": percent(facts["fill_after"])}
    return " ".join([said % {**_numbers(facts), **shares}, *_waiting(facts), *_lots(facts), _basis(facts)])


def _waiting(facts: Mapping[str, Any]) -> list[str]:
    """The cover that units shipped early make, and why that is cheaper than expiry."""
    if facts.get("covers_weeks") is None:
        return []
    if facts["waiting_cost"] < facts["expiry_cost"]:
        said = _(
            "That covers %(covers_weeks)s weeks of demand there: the last unit waits so long for %(waiting_cost)s, %(delta)s a "
            "week, which is still less than the %(expiry_cost)s that leaving by force costs."
        )
    else:
        said = _(
            "That covers %(covers_weeks)s weeks of demand there: the last unit, in a pack or truck that is filled, waits so long "
            "for %(waiting_cost)s, %(delta)s a week; leaving by force costs %(expiry_cost)s."
        )
    return [said % _numbers(facts)]


def _move_expedite(facts: Mapping[str, Any]) -> str:
    said = _(
        "Send %(quantity)s from %(from_node)s to %(to_node)s by %(way)s instead of %(usual_way)s: they are there in %(weeks)s "
        "weeks instead of %(usual_weeks)s. Of the %(expedited)s sent by it, %(short_saved)s would be missed until then; at "
        "%(p)s each that saves %(saved)s, for %(extra_freight)s more freight (%(extra_per_unit)s a unit)."
    )
    found = [said % _numbers(facts)]
    if facts["waiting"]:
        found.append(_("%(waiting)s of them would have waited for a truck.") % _numbers(facts))
    return " ".join([*found, *_lots(facts), _basis(facts)])


def _lots(facts: Mapping[str, Any]) -> list[str]:
    named = _("Lot %(lot)s must leave by %(limit_date)s (%(days_left)s days).")
    unnamed = _("Units without a lot number must leave by %(limit_date)s (%(days_left)s days).")
    return [(named if lot["lot"] else unnamed) % lot for lot in facts["lots"]]


def _events(facts: Mapping[str, Any]) -> list[str]:
    """What is known to come: a closed lane, a holiday on the way, a change of duty."""
    found = []
    if "reroute_crossing" in facts:
        found.append(
            _(
                "The lane is closed from %(closed_from)s to %(closed_to)s; going by %(reroute_crossing)s costs less than holding."
            )
        )
    elif "closed_from" in facts:
        found.append(
            _(
                "The lane is closed from %(closed_from)s to %(closed_to)s: %(closed_weeks)s weeks more are covered; "
                "otherwise the level would be %(level_without_closure)s."
            )
        )
    if "holiday_weeks" in facts:
        found.append(_("A holiday makes the way longer, by weeks: %(holiday_weeks)s."))
    return [said % _numbers(facts) for said in found] + _duty(facts)


def _duty(facts: Mapping[str, Any]) -> list[str]:
    if "duty_on" not in facts or "duty_saved" not in facts:
        return []
    shares = {name: percent(facts[name]) for name in ("duty_now", "duty_new")}
    known = {**_numbers(facts), **shares, "held_by": ", ".join(str(HELD_BY[name]) for name in facts.get("held_by", ()))}
    if "cover_weeks" not in facts:
        said = _(
            "Duty falls from %(duty_now)s to %(duty_new)s on %(duty_on)s: until then only units that gain more than the "
            "%(duty_saved)s it saves are sent, up to %(level_until)s, and %(held)s wait."
        )
        return [said % known]
    said = _(
        "Duty rises from %(duty_now)s to %(duty_new)s on %(duty_on)s: a unit brought forward saves %(duty_saved)s and a week "
        "forward costs %(delta)s, so %(cover_weeks)s weeks of demand are worth bringing; of %(ahead_asked)s units, %(ahead)s are "
        "brought now."
    )
    return [said % known, *([_("The rest is held back by: %(held_by)s.") % known] if facts["held_by"] else [])]


def _blocked(facts: Mapping[str, Any]) -> str:
    said = _(
        "%(quantity)s are needed at %(node)s, but the lane from %(from_node)s by %(crossing)s is closed until %(closed_to)s: "
        "the move is blocked, and waiting would cost %(wait_cost)s."
    )
    found = [said % _numbers(facts)]
    if facts["reroute"]:
        way = _("%(quantity)s can come from %(from_node)s by %(crossing)s for %(cost)s more (freight %(freight)s).")
        named = {"crossing": facts["reroute"]["crossing"] or facts["reroute"]["mode"]}
        found.append(way % {**_numbers(facts["reroute"]), **named})
    else:
        found.append(_("There is no other way."))
    return " ".join([*found, _basis(facts)])


def _transfer(facts: Mapping[str, Any]) -> str:
    found = [
        _(
            "Bring %(quantity)s from %(from_node)s to %(to_node)s, from bond to bond: %(from_node)s and the DCs it feeds own "
            "%(origin_position)s, their level is %(origin_value)s; %(to_node)s and its DCs own %(position)s, their level is "
            "%(value)s."
        ),
        _(
            "%(transferred)s save %(saves)s: what would be missed until a supplier could deliver %(saved_short)s, orders "
            "%(saved_order)s, holding %(saved_holding)s, expiry %(saved_expiry)s, waiting of units shipped early %(saved_early)s."
        ),
        _(
            "They cost %(costs)s: freight %(freight)s, capital on the way %(cost_way)s, what may be missed at %(from_node)s "
            "%(cost_missed)s, its sooner orders %(cost_refill)s, more holding %(cost_more_holding)s."
        ),
    ]
    known = {**_numbers(facts), "freight": text(facts["cost_freight"])}
    said = [one % known for one in found] + _lots(facts)
    if facts["limit_renewed"]:
        said.append(_("By the network, this transfer lets them stay until %(limit_renewed)s.") % facts)
    elif facts["lots"]:
        said.append(_("Their limit goes along, and they should leave %(to_node)s before it.") % facts)
    return " ".join([*said, _basis(facts)])


def _transfer_advice(facts: Mapping[str, Any]) -> str:
    said = _(
        "No movement order can be made of this here: goods change from one authorisation to the other by a pair of pedimentos "
        "(V1, or K2 and A4), which planners and customs agree on."
    )
    return f"{_transfer(facts)} {said}"


def _purchase(facts: Mapping[str, Any]) -> str:
    said = _(
        "Order %(quantity)s from %(from_node)s for %(to_node)s: the site and the DCs it feeds own %(position)s, their level is "
        "%(value)s."
    )
    none, some = _("No demand is expected."), _("The order covers %(covers_weeks)s weeks of demand.")
    covers = none if facts["covers_weeks"] is None else some
    return f"{said % _numbers(facts)} {covers % _numbers(facts)} {_basis(facts)}"


def _limit_near(facts: Mapping[str, Any]) -> str:
    if facts["lot"]:
        said = _("%(value)s of lot %(lot)s stay at %(node)s and must leave by %(limit_date)s (%(days_left)s days).")
    else:
        said = _(
            "%(value)s without a lot number stay at %(node)s and must leave by %(limit_date)s (%(days_left)s days)."
        )
    cost = _("A unit that has to leave by force costs %(expiry_cost)s.")
    return " ".join(part % _numbers(facts) for part in (said, _in_time(facts), cost))


def _in_time(facts: Mapping[str, Any]) -> str:
    """Whether a lot leaves in time at the present demand, and why not."""
    if not facts["weekly"]:
        return _("No demand is expected that would take %(at_risk)s of them before.")
    if not facts["at_risk"]:
        return _("At the present demand of %(weekly)s a week all of them leave in time.")
    if "cover_weeks" not in facts:  # a run from before weeks of cover were kept
        return _("At the present demand of %(weekly)s a week %(at_risk)s of them would not.")
    return _(
        "At the present demand of %(weekly)s a week %(at_risk)s of them would not: with what leaves before them they last for "
        "%(cover_weeks)s weeks, and there are %(weeks_until)s until the last review before that day."
    )


def _limit_passed(facts: Mapping[str, Any]) -> str:
    if facts["lot"]:
        said = _("%(value)s of lot %(lot)s at %(node)s should have left by %(limit_date)s, %(days_past)s days ago.")
    else:
        said = _(
            "%(value)s without a lot number at %(node)s should have left by %(limit_date)s, %(days_past)s days ago."
        )
    ways = _("They leave by late return, change of regime or destruction, not by a move.")
    return f"{said % _numbers(facts)} {ways}"


def _no_basis(_facts: Mapping[str, Any]) -> str:
    return _("There is no demand history for this item: nothing is recommended.")


def _no_lane(facts: Mapping[str, Any]) -> str:
    return _("No lane leads from a bonded site of this item to %(node)s.") % facts


def _not_planned(facts: Mapping[str, Any]) -> str:
    if facts.get("lot"):
        return _(
            "The part of the run with this item failed: nothing is recommended, and lot %(lot)s is near its limit or past it."
        ) % {"lot": facts["lot"]}
    return _("The part of the run with this item failed: nothing is recommended. Run placement again.")


def _runout(facts: Mapping[str, Any]) -> str:
    said = _(
        "%(quantity)s lie at %(node)s or are on the way there, and nothing is expected to be asked of them: let them run out."
    )
    return f"{said % _numbers(facts)} {_basis(facts)}"


def _overstock(facts: Mapping[str, Any]) -> str:
    said = _("%(position)s are owned at %(node)s and the DCs it feeds, %(quantity)s more than the level of %(value)s.")
    none, some = _("No demand is expected."), _("That covers %(cover_weeks)s weeks of demand.")
    covers = none if facts["cover_weeks"] is None else some
    return f"{said % _numbers(facts)} {covers % _numbers(facts)} {_basis(facts)}"


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "level_dc": _level_dc,
    "level_bonded": _level_bonded,
    "move": _move,
    "move_early": _move_early,
    "move_expedite": _move_expedite,
    "transfer": _transfer,
    "transfer_advice": _transfer_advice,
    "purchase": _purchase,
    "limit_near": _limit_near,
    "limit_passed": _limit_passed,
    "no_basis": _no_basis,
    "no_lane": _no_lane,
    "not_planned": _not_planned,
    "runout": _runout,
    "overstock": _overstock,
    "blocked": _blocked,
}
