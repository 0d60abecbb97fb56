"""What a back-test says, in words: policies, settings, steps, the sentences above its figures, and what to bear in mind."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from inventory.placement.engine.compare import DONE, ENGINE, FIXED, FORWARD, NORMAL, SUPPLY, TUNING, UNTUNED
from inventory.units import plain, round_half_up

POLICIES = {
    ENGINE: _("Recinto's engine"),
    UNTUNED: _("Weeks of supply, 4 + 4"),
    SUPPLY: _("Weeks of supply, tuned"),
    NORMAL: _("Normal base stock, tuned"),
    FORWARD: _("All forward, tuned"),
    DONE: _("What was done"),
}
FEW_WEEKS, FEW_KNOWN = 13, 78  # judged, and known before the first review: below them the page warns


def stage_text(what: str) -> str:
    """What a back-test is doing, from the word of its engine."""
    if what == TUNING:
        return now("Tuning on the weeks before")
    if what == FIXED:
        return now("Looking for the best fixed levels")
    return now("Playing: %(policy)s") % {"policy": POLICIES[what]}


def share_text(percentage: float | None, places: int = 2) -> str:
    """A percentage out of figures as people read it.

    >>> share_text(3.3751)
    '3.38 %'
    """
    return "—" if percentage is None else f"{_number(percentage, places)} %"


def settings_text(policy: str, settings: Sequence[float]) -> str:
    """The numbers that a rule was played with; empty for what has none."""
    numbers = [_number(value, 2) for value in settings]
    if policy in (SUPPLY, UNTUNED) and len(numbers) > 1:
        return now("%(near)s weeks at each center, %(far)s more in the network") % {
            "near": numbers[0],
            "far": numbers[1],
        }
    if policy == NORMAL and len(numbers) > 1:
        return now("%(near)s standard deviations at centers, %(far)s in the network") % {
            "near": numbers[0], "far": numbers[1]
        }  # fmt: skip
    return now("%(far)s more weeks in the network") % {"far": numbers[0]} if numbers else ""


def best_rule(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    """The line of the rule of thumb whose controllable cost is least, tuned or not."""
    rules = (line for line in figures["lines"] if line["policy"] not in (ENGINE, DONE))
    return min(rules, key=lambda line: float(line["controllable"]))


def headline(figures: Mapping[str, Any]) -> list[str]:
    """What came of it, in plain sentences: cost, service, stock at equal service, and what was done."""
    lines = {line["policy"]: line for line in figures["lines"]}
    engine, rule = lines[ENGINE], best_rule(figures)
    weeks = figures["weeks"]
    told = {
        "weeks": weeks, "engine": share_text(engine["controllable"]), "rule": share_text(rule["controllable"]),
        "name": POLICIES[rule["policy"]],
    }  # fmt: skip
    found = [
        now(
            "Over %(weeks)s weeks, following the engine would have cost %(engine)s of what was asked for, by value; the best rule"
            " of thumb (%(name)s) %(rule)s."
        )
        % told,
        now("The engine would have served %(engine)s of demand at once, the rule %(rule)s.")
        % {"engine": share_text(100 * engine["fill"], 1), "rule": share_text(100 * rule["fill"], 1)},
    ]
    if engine["controllable"] > rule["controllable"]:
        found.append(now("Here the rule was the cheaper one."))
    if DONE in lines:
        found.append(
            now("What was done would have cost %(cost)s and served %(fill)s.")
            % {"cost": share_text(lines[DONE]["controllable"]), "fill": share_text(100 * lines[DONE]["fill"], 1)}
        )
    return found


def remarks(figures: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """What to bear in mind when reading the figures; `asked` are the parameters of the back-test."""
    weeks, settling = figures["weeks"], asked["settling_weeks"]
    known = asked["history_weeks"] - asked["weeks"] - settling
    found = []
    if weeks < FEW_WEEKS:
        found.append(
            now("Only %(weeks)s weeks are judged: a small difference between two policies may be chance.")
            % {"weeks": weeks}
        )
    if known < FEW_KNOWN:
        found.append(
            now(
                "The history is short: only %(weeks)s weeks were known before the first review, so tuning leans on theory."
            )
            % {"weeks": known}
        )
    if asked["items"] < asked["items_known"]:
        found.append(
            now("Of %(all)s items %(n)s were played, drawn by lot.")
            % {"all": asked["items_known"], "n": asked["items"]}
        )
    found.append(
        now("All policies begin with the same made-up stock and the same lead times, drawn by chance; the first %(weeks)s weeks, in"
          " which that start still shows, are played and not counted.") % {"weeks": settling}
    )  # fmt: skip
    found.append(now("Trucks are paid by the cubic metre, because they carry the goods of several clients."))
    found.append(_done_text(asked["done"], asked["weeks"] + settling))
    return found


def _done_text(done: Mapping[str, Any], played: int) -> str:
    if not done["movements"]:
        return now(
            "Nothing left bond for a distribution center in these weeks, so there is nothing that was done to compare with."
        )
    return now(
        "What was done are the dispatches of %(n)s of the %(all)s weeks played and the receipts into bond, ordered one supply lead"
        " time before. It shows what these decisions would have cost from the same start, not what the weeks did cost."
    ) % {"n": done["weeks_shipped"], "all": played}


def _number(value: float, places: int) -> str:
    return plain(round_half_up(Decimal(str(value)), places))
