"""Planned events on pages: written down by planners for a kind each, listed, read by whom they are about, and ended."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import Lane, Market, PlacementRun, PlannedEvent, Site
from inventory.parties.roles import Role
from tests.builders import make_client, make_item, make_site, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("warehouse:planned_events")


@pytest.fixture
def acme():
    client = make_client("acme")
    make_item(client, "WHEEL-1")
    zone, dc, crossing = make_site("slp"), make_site("dallas", Site.Kind.US_DC), make_site("laredo", Site.Kind.CROSSING)
    Lane.objects.create(
        origin=zone, destination=dc, crossing=crossing, transit_hours_p50=60, transit_hours_p80=90, lead_weeks={},
    )  # fmt: skip
    Market.objects.create(code="texas", name="Texas", latitude=32.7, longitude=-96.8, primary_dc=dc)
    return client


@pytest.fixture
def planner(client):
    client.force_login(make_user("paula", Role.PLANNER, language="en"))
    return client


def write(browser, kind, **given):
    today = timezone.localdate()
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=6)).isoformat()}
    return browser.post(
        reverse(f"warehouse:planned_{kind}"), {**days, "reason": "In the gazette", **given}, follow=True
    )


def test_each_kind_is_written_down_by_its_own_form_in_per_cent(planner, acme):
    crossing, market = Site.objects.get(code="laredo"), Market.objects.get()
    for kind, given, value in (
        ("closure", {"crossing": crossing.pk, "value": "40"}, Decimal("0.4")),
        ("holiday", {"lane": Lane.objects.get().pk, "value": "2"}, Decimal(2)),
        ("tariff", {"origin_country": "chn", "value": "35", "last_day": ""}, Decimal("0.35")),
        ("tariff", {"client": acme.pk, "item": "WHEEL-1", "value": "0"}, Decimal(0)),
        ("promotion", {"client": acme.pk, "market": market.pk, "value": "150"}, Decimal("1.5")),
        ("promotion", {"client": acme.pk, "item": "WHEEL-1"}, None),
    ):
        answer = write(planner, kind, **given)

        row = PlannedEvent.objects.latest("pk")
        assert answer.redirect_chain == [(reverse("warehouse:planned_event", args=[row.pk]), 302)], kind
        assert (row.kind, row.value, row.created_by, row.reason) == (kind, value, "paula", "In the gazette")
    assert PlannedEvent.objects.get(origin_country="CHN").last_day is None
    assert PlannedEvent.objects.filter(client=acme).count() == 3


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("closure", {}, "lane"),
        ("closure", {"value": "101"}, "value"),
        ("tariff", {"value": "", "origin_country": "CHN"}, "value"),
        ("tariff", {"value": "10", "origin_country": "1"}, "origin_country"),
        ("tariff", {"value": "10", "item": "WHEEL-1"}, "client"),
        ("promotion", {"client": ""}, "client"),
        ("promotion", {"item": "NONE"}, "item"),
        ("promotion", {"last_day": "2020-01-01"}, "last_day"),
        ("promotion", {"reason": ""}, "reason"),
        ("promotion", {"first_day": "tomorrow"}, "first_day"),
    ],
)
def test_what_does_not_fit_comes_back_with_its_field(planner, acme, kind, given, field):
    answer = write(planner, kind, **({"client": acme.pk} if kind == "promotion" else {}) | given)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not PlannedEvent.objects.exists()


def test_the_form_speaks_spanish_first(client, acme):
    client.force_login(make_user("pablo", Role.PLANNER, language="es-mx"))

    asked = client.get(reverse("warehouse:planned_tariff")).content.decode()
    refused = write(client, "tariff", origin_country="CHN", value="-1").content.decode()

    assert "País de origen" in asked
    assert "Nueva tasa de arancel, %" in asked
    assert "Asegúrese de que este valor es mayor o igual a 0" in refused or "mayor o igual" in refused


def test_an_event_is_ended_once_and_stays_on_record(planner, acme):
    write(planner, "closure", crossing=Site.objects.get(code="laredo").pk)
    row = PlannedEvent.objects.get()
    url = reverse("warehouse:planned_event_end", args=[row.pk])

    planner.post(url)
    again = planner.post(url)

    row.refresh_from_db()
    assert row.ended_by == "paula"
    assert again.status_code == 409
    assert "ended before, by paula" in again.content.decode()
    assert row in [shown.record for shown in planner.get(LIST).context["table"].page.object_list]
    assert [shown.record for shown in planner.get(LIST, {"counts": "true"}).context["table"].page.object_list] == []


def test_the_list_says_what_each_is_about_and_is_exported(planner, acme):
    write(planner, "closure", crossing=Site.objects.get(code="laredo").pk, value="40")
    write(planner, "promotion", client=acme.pk, item="WHEEL-1", value="150")

    text = planner.get(LIST).content.decode()
    file = b"".join(planner.get(LIST, {"export": "csv"}).streaming_content).decode()

    for said in ("40 % likely", "150 % of usual demand", "WHEEL-1", "Going on", "In the gazette"):
        assert said in text, said
        assert said in file, said


def test_clients_read_what_holds_for_all_and_their_own_and_write_nothing(client, planner, acme):
    write(planner, "tariff", origin_country="CHN", value="35")
    write(planner, "promotion", client=acme.pk)
    promotion = PlannedEvent.objects.get(kind="promotion")
    client.force_login(make_user("carla", Role.CLIENT, client=make_client("other"), language="en"))

    listed = [row.record.kind for row in client.get(LIST).context["table"].page.object_list]
    page = reverse("warehouse:planned_event", args=[promotion.pk])

    assert listed == ["tariff"]
    assert client.get(page).status_code == 404
    assert write(client, "promotion", client=acme.pk).status_code == 403
    assert client.post(reverse("warehouse:planned_event_end", args=[promotion.pk])).status_code == 403
    assert "End it" not in client.get(reverse("warehouse:planned_event", args=[promotion.pk - 1])).content.decode()
    assert PlannedEvent.objects.filter(ended_at=None).count() == 2


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CUSTOMS, Role.OPERATOR, Role.AUTHORITY, Role.CLIENT])
def test_only_planners_and_administrators_write_events_down(client, acme, role):
    client.force_login(make_user(role=role, client=acme if role == Role.CLIENT else None))

    assert write(client, "promotion", client=acme.pk).status_code == 403
    assert not PlannedEvent.objects.exists()


def test_a_run_tells_what_events_did_in_words(client, planner, acme):
    run = PlacementRun.objects.create(
        client=acme, as_of=timezone.localdate(), created_at=timezone.now(), actor_label="x", inputs_hash="a" * 64,
        code_version="1", parameters={},
        metrics={
            "closures": [{"from_node": "slp", "to_node": "dallas", "from": "2026-03-02", "to": "9999-12-31", "weeks": 26,
                          "is_now": True}],
            "duty_changes": [{"on": "2026-04-06", "duty_now": 0.1, "duty_new": 0, "levels": 3, "ahead_asked": 0, "ahead": 0,
                              "held_by": [], "held": 40}],
        },
    )  # fmt: skip

    text = planner.get(reverse("warehouse:placement_run", args=[run.pk])).content.decode()

    assert "slp → dallas is closed since 2026-03-02, nobody knows until when: nothing moves over it." in text
    assert "On 2026-04-06 duty goes from 10 % to 0 % for 3 levels. 40 units wait for the lower rate." in text
