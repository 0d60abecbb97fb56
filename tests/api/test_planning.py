"""What planners do on pages, done by a client's program for its own items: the same services, and the same figures."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from inventory.jobs import running
from inventory.models import Job, LevelOverride, PlacementRun, PlannedEvent, Recommendation
from inventory.placement import explain, planned, services
from tests.api.conftest import caller_for, problem_of
from tests.api.test_costs import statements_of
from tests.builders import ACTOR, make_client, make_item, make_user
from tests.placement.worlds import AS_OF, AT, World
from tests.web.floor import browser_of

pytestmark = pytest.mark.django_db
UNTIL, SOON, LATER = "2026-03-31", "2026-03-16", "2026-03-29"
DEARER = {
    "schema": "placement-scenario/1", "name": "China +10", "changes": [{"kind": "duty", "origin": "CHN", "delta": 0.10}],
}  # fmt: skip


@pytest.fixture
def world():
    with time_machine.travel(AT, tick=False):
        world = World(pack_size=12, origin_country="CHN")
        world.stock(600)
        yield world


@pytest.fixture
def caller(world):
    return caller_for(world.client)


@pytest.fixture
def stranger(world):
    make_item(other := make_client("other"), "A")
    return caller_for(other)


def run(world):
    return services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)


def do(answer):
    """The job that an answer tells of, done as a worker would."""
    assert answer.status_code == 202, answer.content
    running.run(job_id=answer.json()["id"], runner="test", clock=timezone.now)
    return Job.objects.get(pk=answer.json()["id"])


def told(answer):
    """Field and rule of each value that was refused."""
    return [(error["field"], error["rule"]) for error in problem_of(answer, 422, "invalid_input")["errors"]]


class TestRuns:
    def test_a_run_is_asked_for_with_its_day_and_budget(self, world, caller):
        job = do(caller.post("placement-runs/", {"as_of": "2026-03-02", "budget": "90000.50", "phi": "1.5"}))

        made = PlacementRun.objects.get(pk=job.result["run"])
        assert (made.as_of, made.parameters["budget"], made.parameters["phi"]) == (AS_OF, 90000.5, 1.5)
        shown = caller.get(f"placement-runs/{made.pk}/").json()
        assert (shown["by"], shown["metrics"]["moves"]) == (job.requested_label, made.recommendations.count())

    @pytest.mark.parametrize(
        ("name", "value"), [("phi", "1001"), ("capital_rate_per_year", "1001"), ("budget", "1000000000001")]
    )
    def test_a_number_that_no_run_takes_is_refused_before_a_job_is_made_of_it(self, world, caller, name, value):
        assert told(caller.post("placement-runs/", {name: value})) == [(name, "range")]

        assert not Job.objects.exists()


class TestLevelsSetByHand:
    def ask(self, world, caller, **values):
        body = {"sku": "A", "site": world.dcs[0].code, "value": "144", "until": UNTIL, "reason": "Fair", **values}
        return caller.post("level-overrides/", body)

    def test_a_level_set_is_what_the_next_run_fills_up_to_until_it_is_taken_back(self, world, caller):
        run(world)
        answer = self.ask(world, caller)
        by_hand = run(world).levels.get(site=world.dcs[0])

        assert answer.status_code == 201, answer.content
        row = answer.json()
        assert by_hand.order_up_to == 144
        assert Decimal(row["computed"]) == by_hand.explanation["computed"]
        assert [row] == caller.get("level-overrides/", {"is_open": "true", "sku": "A"}).json()["results"]

        ended = caller.post(f"level-overrides/{row['id']}/end/")

        assert ended.json()["ended_at"] == "2026-03-02T18:00:00Z"
        assert caller.get("level-overrides/", {"is_open": "true"}).json()["results"] == []
        assert run(world).levels.get(site=world.dcs[0]).order_up_to == Decimal(row["computed"])
        problem_of(caller.post(f"level-overrides/{row['id']}/end/"), 409, "override_ended")

    @pytest.mark.parametrize(
        ("wrong", "field", "rule"),
        [
            ({"value": "145"}, "value", "whole_packs"),
            ({"value": "-12"}, "value", "at_least"),
            ({"until": "2026-03-01"}, "until", "not_past"),
            ({"reason": " "}, "reason", "blank"),
            ({"site": "laredo-acme"}, "site", "planned"),
            ({"site": "atlantis"}, "site", "known"),
            ({"sku": "B"}, "sku", "known"),
        ],
    )
    def test_what_cannot_be_set_is_refused_and_nothing_is_kept(self, world, caller, wrong, field, rule):
        assert told(self.ask(world, caller, **wrong)) == [(field, rule)]

        assert not LevelOverride.objects.exists()

    def test_another_client_neither_sees_nor_ends_it(self, world, caller, stranger):
        row = self.ask(world, caller).json()

        assert stranger.get("level-overrides/").json()["results"] == []
        problem_of(stranger.post(f"level-overrides/{row['id']}/end/"), 404, "not_found")
        assert LevelOverride.objects.get().ended_at is None


class TestPlannedEvents:
    def closure(self, **values):
        given = {"first_day": AS_OF + timedelta(days=14), "last_day": None, "reason": "Works", **values}
        return planned.plan_event(kind="closure", at=AT, actor=ACTOR, **given)

    def test_the_operators_events_are_shown_to_every_client_and_ended_by_none(self, world, caller, stranger):
        row = self.closure(lane=world.dcs[0].lanes_in.get(), value=Decimal("0.5"))

        for one in (caller, stranger):
            (shown,) = one.get("planned-events/").json()["results"]
            assert (shown["kind"], shown["client"], shown["value"]) == ("closure", None, "0.5")
            assert (shown["origin"], shown["destination"]) == (world.site.code, world.dcs[0].code)
            problem_of(one.post(f"planned-events/{row.pk}/end/"), 404, "not_found")
        assert PlannedEvent.objects.get().ended_at is None

    def test_a_tariff_and_a_promotion_of_ones_own_count_in_the_next_run(self, world, caller, stranger):
        about = {"sku": "A", "first_day": SOON, "last_day": LATER, "reason": "Announced"}
        tariff = caller.post("planned-events/", {"kind": "tariff", "value": "0.35", **about})
        promotion = caller.post(
            "planned-events/", {"kind": "promotion", "market": world.markets[0].code, "value": "1.5", **about}
        )

        assert (tariff.status_code, promotion.status_code) == (201, 201)
        assert tariff.json()["client"] == promotion.json()["client"] == "acme"
        events = next(row.file for row in run(world).inputs.all() if row.name == "events.csv").decode()
        assert "tariff,A" in events
        assert "promo,A" in events
        assert stranger.get("planned-events/").json()["results"] == []

        ended = caller.post(f"planned-events/{tariff.json()['id']}/end/")

        assert ended.json()["ended_by"] == tariff.json()["created_by"]
        assert [row["kind"] for row in caller.get("planned-events/", {"is_open": "true"}).json()["results"]] == [
            "promotion"
        ]
        problem_of(caller.post(f"planned-events/{tariff.json()['id']}/end/"), 409, "event_ended")

    @pytest.mark.parametrize(
        ("given", "field", "rule"),
        [
            ({"kind": "closure"}, "kind", "invalid_choice"),
            ({"kind": "tariff", "value": "0.3"}, "sku", "required"),
            ({"kind": "tariff", "sku": "A"}, "value", "required"),
            ({"kind": "tariff", "sku": "A", "value": "35"}, "value", "range"),
            ({"kind": "tariff", "sku": "A", "value": "0.3", "market": "m1-acme"}, "market", "not_of_this_kind"),
            ({"kind": "tariff", "sku": "A", "value": "0.3", "last_day": "2026-03-01"}, "last_day", "order"),
            ({"kind": "promotion"}, "last_day", "required"),
            ({"kind": "promotion", "market": "mars"}, "market", "known"),
            ({"kind": "promotion", "sku": "B"}, "sku", "known"),
        ],
    )
    def test_what_is_not_a_clients_or_makes_no_sense_is_refused(self, world, caller, given, field, rule):
        answer = caller.post("planned-events/", {"first_day": SOON, "reason": "Announced", **given})

        assert told(answer) == [(field, rule)]
        assert not PlannedEvent.objects.exists()


def test_lists_of_what_was_set_and_planned_cost_two_statements_however_long(world, caller):
    def more(n):
        about = {"sku": "A", "first_day": SOON, "last_day": LATER, "reason": f"Fair {n}"}
        level = {"sku": "A", "site": world.dcs[n % 2].code, "value": "144", "until": UNTIL, "reason": "Fair"}
        assert caller.post("planned-events/", {"kind": "promotion", "market": "m1-acme", **about}).status_code == 201
        assert caller.post("level-overrides/", level).status_code == 201
        return [len(statements_of(lambda url=url: caller.get(url))) for url in ("planned-events/", "level-overrides/")]

    assert [more(n) for n in range(3)] == [[2, 2]] * 3


class TestExplanations:
    def test_a_level_and_a_recommendation_are_told_in_words_and_numbers(self, world, caller):
        level = run(world).levels.get(site=world.dcs[0])
        move = Recommendation.objects.first()

        for url, row in ((f"placement-levels/{level.pk}/", level), (f"recommendations/{move.pk}/", move)):
            english, spanish = caller.get(url).json(), caller.get(url, HTTP_ACCEPT_LANGUAGE="es").json()
            assert english["explanation"] == row.explanation
            for language, told_in in (("en", english), ("es", spanish)):
                with translation.override(language):
                    assert told_in["sentence"] == explain.sentence(row.explanation)
            assert english["sentence"] != spanish["sentence"]

    def test_what_if_answers_by_api_what_the_page_answers(self, world, caller):
        level = run(world).levels.get(site=world.dcs[0])
        browser = browser_of(make_user(role="planner"))

        for asked in ({"more": "48"}, {"points": "5"}):
            found = caller.get(f"placement-levels/{level.pk}/what-if/", asked).json()
            rows = browser.get(reverse("warehouse:what_if", args=[level.pk]), asked).context["answer"]["rows"]
            for column, side in ((1, "now"), (2, "then")):
                units, fill, cost = (row[column] for row in rows)
                assert explain.text(found[side]["units"]) == units
                assert explain.percent(found[side]["fill"]) == fill
                assert explain.text(found[side]["weekly_cost_usd"]) == cost
            assert found["now"] != found["then"]
        assert Decimal(caller.get(f"placement-levels/{level.pk}/what-if/", {"more": "48"}).json()["now"]["units"]) == 0

    @pytest.mark.parametrize(
        ("asked", "field", "rule"),
        [
            ({}, "more", "one_of"),
            ({"more": "1", "points": "1"}, "more", "one_of"),
            ({"more": "-1"}, "more", "at_least"),
            ({"more": "1000000001"}, "more", "at_most"),
            ({"points": "nan"}, "points", "number"),
            ({"points": "1001"}, "points", "at_most"),
            ({"duty": "5"}, "duty", "unknown_field"),
        ],
    )
    def test_a_what_if_that_makes_no_sense_is_refused(self, world, caller, asked, field, rule):
        level = run(world).levels.get(site=world.dcs[0])

        assert told(caller.get(f"placement-levels/{level.pk}/what-if/", asked)) == [(field, rule)]

    def test_of_a_bonded_site_and_of_anothers_level_there_is_no_what_if(self, world, caller, stranger):
        made = run(world)

        for one, site in ((caller, world.site), (stranger, world.dcs[0])):
            level = made.levels.get(site=site)
            problem_of(one.get(f"placement-levels/{level.pk}/what-if/", {"more": "1"}), 404, "not_found")


class TestTrackRecords:
    def test_it_tells_how_many_were_followed_and_why_not(self, world, caller, stranger):
        run(world)
        first, second = Recommendation.objects.order_by("pk")
        services.accept(recommendation=first, at=AT, actor=ACTOR)
        services.refuse(recommendation=second, reason="Called off", at=AT, actor=ACTOR)

        found = caller.get("track-record/").json()

        assert (found["since"], found["accepted"], found["changed"], found["refused"]) == ("2025-03-02", 1, 0, 1)
        assert (found["accepted_share"], found["reasons"]) == ("0.5", [{"reason": "Called off", "decisions": 1}])
        assert found["after_followed"] is None
        assert caller.get("track-record/", {"sku": "A"}).json() == found
        nothing = stranger.get("track-record/").json()
        assert (nothing["accepted"], nothing["accepted_share"], nothing["reasons"]) == (0, None, [])

    def test_what_was_asked_in_the_weeks_after_stands_beside_what_was_expected(self, world, caller):
        run(world)
        for row in Recommendation.objects.all():
            services.accept(recommendation=row, at=AT, actor=ACTOR)
        arrived = Recommendation.objects.first().arrive_week_p50
        body = [
            {
                "sku": "A",
                "market": market.code,
                "date": str(arrived + timedelta(weeks=n)),
                "quantity": "40",
                "stockout": "0.5",
            }
            for market in world.markets
            for n in range(4)
        ]
        with time_machine.travel(AT + timedelta(weeks=12), tick=False):
            assert caller.post("demand/", {"rows": body}).status_code == 200
            after = caller.get("track-record/").json()["after_followed"]

        assert (after["decisions"], after["weeks"], after["weeks_short"], after["in_stock"]) == (2, 8, 8, "0.5")
        assert after["asked"] == "320" != after["expected"]

    def test_anothers_item_is_as_unknown_as_one_that_never_was(self, world, stranger):
        make_item(world.client, "SECRET")

        for sku in ("SECRET", "NEVER"):
            assert told(stranger.get("track-record/", {"sku": sku})) == [("sku", "known")]
        assert told(stranger.get("track-record/", {"item": "A"})) == [("item", "unknown_field")]

    def test_it_costs_three_statements_however_much_was_decided(self, world, caller):
        run(world)
        caller.get("me/")
        counts = []
        for row in Recommendation.objects.order_by("pk"):
            services.accept(recommendation=row, at=AT, actor=ACTOR)
            counts.append(len(statements_of(lambda: caller.get("track-record/"))))

        # The key besides.
        assert counts == [4, 4]


class TestScenarios:
    def test_the_file_of_a_scenario_is_kept_computed_and_read(self, world, caller):
        kept = caller.post("scenarios/", DEARER)
        assert kept.status_code == 201, kept.content
        renamed = caller.patch(f"scenarios/{kept.json()['id']}/", {"name": "China +10 points"})
        assert renamed.json()["overlay"] == {"schema": DEARER["schema"], "changes": DEARER["changes"]}

        job = do(caller.post("scenario-results/", {"scenarios": [kept.json()["id"]], "with_tornado": False}))

        result = caller.get(f"scenario-results/{job.result['comparison']}/").json()
        base, dearer = result["figures"]["outcomes"]
        assert (base["name"], dearer["name"]) == ("base", "China +10 points")
        assert dearer["lines"]["duty"]["delta"]["mean"] > 0
        answer = caller.patch(f"scenarios/{kept.json()['id']}/", {"changes": [{"kind": "capital", "rate": 0.2}]})
        problem_of(answer, 409, "scenario_computed")

    def test_a_scenario_is_deleted_and_its_comparisons_keep_what_it_was(self, world, caller, stranger):
        kept = caller.post("scenarios/", DEARER).json()
        job = do(caller.post("scenario-results/", {"scenarios": [kept["id"]], "with_tornado": False}))

        problem_of(stranger.post(f"scenarios/{kept['id']}/delete/"), 404, "not_found")
        assert caller.post(f"scenarios/{kept['id']}/delete/").json() == kept

        problem_of(caller.get(f"scenarios/{kept['id']}/"), 404, "not_found")
        result = caller.get(f"scenario-results/{job.result['comparison']}/").json()
        assert result["parameters"]["scenarios"] == [{"name": "China +10", "overlay": kept["overlay"]}]

    def test_every_change_that_makes_no_sense_is_named(self, world, caller):
        wrong = [
            {"kind": "duty"},
            {"kind": ["x"]},
            {"kind": "freight", "factor": 10**400},
            {"kind": "demand", "factor": True},
        ]

        answer = caller.post("scenarios/", {**DEARER, "changes": wrong})

        assert told(answer) == [
            ("changes[0]", "fits"), ("changes[1].kind", "fits"), ("changes[2].factor", "fits"), ("changes[3].factor", "fits"),
        ]  # fmt: skip

    def test_a_name_is_used_once(self, world, caller):
        caller.post("scenarios/", DEARER)

        assert told(caller.post("scenarios/", DEARER)) == [("name", "unique")]

    def test_anothers_scenario_is_not_compared_nor_changed(self, world, caller, stranger):
        theirs = caller.post("scenarios/", DEARER).json()["id"]
        mine = stranger.post("scenarios/", DEARER).json()["id"]

        answer = stranger.post("scenario-results/", {"scenarios": [mine, theirs, 10**9]})

        assert told(answer) == [("scenarios[1]", "known"), ("scenarios[2]", "known")]
        problem_of(stranger.patch(f"scenarios/{theirs}/", {"name": "Mine"}), 404, "not_found")
        assert not Job.objects.exists()
