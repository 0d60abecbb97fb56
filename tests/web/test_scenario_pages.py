"""Scenarios on pages: built by forms, changed, copied, deleted, computed, and read side by side."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import Job, Market, Scenario, ScenarioResult, Site
from inventory.parties.roles import Role
from inventory.placement import scenarios as services
from inventory.placement.files.scenario import KINDS, SCHEMA, scenario_of
from tests.builders import ACTOR, make_client, make_item, make_lane, make_site, make_user
from tests.web.two_worlds import figures_of
from tests.web.walk import content_of
from warehouse.web.scenario_forms import FORM_OF

LIST, NEW, COMPARE = (reverse(f"warehouse:{name}") for name in ("scenarios", "scenario_new", "scenario_compare"))
DEARER = {"schema": SCHEMA, "changes": [{"kind": "duty", "delta": 0.1}]}
# What is typed into each form, and the change that comes of it.
TYPED = {
    "duty": ({"delta": "10", "begin": "2027-01-04", "probability": "60", "skus": "WHEEL-1"},
             {"delta": 0.1, "from": "2027-01-04", "probability": 0.6, "skus": ["WHEEL-1"]}),
    "usmca": ({"qualifies": "no", "rate": "25", "origin": "CHN"}, {"qualifies": False, "rate": 0.25, "origin": "CHN"}),
    "closure": ({"crossing": "bridge", "begin": "2027-01-04", "end": "2027-01-18"},
                {"crossing": "bridge", "from": "2027-01-04", "to": "2027-01-18"}),
    "lead_time": ({"leg": "crossing", "factor": "150"}, {"leg": "crossing", "factor": 1.5}),
    "demand": ({"region": "market:texas", "factor": "120"}, {"region": "market:texas", "factor": 1.2}),
    "capital": ({"rate": "18"}, {"rate": 0.18}),
    "dc_added": ({"dc": "tulsa", "like": "dallas", "regions": ["market:texas"], "storage": "2.5"},
                 {"dc": "tulsa", "like": "dallas", "regions": ["market:texas"], "storage_usd_per_m3_week": 2.5}),
    "dc_removed": ({"dc": "dallas", "to": "miami"}, {"dc": "dallas", "to": "miami"}),
    "supplier": ({"supplier": "near", "mean": "2", "sd": "0.5", "cost": "25", "value_factor": "110", "duty": "0"},
                 {"supplier": "near", "lead_time_weeks": {"mean": 2.0, "sd": 0.5}, "cost_per_m3": 25.0, "value_factor": 1.1,
                  "duty_rate": 0.0}),
    "storage": ({"node": "dallas", "factor": "200"}, {"node": "dallas", "factor": 2.0}),
    "freight": ({"factor": "130"}, {"factor": 1.3}),
    "shortage": ({"factor": "80"}, {"factor": 0.8}),
}  # fmt: skip


@pytest.fixture
def acme(db):
    """A client with an item, two distribution centers, a crossing and a market."""
    zone = make_site("slp")
    dcs = [make_site(code, Site.Kind.US_DC) for code in ("dallas", "miami")]
    bridge = make_site("bridge", "crossing")
    for dc in dcs:
        make_lane(zone, dc, crossing=bridge)
    Market.objects.create(code="texas", name="Texas", latitude=32, longitude=-96, primary_dc=dcs[0])
    client = make_client("acme")
    make_item(client, "WHEEL-1", origin_country="CHN")
    return client


@pytest.fixture
def planner(client, db):
    client.force_login(make_user("paula", Role.PLANNER, language="en"))
    return client


@pytest.fixture
def dearer(acme):
    return services.write(client=acme, name="Dearer", overlay=DEARER, at=timezone.now(), actor=ACTOR)


def address(name, row):
    return reverse(f"warehouse:scenario{name}", args=[row.pk])


def build(planner, acme, kind, values, name="What if"):
    typed = {f"change-{field}": value for field, value in values.items()}
    return planner.post(f"{NEW}?kind={kind}", {"client": acme.pk, "name": name, **typed})


def test_every_kind_has_a_form_and_is_offered(planner, acme):
    assert set(FORM_OF) == set(KINDS) == set(TYPED)

    text = content_of(planner.get(NEW))

    assert all(f"?kind={kind}" in text for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_makes_the_change_that_was_typed(planner, acme, kind):
    typed, change = TYPED[kind]
    assert planner.get(f"{NEW}?kind={kind}").status_code == 200

    answer = build(planner, acme, kind, typed)

    row = Scenario.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == address("", row)
    assert row.overlay["changes"] == [{"kind": kind, **change}]
    assert len(scenario_of({**row.overlay, "name": row.name}).changes) == 1
    assert (row.client, row.name, row.created_by) == (acme, "What if", "paula")
    assert str(FORM_OF[kind].title) in content_of(planner.get(LIST))


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("duty", {"delta": "x"}, "Enter a number"),
        ("duty", {"delta": "500"}, "less than or equal to 100"),
        ("duty", {"delta": "1", "skus": "NOPE"}, "There is no NOPE."),
        ("closure", {"crossing": "bridge", "begin": "2027-02-01", "end": "2027-01-01"}, "before the beginning"),
        ("dc_removed", {"dc": "dallas", "to": "dallas"}, "Another one is needed"),
        ("demand", {"region": "market:nowhere", "factor": "120"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(planner, acme, kind, typed, said):
    answer = build(planner, acme, kind, typed)

    assert answer.status_code == 422
    assert said in content_of(answer)
    assert not Scenario.objects.exists()


def test_a_name_is_needed_and_used_once(planner, acme, dearer):
    for name, said in (("", "This field is required"), ("Dearer", "There is a scenario Dearer already.")):
        answer = build(planner, acme, "freight", {"factor": "120"}, name)

        assert answer.status_code == 422
        assert said in content_of(answer)
    assert Scenario.objects.count() == 1


def test_changes_are_added_and_taken_out_until_it_was_computed(planner, acme, dearer):
    add = f"{address('_change_new', dearer)}?kind=capital"
    planner.post(add, {"change-rate": "18"})
    dearer.refresh_from_db()
    assert [change["kind"] for change in dearer.overlay["changes"]] == ["duty", "capital"]

    planner.post(address("_change_remove", dearer), {"number": "0"})
    dearer.refresh_from_db()
    assert [change["kind"] for change in dearer.overlay["changes"]] == ["capital"]

    last = planner.post(address("_change_remove", dearer), {"number": "0"})
    assert last.status_code == 422
    computed(dearer)
    assert planner.post(add, {"change-rate": "20"}).status_code == 409
    text = content_of(planner.get(address("", dearer)))
    assert "does not change any more" in text
    assert "Add a change" not in text


def computed(row):
    result = ScenarioResult.objects.create(
        client=row.client, as_of=timezone.localdate(), created_at=timezone.now(), actor_label="x", inputs_hash="a" * 64,
        code_version="1", parameters={"scenarios": [{"name": row.name, "overlay": row.overlay}]}, figures=figures_of(row.name),
    )  # fmt: skip
    result.scenarios.add(row)
    return result


def test_a_copy_is_made_and_a_scenario_deleted_while_its_figures_stay(planner, dearer):
    result = computed(dearer)

    copied = planner.post(address("_duplicate", dearer), follow=True)
    planner.post(address("_delete", dearer))

    assert "Dearer (2)" in content_of(copied)
    assert list(Scenario.objects.values_list("name", flat=True)) == ["Dearer (2)"]
    assert "Dearer" in content_of(planner.get(address("_result", result)))


def test_chosen_scenarios_are_computed_by_a_job_that_is_seen_at_work(planner, acme, dearer):
    answer = planner.post(COMPARE, {"chosen": [dearer.pk], "with_tornado": "on"}, follow=True)

    job = Job.objects.get(kind="scenario_comparison")
    assert job.client == acme
    assert job.parameters == {"scenarios": [dearer.pk], "is_retuned": False, "with_tornado": True}
    assert f'id="job-{job.pk}"' in content_of(answer)
    running.run(job_id=job.pk, runner="test", clock=timezone.now)
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "nothing_to_plan")


def test_scenarios_of_two_clients_are_not_compared(planner, dearer):
    other = services.write(client=make_client("other"), name="O", overlay=DEARER, at=timezone.now(), actor=ACTOR)

    answer = planner.post(COMPARE, {"chosen": [dearer.pk, other.pk]})

    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_a_comparison_shows_costs_errors_service_stock_drivers_moves_and_what_binds(planner, dearer):
    answer = planner.get(address("_result", computed(dearer)))

    text = content_of(answer)
    shown = (
        "Dearer",
        "US duty",
        "±",
        "Stock in bond",
        "never",
        "10 points",
        "3 of 4, drawn by lot: 80 %",
        "Dearer-SKU",
    )
    assert [word for word in shown if word not in text] == []
    drawn = {chart.id: chart for chart in answer.context["charts"]}
    assert set(drawn) == {f"scenario-{name}" for name in ("costs", "differences", "fill", "stock", "tornado")}
    bars, reach = drawn["scenario-differences"].option["series"]
    assert bars["data"][0]["value"] == 1.0
    assert reach["data"] == [[-1.0, 3.0, 0]]


def test_the_figures_are_taken_along_as_csv_and_xlsx(planner, dearer):
    url = address("_result", computed(dearer))

    text = content_of(planner.get(f"{url}?export=csv")).partition("Content-")[0]
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))

    (duty,) = [row for row in rows if (row["record_type"], row["scenario"], row["line"]) == ("line", "Dearer", "duty")]
    assert (duty["base"], duty["value"], duty["delta"], duty["standard_error"]) == ("1000", "1001", "1", "1")
    assert "Dearer-SKU" in content_of(planner.get(f"{url}?export=xlsx"))


def test_those_who_may_only_look_build_nothing(client, acme, dearer):
    client.force_login(make_user("ana", Role.AUTHORITY, language="en"))

    assert client.get(NEW).status_code in (302, 403)
    assert client.post(address("_delete", dearer)).status_code in (302, 403)
    assert Scenario.objects.exists()
