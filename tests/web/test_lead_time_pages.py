"""How long lanes take, on pages: listed, one by one, and learned again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import Job, LeadTimeStat, Site
from inventory.parties.roles import Role
from inventory.placement.engine.lead_times import Observation
from inventory.placement.learning import learn_lead_times
from tests.builders import make_client, make_lane, make_site, make_user
from tests.web.walk import content_of

URL = reverse("warehouse:lead_times")
LEARN = reverse("warehouse:learn_lead_times")
DAY = timedelta(days=1)


@pytest.fixture
def learned(db):
    """A lane to Dallas of which four arrivals tell, learned today."""
    lane = make_lane(make_site("slp"), make_site("dallas", Site.Kind.US_DC), crossing=make_site("bridge", "crossing"))
    today = timezone.localdate()
    came = Observation(today - 9 * DAY, today - DAY, promised=today - DAY, border_hours=7.5)
    learn_lead_times(observations={lane.pk: [came] * 4}, as_of=today, at=timezone.now())
    return lane


@pytest.fixture
def believed(learned):
    """A lane to Chicago that nothing has come over."""
    lane = make_lane(learned.origin, make_site("chicago", Site.Kind.US_DC), mode="rail")
    learn_lead_times(observations={}, as_of=timezone.localdate() - DAY, at=timezone.now())
    return lane


@pytest.fixture
def planner(client, db):
    client.force_login(make_user("paula", Role.PLANNER, language="en"))
    return client


def lanes_on(page):
    return [row.record.lane.destination.code for row in page.context["table"].rows]


def test_the_list_holds_prior_and_learned_side_by_side(planner, learned):
    text = content_of(planner.get(URL))

    row = LeadTimeStat.objects.get()
    weight = 4 * 0.5 ** (1 / 182)
    assert f"{(1.15 * 8 + 2 * weight) / (8 + weight):.2f}" in text
    shown = ("slp → dallas", "BRIDGE · Truck", "Learned", "1.15", "100 %", "7.5", ">8<")
    assert [word for word in shown if word not in text] == []
    assert row.mean_days == 8


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["chicago", "dallas"]),
        ({"learned": "true"}, ["dallas"]),
        ({"learned": "false"}, ["chicago"]),
        ({"mode": "rail"}, ["chicago"]),
        ({"q": "bridge"}, ["dallas"]),
        ({"q": "slp chic"}, ["chicago"]),
        ({"sort": "-lane"}, ["dallas", "chicago"]),
        ({"sort": "-n"}, ["dallas", "chicago"]),
    ],
)
def test_it_is_searched_filtered_and_sorted(planner, believed, asked, found):
    assert lanes_on(planner.get(URL, asked)) == found


def test_its_file_has_the_numbers_as_numbers(planner, learned):
    lines = content_of(planner.get(URL, {"export": "csv"})).splitlines()

    assert "Border, h" in lines[0]
    assert lines[1].startswith("slp → dallas · BRIDGE · Truck,Learned,4,1.15,")


def test_the_page_of_a_lane_draws_both_distributions_and_tells_of_its_arrivals(planner, learned):
    page = planner.get(reverse("warehouse:lead_time", args=[learned.pk]))

    chart, text = page.context["chart"], content_of(page)
    prior, known = chart.option["series"]
    late = LeadTimeStat.objects.get().distribution["probs"][1]
    assert (prior["data"], known["data"]) == ([0.85, 0.15], [round(1 - late, 4), round(late, 4)])
    assert chart.rows[0][1] == "85 %"
    assert all(word in text for word in ("Mean, days", ">8<", ">7.5<", "The lane&#x27;s own distribution", "On time"))


def test_where_nothing_was_learned_only_the_prior_is_drawn_and_the_page_says_why(planner, believed):
    page = planner.get(reverse("warehouse:lead_time", args=[believed.pk]))

    assert [one["name"] for one in page.context["chart"].option["series"]] == ["Prior"]
    assert "Fewer than three arrivals" in content_of(page)


def test_the_statements_of_the_list_do_not_grow_with_the_lanes(planner, learned, django_assert_max_num_queries):
    for n in range(10):
        make_lane(learned.origin, make_site(f"dc-{n}", Site.Kind.US_DC), crossing=learned.crossing)
    learn_lead_times(observations={}, as_of=timezone.localdate(), at=timezone.now())
    planner.get(URL)

    with django_assert_max_num_queries(8):
        assert len(lanes_on(planner.get(URL))) == 11


@pytest.mark.parametrize(
    ("role", "sees", "learns"),
    [
        (Role.PLANNER, True, True),
        (Role.ADMINISTRATOR, True, True),
        (Role.SUPERVISOR, True, False),
        (Role.CUSTOMS, True, False),
        (Role.OPERATOR, False, False),
        (Role.AUTHORITY, False, False),
        (Role.CLIENT, False, False),
    ],
)
def test_they_are_the_companys_own_and_no_clients(client, learned, role, sees, learns):
    client.force_login(make_user(role=role, client=make_client() if role == Role.CLIENT else None))

    answers = [client.get(url).status_code for url in (URL, reverse("warehouse:lead_time", args=[learned.pk]))]

    assert answers == ([200, 200] if sees else [403, 403])
    assert client.post(LEARN, {}).status_code == (302 if learns else 403)
    assert Job.objects.exists() is learns
    assert (URL in content_of(client.get(reverse("warehouse:home")))) is sees


def test_a_planner_learns_them_again_and_is_led_to_the_work_and_back(planner, learned):
    yesterday = timezone.localdate() - DAY

    answer = planner.post(LEARN, {"as_of": yesterday.isoformat()})

    job = Job.objects.get()
    assert answer["Location"] == reverse("inventory:job", args=[job.pk])
    running.run(job_id=job.pk, runner="test", clock=timezone.now)
    assert LeadTimeStat.objects.filter(as_of=yesterday, n=0, mean_weeks=Decimal("1.15")).exists()
    assert URL in content_of(planner.get(reverse("inventory:job", args=[job.pk])))


def test_a_day_to_come_is_refused_on_its_field(planner, learned):
    tomorrow = timezone.localdate() + DAY

    answer = planner.post(LEARN, {"as_of": tomorrow.isoformat()})

    assert answer.status_code == 422
    assert answer.context["form"].errors["as_of"]
    assert not Job.objects.exists()
