"""What a lane is believed to take, what was learned of it, and that placement counts on it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.errors import InvalidInput
from inventory.models import Lane, LeadTimeStat
from inventory.placement import books, priors, selectors, services
from inventory.placement.books import Assumptions
from inventory.placement.engine.fingerprint import inputs_hash
from inventory.placement.engine.lead_times import Observation
from inventory.placement.errors import NoPrior
from inventory.placement.learning import learn_lead_times
from inventory.reference.datafile import read_data_file
from tests.builders import ACTOR, make_lane
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def arrivals(days, number=3, until=AS_OF):
    return [Observation(until - (days + 1) * DAY, until - DAY)] * number


# ── Priors ──────────────────────────────────────────────────────────────────────────────────────


def test_a_lanes_own_distribution_is_its_prior():
    found = priors.prior_of(make_lane(lead_weeks={"values": [3, 5], "probs": [0.4, 0.6]}))

    assert (found.basis, found.lead_time.weeks, found.lead_time.probs) == ("stated", (3, 5), (0.4, 0.6))
    assert found.lead_time.is_default


def test_without_one_its_hours_are():
    found = priors.prior_of(make_lane(lead_weeks={}, transit_hours_p50=100, transit_hours_p80=200))

    assert (found.basis, found.lead_time.weeks, found.lead_time.probs) == ("hours", (1, 2), (0.8, 0.2))


@pytest.mark.parametrize("mode", Lane.Mode.values)
def test_without_either_it_is_the_usual_one_of_its_mode(mode):
    found = priors.prior_of(make_lane(mode=mode, lead_weeks={}, transit_hours_p50=0, transit_hours_p80=0))

    assert (found.basis, found.lead_time) == ("mode", priors.of_modes()[mode])
    assert sum(found.lead_time.probs) == pytest.approx(1)


def test_every_prior_of_a_mode_says_where_it_comes_from():
    file = read_data_file(priors.FILE)

    assert file.head["source"]
    assert {row["mode"] for row in file.records()} == set(Lane.Mode.values)
    assert all(row["basis"] and row["verified"] in ("true", "false") for row in file.records())


def test_a_mode_of_which_nothing_is_known_is_refused_and_nothing_is_written():
    make_lane()
    make_lane(mode="barge", lead_weeks={}, transit_hours_p50=0, transit_hours_p80=0)

    with pytest.raises(NoPrior, match="barge"):
        learn_lead_times(observations={}, as_of=AS_OF, at=AT)

    assert not LeadTimeStat.objects.exists()


def test_a_distribution_that_cannot_be_read_is_refused():
    with pytest.raises(InvalidInput, match="cannot be read"):
        priors.prior_of(make_lane(lead_weeks={"values": [1, 2], "probs": [0.5, 0.4]}))


# ── Writing them down ───────────────────────────────────────────────────────────────────────────


def test_the_figures_of_a_lane_are_those_of_its_arrivals_and_of_its_prior():
    lane, other = make_lane(), make_lane()
    told = Observation(AS_OF - 11 * DAY, AS_OF - DAY, promised=AS_OF - 2 * DAY, border_hours=7.5)

    learn_lead_times(observations={lane.pk: [told] * 4}, as_of=AS_OF, at=AT)

    found, untouched = LeadTimeStat.objects.order_by("lane")
    weight = 4 * 0.5 ** (1 / 182)
    late = (0.15 * 8 + weight) / (8 + weight)
    assert (found.lane, found.n, found.is_prior_only, found.computed_at) == (lane, 4, False, AT)
    assert found.distribution["values"] == [1, 2]
    assert found.distribution["probs"] == pytest.approx([1 - late, late])
    assert float(found.mean_weeks) == pytest.approx(1 + late, abs=1e-6)
    assert (found.p50_weeks, found.p90_weeks, found.prior_mean_weeks) == (1, 2, Decimal("1.15"))
    assert (found.mean_days, found.sd_days, found.p50_days, found.p90_days) == (10, 0, 10, 10)
    assert (found.on_time_share, found.border_n, found.border_mean_hours) == (0, 4, Decimal("7.5"))
    assert (untouched.lane, untouched.n, untouched.is_prior_only) == (other, 0, True)
    assert untouched.distribution == untouched.prior == {"values": [1, 2], "probs": [0.85, 0.15]}
    assert (untouched.mean_days, untouched.on_time_share, untouched.border_mean_hours) == (None, None, None)


def test_learned_anew_for_the_same_day_the_days_figures_are_replaced():
    lane = make_lane()
    learn_lead_times(observations={lane.pk: arrivals(3)}, as_of=AS_OF, at=AT)

    learn_lead_times(observations={lane.pk: arrivals(13, 5)}, as_of=AS_OF, at=AT + DAY)

    found = LeadTimeStat.objects.get()
    assert (found.n, found.mean_days, found.computed_at) == (5, 13, AT + DAY)


def test_a_lane_out_of_use_is_not_learned():
    learn_lead_times(observations={}, as_of=AS_OF, at=AT)
    make_lane(is_active=False)

    assert learn_lead_times(observations={}, as_of=AS_OF, at=AT) == []


def test_the_newest_figures_by_a_day_are_those_that_count():
    lane = make_lane()
    for back, days in ((30, 8), (10, 15), (0, 22)):
        day = AS_OF - back * DAY
        learn_lead_times(observations={lane.pk: arrivals(days, until=day)}, as_of=day, at=AT)

    def weeks(day):
        return {key: found.weeks[-1] for key, found in selectors.learned_lead_times(day).items()}

    assert weeks(AS_OF - 31 * DAY) == {}
    assert weeks(AS_OF - 30 * DAY) == weeks(AS_OF - 11 * DAY) == {lane.pk: 2}
    assert weeks(AS_OF - DAY) == {lane.pk: 3}
    assert weeks(AS_OF) == weeks(AS_OF + DAY) == {lane.pk: 4}
    assert selectors.lead_times().get().as_of == AS_OF


# ── Counting on them ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def world():
    return World()


def problem(world, as_of=AS_OF):
    return books.problem(client=world.client, as_of=as_of, assumptions=Assumptions()).problem


def lead_times(world, as_of=AS_OF):
    lanes = [lane for lane in problem(world, as_of).network.lanes if lane.origin == world.site.code]
    return [lane.lead_time for lane in lanes]


def slow(world, as_of=AS_OF):
    """The way to the first DC takes three weeks, as was learned on a day."""
    lane = Lane.objects.get(destination=world.dcs[0])
    learn_lead_times(observations={lane.pk: arrivals(20, 9, until=as_of)}, as_of=as_of, at=AT)


def test_a_run_counts_on_what_was_learned_and_marks_what_was_not(world):
    slow(world)

    learned, believed = lead_times(world)

    assert (learned.weeks, learned.is_default) == ((1, 2, 3), False)
    assert (believed.weeks, believed.probs, believed.is_default) == ((1, 2), (0.85, 0.15), True)


def test_a_run_of_a_day_does_not_know_what_was_learned_later(world):
    slow(world, as_of=AS_OF + DAY)

    assert [found.weeks for found in lead_times(world)] == [(1, 2), (1, 2)]
    assert [found.weeks for found in lead_times(world, AS_OF + DAY)] == [(1, 2, 3), (1, 2)]


def test_what_was_learned_is_an_input_of_the_run(world):
    before = inputs_hash(problem(world))

    learn_lead_times(observations={}, as_of=AS_OF, at=AT)
    assert inputs_hash(problem(world)) == before

    slow(world)
    assert inputs_hash(problem(world)) != before


def test_levels_say_where_the_lead_time_is_a_default(world):
    world.stock(500)
    slow(world)

    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)

    flags = {level.site.code: level.explanation["flags"] for level in run.levels.select_related("site")}
    assert "DEFAULT_LT" not in flags[world.dcs[0].code]
    assert "DEFAULT_LT" in flags[world.dcs[1].code]


def test_lanes_are_read_by_the_same_number_of_statements_however_many_there_are(world, django_assert_num_queries):
    sites = {site.code: site for site in (world.site, *world.dcs)}
    with django_assert_num_queries(3):
        books._lanes(sites, date(2026, 3, 2))
    for crossing in range(6):
        make_lane(world.site, world.dcs[0], mode="rail", transit_hours_p50=crossing)
    learn_lead_times(observations={}, as_of=AS_OF, at=AT)

    with django_assert_num_queries(3):
        books._lanes(sites, AS_OF)
