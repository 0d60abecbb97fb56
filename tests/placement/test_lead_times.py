"""How long a lane takes, learned from arrivals and from what was believed before (placement.md §5)."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.placement.engine.lead_times import Observation, believable, learn, weeks
from inventory.placement.engine.model import LeadTime

AS_OF = date(2026, 3, 2)
PRIOR = LeadTime((1, 2), (0.85, 0.15))
DAY = timedelta(days=1)


def arrival(days, *, ago=1, **told):
    """An arrival so many days before the day, after so many days on the road."""
    ended = AS_OF - ago * DAY
    return Observation(ended - days * DAY, ended, **told)


def learned(*observations, prior=PRIOR):
    return learn(observations, as_of=AS_OF, prior=prior)


# ── One at a time ───────────────────────────────────────────────────────────────────────────────


def test_three_arrivals_of_this_week_count_three_against_the_eight_of_the_prior():
    found = learned(*[arrival(20)] * 3, prior=LeadTime((1,), (1.0,)))

    weight = 3 * 0.5 ** (1 / 182)
    assert found.lead_time.weeks == (1, 3)
    assert found.lead_time.probs == pytest.approx((8 / (8 + weight), weight / (8 + weight)))
    assert not found.lead_time.is_default


def test_an_arrival_of_half_a_year_ago_counts_half():
    old = learned(*[arrival(20, ago=182)] * 4, prior=LeadTime((1,), (1.0,)))

    assert old.lead_time.probs == pytest.approx((8 / 10, 2 / 10))
    assert old.n == 4


def test_fewer_than_three_arrivals_leave_the_prior_and_mark_it():
    found = learned(arrival(20), arrival(20))

    assert (found.lead_time.weeks, found.lead_time.probs) == (PRIOR.weeks, PRIOR.probs)
    assert found.lead_time.is_default
    assert (found.n, found.days, found.border_hours, found.on_time) == (2, None, None, None)


def test_what_ended_more_than_two_years_ago_is_forgotten():
    known = [arrival(20, ago=ago) for ago in (728, 729)]

    assert believable(known, AS_OF) == known[:1]


def test_what_cannot_be_true_is_left_out():
    usual, limit, beyond = arrival(2), arrival(12), arrival(13)

    kept = believable([usual, usual, usual, limit, beyond, arrival(-1)], AS_OF)

    assert kept == [usual, usual, usual, limit]


def test_where_most_come_the_same_day_a_week_is_still_left_out_and_six_days_are_not():
    same, six, seven = arrival(0), arrival(6), arrival(7)

    assert believable([same, same, same, six, seven], AS_OF) == [same, same, same, six]


def test_what_arrives_the_same_day_is_there_with_the_next_weeks_receipts():
    found = learned(*[arrival(0)] * 3, prior=LeadTime((1,), (1.0,)))

    assert (found.lead_time.weeks, found.days.mean) == ((1,), 0.0)


def test_days_are_told_of_the_arrivals_alone_newer_ones_counting_more():
    found = learned(arrival(2), arrival(3), arrival(3), arrival(9, ago=365))

    assert (found.days.n, found.days.p50, found.days.p90) == (4, 3.0, 3.0)
    assert 2.5 < found.days.mean < 17 / 4
    assert 0 < found.days.sd < 3


def test_the_border_part_is_told_apart_from_those_that_know_it():
    hours = [arrival(3, border_hours=h) for h in (4.0, 6.0, 8.0, 30.0)]

    found = learned(*hours, arrival(3), arrival(3, border_hours=-2.0)).border_hours

    assert (found.n, found.mean, found.p90) == (4, 12.0, 30.0)
    assert learned(*hours[:2], arrival(3)).border_hours is None


def test_on_time_is_the_share_of_those_that_had_a_promise():
    kept, broken = AS_OF - DAY, AS_OF - 2 * DAY

    found = learned(*[arrival(3, promised=kept)] * 3, arrival(3, promised=broken), arrival(3))

    assert found.on_time == 0.75
    assert learned(*[arrival(3)] * 3).on_time is None


# ── Any of them ─────────────────────────────────────────────────────────────────────────────────


@st.composite
def observations(draw):
    """Arrivals of three years, some after the day, of any duration."""
    return [
        Observation(
            ended - duration * DAY,
            ended,
            promised=draw(st.none() | st.just(ended)),
            border_hours=draw(st.none() | st.floats(-5, 500)),
        )
        for ended, duration in draw(
            st.lists(st.tuples(st.dates(AS_OF - 1100 * DAY, AS_OF + 60 * DAY), st.integers(-20, 200)), max_size=25)
        )
    ]


@st.composite
def priors(draw):
    values = sorted(draw(st.sets(st.integers(1, 15), min_size=1, max_size=5)))
    parts = [draw(st.integers(1, 100)) for _value in values]
    return LeadTime(tuple(values), tuple(part / sum(parts) for part in parts))


@given(observations(), priors())
def test_probabilities_add_up_and_weeks_are_in_order(known, prior):
    found = learn(known, as_of=AS_OF, prior=prior).lead_time

    assert sum(found.probs) == pytest.approx(1, abs=1e-9)
    assert all(prob > 0 for prob in found.probs)
    assert list(found.weeks) == sorted(set(found.weeks))
    assert found.weeks[0] >= 1


@given(observations(), observations(), priors())
def test_what_ends_on_the_day_or_later_changes_nothing(known, others, prior):
    future = [Observation(AS_OF - 5 * DAY, AS_OF + n * DAY) for n in range(4)]
    future += [one for one in others if one.ended >= AS_OF]

    assert learn([*known, *future], as_of=AS_OF, prior=prior) == learn(known, as_of=AS_OF, prior=prior)


# Within six times of every median, so that none is taken for an error.
BELIEVABLE = st.integers(7, 42)
AGO = st.integers(1, 728)
ARRIVALS = st.lists(st.tuples(BELIEVABLE, AGO), min_size=3, max_size=15)


MANY = st.lists(st.tuples(st.integers(7, 28), AGO), min_size=5, max_size=25)


@given(MANY, priors(), st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_show_in_the_last_digit(known, prior, chance: random.Random):
    ordered = [arrival(days, ago=ago, border_hours=days / 7) for days, ago in known]
    shuffled = [*ordered]
    chance.shuffle(shuffled)

    assert learned(*shuffled, prior=prior) == learned(*ordered, prior=prior)


@given(ARRIVALS, BELIEVABLE, AGO, priors())
def test_one_more_arrival_as_late_as_the_mean_or_later_never_lowers_it(known, days, ago, prior):
    before = [arrival(duration, ago=back) for duration, back in known]
    mean = learned(*before, prior=prior).lead_time.mean

    after = learned(*before, arrival(days, ago=ago), prior=prior).lead_time.mean

    if weeks(days) >= mean:
        assert after >= mean - 1e-9
    else:
        assert after <= mean + 1e-9


@given(ARRIVALS, st.data(), priors())
def test_the_later_an_arrival_the_later_the_mean(known, data, prior):
    number = data.draw(st.integers(0, len(known) - 1))
    duration, back = known[number]
    later = data.draw(st.integers(duration, 42))
    changed = [*known[:number], (later, back), *known[number + 1 :]]

    before, after = (learned(*(arrival(d, ago=a) for d, a in rows), prior=prior) for rows in (known, changed))

    assert after.lead_time.mean >= before.lead_time.mean - 1e-9
    assert after.days.mean >= before.days.mean - 1e-9
