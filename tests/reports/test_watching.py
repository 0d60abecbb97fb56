"""Deadlines are watched day by day, each on its site's own calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.findings.models import Finding
from inventory.reports.watching import NEAR, PASSED, watch_deadlines
from tests.builders import make_account, make_authorisation, make_bonded_lot, make_site

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
