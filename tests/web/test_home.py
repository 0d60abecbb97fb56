"""The first page: to each role what it can act on, and no more."""

import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inventory.models import SiteAssignment
from inventory.parties.roles import Role
from tests.builders import make_site, make_user
from tests.told import told_once
from tests.web.two_worlds import make_ground, make_world
from warehouse.models import Receipt, Shipment

HOME = "/"


@told_once
def told():
    ground = make_ground()
    return ground, make_world(ground, "ACME")


@pytest.fixture
def ground(told, db):
    return told[0]


@pytest.fixture
def world(told, db):
    return copy.deepcopy(told[1])


def enter(client, role, **values):
    user = make_user(role=role, language="en", **values)
    client.force_login(user)
    return user


def cards(response):
    return {str(card.title) for card in response.context["cards"]}


@pytest.mark.parametrize(
    ("role", "sees", "does_not_see"),
    [
        (Role.PLANNER, {"Findings", "To decide", "Movement orders"}, {"Notices due"}),
        (Role.CUSTOMS, {"Findings", "Notices due", "Stays that end soon"}, {"To decide", "Movement orders"}),
        (Role.SUPERVISOR, {"Findings", "Notices due", "To receive", "To ship", "Movement orders"}, {"To decide"}),
        (
            Role.AUTHORITY,
            {"Stays that end soon"},
            {"Findings", "To ship", "To receive", "To decide", "Movement orders"},
        ),
        (Role.ADMINISTRATOR, {"Findings", "Notices due", "To receive", "To ship", "To decide"}, set()),
    ],
)
def test_each_role_sees_its_own_work(client, world, role, sees, does_not_see):
    enter(client, role)

    found = cards(client.get(HOME))

    assert sees <= found
    assert not does_not_see & found


def test_a_client_sees_its_own_and_no_findings(client, ground, world):
    make_world(ground, "OTHERS")
    client.force_login(world.user)

    response = client.get(HOME)

    text = response.content.decode()
    assert "EMB-ACME" in text
    assert "EMB-OTHERS" not in text
    assert "Findings" not in cards(response)


def test_an_operator_sees_the_work_of_the_own_site_only(client, ground, world):
    user = enter(client, Role.OPERATOR)
    elsewhere = make_site("elsewhere")
    SiteAssignment.objects.create(user=user, site=elsewhere)

    there = client.get(HOME).content.decode()
    SiteAssignment.objects.create(user=user, site=ground.zone)
    here = client.get(HOME).content.decode()

    assert "REC-ACME" not in there
    assert "EMB-ACME" not in there
    assert "MOV-ACME" not in there
    assert all(number in here for number in ("REC-ACME", "EMB-ACME", "MOV-ACME"))


def test_a_client_chosen_at_the_top_narrows_everything(client, ground, world):
    others = make_world(ground, "OTHERS")
    enter(client, Role.PLANNER)

    client.post(reverse("inventory:choose_client"), {"client": others.client.pk})
    text = client.get(HOME).content.decode()

    assert "EMB-OTHERS" in text
    assert "EMB-ACME" not in text


def test_the_map_and_its_table_say_what_flowed(client, world, ground):
    enter(client, Role.PLANNER)

    corridor = client.get(HOME).context["corridor"]

    assert corridor.rows[0] == ["ZONE", "BRIDGE", "DC", "1", "5", "5", "$62.50 USD"]
    line = next(series for series in corridor.option["series"] if series["type"] == "lines")
    assert len(line["data"]) == 2
    assert {series["name"] for series in corridor.option["series"]} >= {"Bonded zones", "Distribution centers"}


def test_a_reversed_dispatch_flows_nowhere(client, world):
    enter(client, Role.PLANNER)
    Shipment.objects.filter(number="EMB-ACME").update(state=Shipment.State.RETURNED)

    rows = client.get(HOME).context["corridor"].rows

    assert not [row for row in rows if row[3] == "1"]


def test_the_charts_hold_the_numbers_of_the_books(client, world):
    enter(client, Role.CUSTOMS)

    stock, layers = client.get(HOME).context["charts"]

    assert list(stock.rows) == [["Strategic bonded zone (RFS)", "$500.00 USD"]]
    assert [row[1] for row in layers.rows] == ["0", "1", "0", "0", "0", "0"]
    assert layers.rows[1][2] == "$500.00 MXN"


def test_who_has_nothing_to_do_is_told_so(client, db):
    enter(client, Role.OPERATOR)

    assert "Nothing waits for you" in client.get(HOME).content.decode()


def test_the_page_asks_the_database_the_same_number_of_times_however_much_there_is(client, world, ground):
    enter(client, Role.ADMINISTRATOR)
    client.get(HOME)

    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    at = timezone.now()
    pedimento = Receipt.objects.get().pedimento
    for n in range(30):
        Receipt.objects.create(
            number=f"REC-{n}", client=world.client, site=ground.zone, pedimento=pedimento, expected_on=at.date()
        )
        Shipment.objects.create(
            number=f"EMB-{n}", client=world.client, origin=ground.zone, destination=ground.dc, created_at=at,
            created_by="x", state="dispatched", dispatched_at=at - timedelta(days=n), eta=at, promised_at=at,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)

    assert len(many) <= len(few) + 1
    assert len(many) < 60


def test_what_left_more_than_ninety_days_ago_is_off_the_map(client, world):
    enter(client, Role.PLANNER)
    Shipment.objects.filter(number="EMB-ACME").update(dispatched_at=timezone.now() - timedelta(days=91))

    assert not [row for row in client.get(HOME).context["corridor"].rows if row[3] == "1"]
