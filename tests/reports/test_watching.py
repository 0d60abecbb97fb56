"""Deadlines are watched day by day, each on its site's own calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.errors import ReferenceMissing
from inventory.findings.models import Finding
from inventory.reference.services import load
from inventory.reports.watching import NEAR, PASSED, watch_consolidated, watch_deadlines
from tests.builders import make_account, make_authorisation, make_bonded_lot, make_pedimento, make_site

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
