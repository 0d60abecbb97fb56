"""Recommendations on pages: read, accepted, refused, ordered; and runs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import (
    DemandRecord,
    Job,
    Lane,
    LevelOverride,
    Location,
    Market,
    PlacementRun,
    Recommendation,
    Site,
)
from inventory.parties.roles import Role
from inventory.placement import services as placement
from inventory.places.services import virtual_location
from tests.builders import (
    ACTOR,
    make_account,
    make_authorisation,
    make_bonded_lot,
    make_client,
    make_item,
    make_location,
    make_lot,
    make_site,
    make_user,
)
from warehouse.models import MovementOrder


@pytest.fixture
def run(db):
    """A run over one item with a year of demand, 900 under bond and nothing forward."""
    zone, dc = make_site("slp"), make_site("dallas", Site.Kind.US_DC)
    market = Market.objects.create(code="texas", name="Texas", latitude=32.7, longitude=-96.8, primary_dc=dc)
    Lane.objects.create(
        origin=zone, destination=dc, transit_hours_p50=60, transit_hours_p80=90, truck_m3=Decimal(75),
        lead_weeks={"values": [1, 2], "probs": [0.85, 0.15]}, truck_cost_usd=Decimal(2100),
    )  # fmt: skip
    item = make_item(make_client("acme"), "WHEEL-1")
    account = make_account(item, "RFS", make_authorisation("RFS", site=zone))
    today, at = timezone.localdate(), timezone.now()
    make_bonded_lot(account, 900, day=today - timedelta(days=30))
    lot, bin_, gate = make_lot(account), make_location(zone, "RFS"), virtual_location(zone, Location.Kind.VENDOR)
    moves = [Move(lot.pk, gate.pk, bin_.pk, Decimal(900))]
    ledger.post(key="goods", kind="receipt", moves=moves, legal_date=today, at=at, actor=ACTOR)
    monday = today - timedelta(days=today.weekday())
    DemandRecord.objects.bulk_create(
        DemandRecord(
            client=item.client, item=item, market=market, week=monday - timedelta(weeks=n), quantity=20 + n % 5,
            source="x", recorded_at=at,
        )
        for n in range(1, 60)
    )  # fmt: skip
    return placement.run(client=item.client, as_of=today, at=at, actor=ACTOR)


@pytest.fixture
def proposed(run):
    return Recommendation.objects.get(run=run)


@pytest.fixture
def planner(client, db):
    client.force_login(make_user("paula", Role.PLANNER, language="en"))


def page(name, row):
    return reverse(f"warehouse:recommendation{name}", args=[row.pk])


def accept(client, row, quantity, reason=""):
    return client.post(page("_accept", row), {"accept-quantity": quantity, "accept-reason": reason})


def test_the_list_says_what_from_where_to_where_and_why(client, planner, proposed):
    text = client.get(reverse("warehouse:recommendations")).content.decode()

    assert all(word in text for word in ("WHEEL-1", "DALLAS", "from slp", "0 of ", "→"))


def test_a_page_gives_the_sentence_and_the_numbers_behind_it(client, planner, proposed):
    response = client.get(page("", proposed))

    assert "Send" in response.context["sentence"]
    assert "from slp to dallas" in response.content.decode()
    assert {str(title) for title, _value in response.context["numbers"]} >= {
        "Level",
        "Position",
        "Expected fill after, if bond supplies",
    }


def test_accepting_orders_the_movement_at_once(client, planner, proposed):
    accept(client, proposed, proposed.quantity)

    line = MovementOrder.objects.get().lines.get()
    proposed.refresh_from_db()
    assert (line.quantity, line.recommendation) == (proposed.quantity, proposed)
    assert (proposed.state, proposed.decided_by) == ("accepted", "paula")
    assert line.order.number in client.get(page("", proposed)).content.decode()


def test_another_quantity_may_be_accepted(client, planner, proposed):
    accept(client, proposed, "7", "Only one pallet fits")

    proposed.refresh_from_db()
    assert MovementOrder.objects.get().lines.get().quantity == 7
    assert proposed.decision_reason == "Only one pallet fits"


@pytest.mark.parametrize(("quantity", "status"), [("0", 422), ("-3", 422), ("x", 422), ("0.5", 422), ("100000", 409)])
def test_what_cannot_be_moved_cannot_be_accepted(client, planner, proposed, quantity, status):
    answer = accept(client, proposed, quantity)

    proposed.refresh_from_db()
    assert answer.status_code == status
    assert proposed.state == "proposed"
    assert not MovementOrder.objects.exists()


def test_a_recommendation_is_decided_once(client, planner, proposed):
    accept(client, proposed, proposed.quantity)

    again = accept(client, proposed, proposed.quantity)
    refused = client.post(page("_refuse", proposed), {"refuse-reason": "Changed my mind"})

    assert again.status_code == refused.status_code == 409
    assert "already_decided" in again.content.decode()
    assert MovementOrder.objects.count() == 1


def test_refusing_needs_a_reason(client, planner, proposed):
    silent = client.post(page("_refuse", proposed), {"refuse-reason": " "})
    assert silent.status_code == 422

    client.post(page("_refuse", proposed), {"refuse-reason": "The promotion was called off"})

    proposed.refresh_from_db()
    assert (proposed.state, proposed.decision_reason) == ("refused", "The promotion was called off")
    decided = client.get(reverse("warehouse:decided")).content.decode()
    assert "WHEEL-1" in decided
    assert not MovementOrder.objects.exists()


def copy(row, **changes):
    row.pk, row._state.adding = None, True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()
    return row


def test_many_are_accepted_together_into_one_order_of_their_lane(client, planner, proposed):
    first = proposed.pk
    second = copy(proposed, quantity=Decimal(3), priority=2).pk

    answer = client.post(reverse("warehouse:accept_many"), {"chosen": [first, second, "x"]}, follow=True)

    order = MovementOrder.objects.get()
    assert sorted(order.lines.values_list("recommendation", flat=True)) == [first, second]
    assert order.lane == proposed.lane
    assert answer.redirect_chain[-1][0] == reverse("warehouse:movement", args=[order.number])
    assert f"2 accepted: {order.number}" in answer.content.decode()


def test_of_many_all_are_accepted_or_none_and_what_cannot_be_is_named(client, planner, proposed):
    first = proposed.pk
    beyond = copy(proposed, quantity=Decimal(99999), priority=2).pk
    refused = copy(proposed, quantity=Decimal(3), priority=3, state="refused", decided_by="olga").pk

    answer = client.post(reverse("warehouse:accept_many"), {"chosen": [first, beyond, refused]})

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was accepted" in text
    assert "99999 of WHEEL-1 asked for" in text
    assert f"Recommendation {refused} is decided: Refused, by olga." in text
    assert not MovementOrder.objects.exists()
    assert sorted(Recommendation.objects.filter(state="proposed").values_list("pk", flat=True)) == [first, beyond]


def test_what_is_chosen_is_added_up_to_trucks_lane_by_lane(client, planner, proposed):
    item = proposed.item
    item.volume_m3, item.weight_kg = Decimal("0.5"), Decimal(2)
    item.save()
    copy(proposed, quantity=Decimal(100), priority=2)
    copy(proposed, quantity=Decimal(80), priority=3)
    chosen = Recommendation.objects.filter(priority__in=(2, 3)).values_list("pk", flat=True)

    page_ = client.get(reverse("warehouse:recommendations_load"), {"chosen": list(chosen)})
    part = client.get(
        reverse("warehouse:recommendations_load"), {"chosen": list(chosen)}, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="load"
    )  # fmt: skip

    (load,) = page_.context["loads"]
    assert {str(name): value for name, value in load.facts} == {
        "Volume": "90 m³", "Weight": "360 kg", "Trucks": "2 of 75 m³", "How full": "60 %", "Room left": "60 m³",
    }  # fmt: skip
    assert "<html" not in part.content.decode()
    assert "2 of 75 m³" in part.content.decode()


def test_all_of_a_lane_is_chosen_at_once(client, planner, proposed):
    other = copy(proposed, quantity=Decimal(3), priority=2, lane=None).pk

    listed = client.get(reverse("warehouse:recommendations"))
    ((_lane, number, url),) = listed.context["lanes"]
    chosen = client.get(url).content.decode()

    assert number == 1
    assert chosen.count("checked") == 1
    assert f'value="{other}"' not in chosen
    assert client.get(reverse("warehouse:recommendations_load"), {"lane": "x"}).context["loads"] == []


def test_choosing_nothing_does_nothing(client, planner, proposed):
    answer = client.post(reverse("warehouse:accept_many"), {}, follow=True)

    assert "Choose at least one" in answer.content.decode()
    assert not MovementOrder.objects.exists()


@pytest.mark.parametrize(("role", "sees"), [(Role.OPERATOR, False), (Role.AUTHORITY, False), (Role.SUPERVISOR, True)])
def test_who_does_not_plan_decides_nothing(client, proposed, role, sees):
    client.force_login(make_user(role=role))

    assert client.get(page("", proposed)).status_code == (200 if sees else 403)
    assert accept(client, proposed, "1").status_code == 403
    assert client.post(page("_refuse", proposed), {"refuse-reason": "no thanks"}).status_code == 403
    assert client.post(reverse("warehouse:accept_many"), {"chosen": [proposed.pk]}).status_code == 403
    assert client.get(reverse("warehouse:placement_new")).status_code == 403


def test_another_clients_recommendation_is_not_there(client, proposed):
    client.force_login(make_user(role=Role.CLIENT, client=make_client("other")))

    assert client.get(page("", proposed)).status_code == 404
    assert accept(client, proposed, "1").status_code == 404
    client.post(reverse("warehouse:accept_many"), {"chosen": [proposed.pk]})
    for asked in ({"chosen": [proposed.pk]}, {"lane": proposed.lane_id}):
        assert client.get(reverse("warehouse:recommendations_load"), asked).context["loads"] == []
    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_a_run_is_asked_for_and_its_progress_shown(client, planner, run):
    answer = client.post(
        reverse("warehouse:placement_new"),
        {"client": run.client_id, "as_of": "2026-03-01", "phi": "1.5", "budget": "250000.50"},
        follow=True,
    )

    job = Job.objects.get(kind="placement_run")
    assert job.parameters == {"as_of": "2026-03-01", "phi": "1.5", "budget": "250000.5"}
    assert job.client == run.client
    assert reverse("inventory:job_progress", args=[job.pk]) in answer.content.decode()


@pytest.mark.parametrize("budget", ["0", "-5", "a lot"])
def test_a_budget_that_is_none_is_refused_beside_its_field(client, planner, run, budget):
    answer = client.post(reverse("warehouse:placement_new"), {"client": run.client_id, "budget": budget})

    assert answer.status_code == 422
    assert answer.context["form"].errors["budget"]
    assert not Job.objects.exists()


def test_a_run_tells_of_room_and_money_in_words(client, run):
    client.force_login(make_user("paula", Role.PLANNER, language="es-mx"))
    url = reverse("warehouse:placement_run", args=[run.pk])
    assert "Espacio y dinero" not in client.get(url).content.decode()
    row = {"kind": "capacity", "node": "dallas", "limit": 50, "expected": 41, "price": 0.84, "is_kept": True}
    PlacementRun.objects.filter(pk=run.pk).update(metrics={**run.metrics, "limits": [row]})

    text = client.get(url).content.decode()

    assert "Espacio y dinero" in text
    assert "Espacio en dallas: 82 % ocupado; un m³ ahí vale 0.84 por semana." in text


def test_the_button_that_starts_a_run_says_the_deed_and_not_the_thing(client, run):
    client.force_login(make_user("pablo", Role.PLANNER, language="es-mx"))

    text = client.get(reverse("warehouse:placement_new")).content.decode()

    assert "Calcular" in text
    assert "la que se afinó" in text


def test_a_run_can_only_be_asked_for_a_client_one_may_see(client, run):
    client.force_login(make_user(role=Role.CLIENT, client=make_client("other")))

    answer = client.post(reverse("warehouse:placement_new"), {"client": run.client_id})

    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_a_run_shows_what_it_was_fed_with(client, planner, run):
    text = client.get(reverse("warehouse:placement_run", args=[run.pk])).content.decode()

    assert run.inputs_hash in text
    assert run.code_version in text
    assert "Capital rate a year" in text


def test_levels_are_listed_and_explained(client, planner, run, proposed):
    listed = client.get(reverse("warehouse:placement_levels", args=[run.pk]))
    of_item = client.get(reverse("warehouse:placement_item", args=[proposed.item_id]))

    assert {row.record.site.code for row in listed.context["table"].page.object_list} == {"slp", "dallas"}
    assert [sentence for _level, _facts, sentence in of_item.context["levels"] if "Hold up to" in sentence]
    assert len(of_item.context["chart"].rows) == 2


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This run is partial: 2 items"), ("es-mx", "Esta corrida es parcial: 2")]
)
def test_a_partial_run_says_so_on_its_page(client, run, language, said):
    client.force_login(make_user("paula", Role.PLANNER, language=language))
    url = reverse("warehouse:placement_run", args=[run.pk])
    assert said not in client.get(url).content.decode()

    PlacementRun.objects.filter(pk=run.pk).update(metrics={**run.metrics, "not_planned": ["A", "B"]})

    assert said in client.get(url).content.decode()


def test_the_page_of_an_item_gives_history_forecast_levels_stock_layers_and_moves(client, planner, run, proposed):
    found = client.get(reverse("warehouse:placement_item", args=[proposed.item_id]))

    fan, text = found.context["fan"], found.content.decode()
    assert str(fan.title) == "Demand and forecast of DALLAS"
    assert len(fan.rows) == 13 + 52
    expected, low, high = fan.rows[0][2], fan.rows[0][3], fan.rows[0][7]
    assert float(low) < float(expected) < float(high)
    assert fan.rows[13][1] == "21"  # the newest week of history
    at = {row.site.code: row for row in found.context["stock"]}
    assert (at["slp"].shelf, at["slp"].free, at["dallas"].coming) == (900, 900, 0)
    assert at["dallas"].level.order_up_to > 0
    assert [layer.remaining for layer in found.context["layers"]] == [900]
    assert [row for row, _sentence in found.context["moves"]] == [proposed]
    assert "Send " in text


def what_if(client, level, htmx=True, **asked):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.get(reverse("warehouse:what_if", args=[level.pk]), asked, headers=headers)


def test_what_if_is_answered_beside_what_is_now(client, planner, run, proposed):
    level = run.levels.get(site__code="dallas")
    page = client.get(reverse("warehouse:placement_item", args=[proposed.item_id])).content.decode()

    held = what_if(client, level, more="50")
    duty = what_if(client, level, points="5")

    assert reverse("warehouse:what_if", args=[level.pk]) in page
    assert reverse("warehouse:what_if", args=[run.levels.get(site__code="slp").pk]) not in page
    (units, fill, _cost) = held.context["answer"]["rows"]
    assert units[1:] == ("0", "50")
    assert float(fill[1].split()[0]) < float(fill[2].split()[0])
    (levels, _fill, cost) = duty.context["answer"]["rows"]
    assert float(levels[1]) == level.order_up_to
    assert float(levels[2]) <= float(levels[1])
    assert float(cost[1]) == pytest.approx(float(level.expected_weekly_cost_usd), abs=0.01)
    assert float(cost[2]) >= float(cost[1])
    assert "<html" not in held.content.decode()
    assert "If duty were 5 points higher" in what_if(client, level, htmx=False, points="5").content.decode()


@pytest.mark.parametrize("asked", [{}, {"more": "-1"}, {"more": "x"}, {"points": "2000"}, {"more": "1", "points": "1"}])
def test_a_what_if_that_makes_no_sense_is_refused_in_its_place(client, planner, run, asked):
    answer = what_if(client, run.levels.get(site__code="dallas"), **asked)

    assert answer.status_code == 422
    assert answer.context["errors"]
    assert 'role="alert"' in answer.content.decode()


def test_what_if_is_asked_of_ones_own_levels_that_keep_what_they_stand_on(client, planner, run):
    dallas, slp = run.levels.get(site__code="dallas"), run.levels.get(site__code="slp")

    assert what_if(client, slp, more="1").status_code == 404
    client.force_login(make_user("carla", Role.CLIENT, client=make_client("other")))
    assert what_if(client, dallas, more="1").status_code == 404


def test_an_accepted_move_shows_as_on_its_way_and_no_longer_free(client, planner, proposed):
    accept(client, proposed, "100")

    found = client.get(reverse("warehouse:placement_item", args=[proposed.item_id]))

    at = {row.site.code: row for row in found.context["stock"]}
    assert (at["slp"].shelf, at["slp"].free, at["dallas"].coming) == (900, 800, 100)


def test_another_client_sees_no_page_of_the_item(client, run, proposed):
    url = reverse("warehouse:placement_item", args=[proposed.item_id])
    client.force_login(make_user("carla", Role.CLIENT, client=make_client("other")))

    assert client.get(url).status_code == 404


def set_level(client, item, **given):
    data = {
        "site": Site.objects.get(code="dallas").pk,
        "value": "300",
        "until": "2126-01-01",
        "reason": "A new shop",
        **given,
    }
    return client.post(reverse("warehouse:placement_override", args=[item.pk]), data, follow=True)


def test_a_level_is_set_shown_beside_the_computed_one_and_taken_back(client, planner, run, proposed):
    computed = run.levels.get(site__code="dallas").order_up_to

    text = set_level(client, proposed.item).content.decode()

    row = LevelOverride.objects.get()
    assert (row.value, row.computed, row.created_by) == (300, computed, "paula")
    assert "A new shop" in text
    placement.run(client=run.client, as_of=run.as_of, at=timezone.now(), actor=ACTOR)
    after = client.get(item_url(proposed)).content.decode()
    assert "Computed level" in after
    assert "A planner set this level" in after
    client.post(reverse("warehouse:placement_override_end", args=[row.pk]))
    row.refresh_from_db()
    assert row.ended_by == "paula"
    again = client.post(reverse("warehouse:placement_override_end", args=[row.pk]), follow=True)
    assert "taken back before, by paula" in again.content.decode()


@pytest.mark.parametrize(
    ("given", "field"), [({"value": "0.5"}, "value"), ({"until": "2020-01-01"}, "until"), ({"reason": ""}, "reason")]
)
def test_a_level_that_cannot_be_set_comes_back_with_its_field(client, planner, proposed, given, field):
    answer = set_level(client, proposed.item, **given)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not LevelOverride.objects.exists()


def test_who_does_not_plan_and_who_is_another_client_sets_no_level(client, proposed):
    for user, status in (
        (make_user(role=Role.SUPERVISOR), 403),
        (make_user(role=Role.CLIENT, client=make_client("other")), 404),
    ):
        client.force_login(user)
        assert set_level(client, proposed.item).status_code == status
    assert not LevelOverride.objects.exists()


def test_pages_say_how_planners_decided_and_what_became_of_it(client, planner, proposed):
    old = Recommendation.objects.get(pk=proposed.pk)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    accept(client, proposed, "7", "Only one pallet fits")
    Recommendation.objects.filter(pk=old.pk).update(arrive_week_p50=monday - timedelta(weeks=6))
    DemandRecord.objects.filter(week=monday - timedelta(weeks=5)).update(stockout_share=Decimal("0.5"))

    for url in (reverse("warehouse:recommendations"), reverse("warehouse:decided"), item_url(old)):
        record = client.get(url).context["record"]
        assert [value for _title, value in record.facts] == ["0 (0 % of those decided)", "1", "0", "0"]
        assert record.reasons == (("Only one pallet fits", 1),)
        followed, refused = (cells for _title, cells in record.rows)
        # 6, 5, 4 and 3 weeks ago: 21 + 20 + 24 + 23 were asked.
        assert (followed[0], followed[2], followed[3], followed[5]) == ("1", "88", "1 / 4", "87.5 %")
        assert len(set(refused)) == 1


def item_url(row):
    return reverse("warehouse:placement_item", args=[row.item_id])


def test_the_network_shows_stock_levels_and_the_recommended_flows(client, planner, run, proposed):
    item = proposed.item
    item.unit_value_usd = Decimal(10)
    item.save()
    second = copy(Recommendation.objects.get(pk=proposed.pk), quantity=Decimal(2), priority=2)

    found = client.get(reverse("warehouse:placement_network"))

    moved = (proposed.quantity + second.quantity) * 10
    (flow,) = found.context["map"].rows
    assert flow[:5] == ["SLP", "—", "DALLAS", "2", str(int(moved / 10))]
    nodes = {node.site.code: node for node in found.context["nodes"]}
    assert (nodes["slp"].stock, nodes["slp"].leaving) == (9000, moved)
    assert (nodes["dallas"].stock, nodes["dallas"].coming) == (0, moved)
    assert nodes["dallas"].level == run.levels.get(site__code="dallas").order_up_to * 10
    assert [row[2] for row in found.context["balance"].rows] == ["100 %", "0 %", "0 %"]
    lines = found.context["map"].option["series"][0]["data"]
    assert len(lines) == 1


def test_the_network_of_another_client_has_none_of_it(client, run, proposed):
    client.force_login(make_user(role=Role.CLIENT, client=make_client("other")))

    found = client.get(reverse("warehouse:placement_network"))

    assert found.context["map"].rows == []
    assert found.context["nodes"] == []


def test_a_lane_with_more_than_go_together_says_that_these_are_the_first(client, planner, proposed, monkeypatch):
    monkeypatch.setattr("warehouse.web.placement_loads.MOST_AT_ONCE", 2)
    for rank in (2, 3):
        copy(Recommendation.objects.get(pk=proposed.pk), priority=rank)

    text = client.get(reverse("warehouse:recommendations_load"), {"lane": proposed.lane_id}).content.decode()

    assert text.count("checked") == 2
    assert "At most 2 go together" in text


def test_the_page_of_a_run_says_in_words_how_it_was_made_and_what_it_found(client, planner, run):
    found = client.get(reverse("warehouse:placement_run", args=[run.pk]))

    facts = {str(label): value for label, value in [*found.context["parameters"], *found.context["metrics"]]}
    assert facts["Hold-back factor"] == "As tuned"
    assert facts["Capital rate a year"] == "12 %"
    assert facts["Trucks"] == "Shared with other clients"
    before, after = (float(text.rstrip(" %")) for text in facts["Expected service if bond supplies"].split(" → "))
    assert before < after
    assert facts["Moves"] == run.metrics["moves"]
    assert [str(row["name"]) for row in found.context["classes"]] == [
        "Smooth demand", "Erratic demand", "Intermittent demand", "Lumpy demand",
    ]  # fmt: skip
    text = found.content.decode()
    assert "Theory" in text
    assert "{" not in text.split("<main", 1)[1].split("</main", 1)[0]
