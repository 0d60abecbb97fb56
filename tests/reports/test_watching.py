"""Deadlines are watched day by day, each on its site's own calendar."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.errors import ReferenceMissing
from inventory.findings.models import Finding
from inventory.reference.services import load
from inventory.reports.watching import NEAR, PASSED, watch_consolidated, watch_deadlines, watch_exits
from tests.builders import (
    ACTOR,
    NOON,
    TODAY,
    make_account,
    make_authorisation,
    make_bonded_lot,
    make_outbound_line,
    make_pedimento,
    make_site,
    make_subline,
)

pytestmark = pytest.mark.django_db
DUE = date(2026, 6, 30)


@pytest.fixture
def lot():
    site = make_site("tij", time_zone="America/Tijuana")
    return make_bonded_lot(make_account(authorisation=make_authorisation(site=site)), 50, must_leave_by=DUE)


def noon(day):
    return datetime(day.year, day.month, day.day, 19, tzinfo=UTC)


def standing():
    return [(finding.code, finding.severity) for finding in Finding.objects.filter(closed_at=None)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-91, []),
        (-90, [(NEAR, "info")]),
        (-31, [(NEAR, "info")]),
        (-30, [(NEAR, "warning")]),
        (0, [(NEAR, "warning")]),
        (1, [(PASSED, "critical")]),
    ],
)
def test_a_deadline_grows_more_urgent_as_it_comes(lot, days, expected):
    watch_deadlines(at=noon(DUE + timedelta(days=days)))

    assert standing() == expected


def test_the_last_day_is_the_sites_own(lot):
    still_the_30th_in_tijuana = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)

    watch_deadlines(at=still_the_30th_in_tijuana)

    assert standing() == [(NEAR, "warning")]


def test_looking_every_day_leaves_one_row_until_it_passes(lot):
    for days in (-40, -20, -1):
        watch_deadlines(at=noon(DUE + timedelta(days=days)))
    assert Finding.objects.count() == 1

    watch_deadlines(at=noon(DUE + timedelta(days=1)))

    near, passed = Finding.objects.order_by("pk")
    assert (near.closed_by, near.resolution != "", passed.closed_at) == ("system:watch_deadlines", True, None)
    assert (passed.due_on, passed.context["remaining"], passed.site_code) == (DUE, "50", "tij")


def test_what_has_left_is_no_longer_due(lot):
    watch_deadlines(at=noon(DUE))
    lot.remaining = 0
    lot.save(update_fields=["remaining"])

    watch_deadlines(at=noon(DUE))

    assert standing() == []
    assert Finding.objects.get().closed_at == noon(DUE)


# ── Consolidated pedimentos: scenario B of mexico.md §11 opens on Monday 2 March 2026, its limit is Friday the 13th ──


def opened(on=date(2026, 3, 2), **values):
    site = make_site("slp")
    values = {"is_consolidated": True, "consolidated_opened_on": on, "site": site, **values}
    return make_pedimento(authorisation=make_authorisation(site=site), **values)


@pytest.fixture
def law(db):
    load(["rate_parameters"])


@pytest.mark.parametrize(
    ("day", "expected"),
    [(9, []), (10, [("consolidated_due", "warning")]), (13, [("consolidated_due", "warning")]),
     (14, [("consolidated_late", "critical")])],
)  # fmt: skip
def test_a_weekly_consolidated_must_be_closed_by_friday_of_the_next_week(law, day, expected):
    opened()

    watch_consolidated(at=noon(date(2026, 3, day)))

    assert standing() == expected
    assert all(finding.due_on == date(2026, 3, 13) for finding in Finding.objects.all())


def test_the_last_minutes_of_friday_are_the_sites_own(law):
    opened()

    watch_consolidated(at=datetime(2026, 3, 14, 5, 30, tzinfo=UTC))

    assert standing() == [("consolidated_due", "warning")]


def test_once_it_is_closed_its_finding_is_too_and_one_that_was_late_left_the_earlier_finding(law):
    pedimento = opened()
    for day in (12, 16):
        watch_consolidated(at=noon(date(2026, 3, day)))
    assert standing() == [("consolidated_late", "critical")]

    pedimento.consolidated_closed_on = date(2026, 3, 16)
    pedimento.save()
    watch_consolidated(at=noon(date(2026, 3, 17)))

    assert standing() == []
    assert Finding.objects.get(code="consolidated_due").resolution == "Its deadline passed."


def test_where_the_law_has_no_term_on_that_day_nothing_is_guessed(law):
    opened(on=date(2025, 11, 3))

    with pytest.raises(ReferenceMissing):
        watch_consolidated(at=noon(date(2025, 11, 20)))


# ── Exits: a J4 of 40 pieces, of which 30 left on 3 March 2026 ────────────────────────────────────


@pytest.fixture
def account(db):
    load(["clave_effects", "document_keys", "regimes"])
    account = make_account(authorisation=make_authorisation(site=make_site("slp")))
    make_bonded_lot(account, 35)
    return account


def leave(account, line, quantity):
    withdrawal = customs.Withdrawal(line, account.pk, Decimal(quantity))
    key = f"exit/{line.pedimento.number}/{quantity}"
    customs.discharge(key=key, withdrawals=[withdrawal], legal_date=TODAY, at=NOON, actor=ACTOR)
    return key


def test_an_exit_that_left_in_part_is_named_with_what_is_still_to_leave_until_that_left_too(account):
    line = make_outbound_line(account, 35)
    assert watch_exits(at=NOON) == 0  # nothing left: it may be for tomorrow

    leave(account, line, 30)
    assert watch_exits(at=NOON) == 1
    (finding,) = Finding.objects.filter(closed_at=None)
    assert (finding.code, finding.severity, finding.client, finding.site_code) == (
        "exit_incomplete", "warning", account.client, line.pedimento.site.code,
    )  # fmt: skip
    assert finding.context == {
        "exit": line.pedimento.number, "line": 1, "sku": account.item.sku, "declared": "35", "left": "5",
    }  # fmt: skip

    leave(account, line, 5)
    assert watch_exits(at=NOON) == 0
    assert standing() == []


def test_an_exit_taken_back_whole_has_nothing_left_to_leave(account):
    key = leave(account, make_outbound_line(account, 40), 30)
    watch_exits(at=NOON)
    assert standing() == [("exit_incomplete", "warning")]

    customs.reverse_discharges(key="back", of=key, legal_date=TODAY, at=NOON, actor=ACTOR, reason="Turned back")

    assert watch_exits(at=NOON) == 0
    assert standing() == []


@pytest.mark.parametrize(("state", "open_"), [("paid", 1), ("applied", 0)])
def test_an_exit_rectified_to_what_left_is_complete_once_the_rectification_is_applied(account, state, open_):
    line = make_outbound_line(account, 40)
    leave(account, line, 30)
    r1 = make_pedimento(account.client, document_key="R1", effect="COR", rectifies=line.pedimento, state=state)
    make_subline(r1, account.item, 30)

    assert watch_exits(at=NOON) == open_


def test_what_was_refused_is_settled_when_the_exit_left_in_full_or_was_withdrawn(account):
    later, never = make_outbound_line(account, 36), make_outbound_line(account, 36)
    for line in (later, never):
        with pytest.raises(NotEnoughBonded):
            leave(account, line, 36)
    refused = [("exit_refused", "critical")]
    assert (watch_exits(at=NOON), standing()) == (2, refused * 2)

    make_bonded_lot(account, 1)
    leave(account, later, 36)
    assert (watch_exits(at=NOON), standing()) == (1, refused)

    customs.withdraw_pedimento(pedimento=never.pedimento, reason="Not needed", at=NOON, actor=ACTOR)
    assert (watch_exits(at=NOON), standing()) == (0, [])
