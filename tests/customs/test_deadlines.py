"""When a stay under bond ends: the table of mexico.md §1.5."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.customs.deadlines import (
    ALERT_DAYS,
    StayState,
    add_months,
    alert_reached,
    conservative_deadline,
    deadlines,
    is_expired,
    legal_deadline,
    next_business_day,
    stay_state,
)

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2040, 12, 31))
months = st.integers(min_value=1, max_value=240)


def weekday(day):
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("start", "months", "conservative", "legal"),
    [
        (date(2026, 1, 15), 18, date(2027, 7, 15), date(2027, 7, 15)),
        (date(2025, 8, 31), 18, date(2027, 2, 28), date(2027, 3, 1)),
        (date(2024, 2, 29), 24, date(2026, 2, 28), date(2026, 3, 2)),
        (date(2026, 3, 1), 60, date(2031, 3, 1), date(2031, 3, 3)),
        (date(2026, 2, 10), 24, date(2028, 2, 10), date(2028, 2, 10)),
        (date(2026, 6, 30), 6, date(2026, 12, 30), date(2026, 12, 30)),
        (date(2026, 3, 9), 60, date(2031, 3, 9), date(2031, 3, 10)),
    ],
)
def test_deadlines_worked_out_by_hand(start, months, conservative, legal):
    assert conservative_deadline(start, months) == conservative
    assert legal_deadline(start, months, weekday) == legal


@given(days, months)
def test_the_careful_day_is_never_later_than_the_lawful_one(start, count):
    assert conservative_deadline(start, count) <= legal_deadline(start, count, weekday)


@given(days, months)
def test_adding_months_keeps_the_day_number_or_ends_the_month(start, count):
    end, exists = add_months(start, count)

    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == count
    assert end.day == start.day if exists else (end + timedelta(days=1)).day == 1


@given(days, months)
def test_the_lawful_day_is_a_business_day(start, count):
    assert weekday(legal_deadline(start, count, weekday))


def test_a_holiday_moves_the_lawful_day_and_not_the_careful_one():
    independence = date(2026, 9, 16)

    assert legal_deadline(date(2026, 3, 16), 6, lambda day: weekday(day) and day != independence) == date(2026, 9, 17)
    assert conservative_deadline(date(2026, 3, 16), 6) == independence


def test_a_business_day_is_its_own_next():
    assert next_business_day(date(2026, 11, 20), weekday) == date(2026, 11, 20)
    assert next_business_day(date(2026, 11, 21), weekday) == date(2026, 11, 23)


def test_a_limit_in_days_counts_from_the_day_after():
    ends = deadlines(date(2026, 2, 10), "days", 20, weekday)

    assert (ends.conservative, ends.legal) == (date(2026, 3, 2), date(2026, 3, 2))


@pytest.mark.parametrize("kind", ["programme", "unknown"])
def test_a_stay_without_a_number_has_no_last_day(kind):
    ends = deadlines(date(2026, 2, 10), kind, None, weekday)

    assert (ends.conservative, ends.legal) == (None, None)
    assert stay_state(None, date(2099, 1, 1)) == StayState.VALID
    assert not is_expired(None, date(2099, 1, 1))


def test_the_last_day_itself_is_in_time():
    last = date(2027, 7, 15)

    assert not is_expired(last, last)
    assert stay_state(last, last) == "POR_VENCER"
    assert is_expired(last, date(2027, 7, 16))
    assert stay_state(last, date(2027, 7, 16)) == "VENCIDO"


def test_a_lot_falls_due_on_the_day_of_the_first_alert():
    last = date(2027, 7, 15)

    assert stay_state(last, last - timedelta(days=181)) == "VIGENTE"
    assert stay_state(last, last - timedelta(days=180)) == "POR_VENCER"


def test_walking_day_by_day_raises_each_alert_once_and_then_one_a_day():
    last = date(2027, 7, 15)
    walked = [alert_reached(last, last - timedelta(days=left)) for left in range(200, -6, -1)]

    raised = list(dict.fromkeys(alert for alert in walked if alert is not None))

    assert raised == [*ALERT_DAYS, -1, -2, -3, -4, -5]


def test_a_day_nobody_looked_still_leads_to_the_alert():
    last = date(2027, 7, 15)

    assert alert_reached(last, last - timedelta(days=12)) == 15
