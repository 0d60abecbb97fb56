"""From where: a posting or a discharge has no room for an address, but its key finds the trail written with it."""

from decimal import Decimal

import pytest
from django.test import RequestFactory

from inventory.audit import selectors
from inventory.audit.middleware import AuditMiddleware
from inventory.customs import services as customs
from inventory.models import Discharge, Location, Lot, Posting
from inventory.parties.scope import Actor
from tests.builders import make_user
from tests.invariants.test_invariants import image, rectification
from tests.scenarios import world
from tests.scenarios.test_account_life import Life
from tests.scenarios.test_turned_back import DAY, order, send
from tests.scenarios.world import ACTOR, OTHER, at
from warehouse.counting import services as counting
from warehouse.movements import services as movements
from warehouse.shipping import services as shipping

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.7"
__all__ = ["order"]  # a fixture


@pytest.fixture
def by_request():
    """Does a deed while a request of Ana's is answered, which came from ADDRESS."""
    ana = make_user("ana")

    def do(deed):
        request = RequestFactory().post("/", REMOTE_ADDR=ADDRESS)
        request.user = ana
        return AuditMiddleware(lambda _request: deed())(request)

    return do


def addresses(key):
    return {entry.remote_addr for entry in selectors.told_of(key)}


def every_kind(order):
    """A receipt came with the order; one posting at least of every other kind that the product writes."""
    shelf, dock = (Location.objects.get(site=order.origin, code=code) for code in ("A-01-RFS", "ANDEN-RFS"))
    movements.move_bin(
        key="k", lot=Lot.objects.get(), origin=shelf, destination=dock, quantity=Decimal(5), at=at(DAY, 6), actor=ACTOR
    )
    sheet = counting.open_sheet(site=order.origin, locations=[shelf], at=at(DAY, 7), actor=ACTOR)
    counts = {line.pk: line.expected - 1 for line in sheet.lines.all()}
    counting.record_counts(sheet=sheet, counts=counts, at=at(DAY, 7), actor=ACTOR)
    counting.record_counts(sheet=sheet, counts=counts, at=at(DAY, 7), actor=OTHER)
    counting.post_sheet(sheet=sheet, at=at(DAY, 8), actor=Actor(label="cumplimiento"))
    turned_back = send(order, "26 24 3456 6000611", 9)
    shipping.reverse_dispatch(shipment=turned_back, at=at(DAY, 12), actor=ACTOR, reason="Turned back")
    arrives = send(order, "26 24 3456 6000612", 15)
    received = {line.seq: shipping.Received(line.quantity) for line in arrives.lines.all()}
    shipping.receive(shipment=arrives, received=received, received_at=at(DAY, 20), at=at(DAY, 20), actor=ACTOR)


def test_the_key_of_a_posting_of_any_kind_finds_from_where_it_was_written(order, by_request):
    before = set(Posting.objects.values_list("pk", flat=True))
    second = world.enter(
        order.client,
        world.declaration(
            "26 24 3456 6000699", order.origin, order.origin.authorisations.get().authorisation,
            [{"sku": "SKU-9", "quantity": 3, "value": 300}], paid_on="2026-03-21", cleared_at="2026-03-21T08:00:00-06:00",
        ),
        "2026-03-21",
    )  # fmt: skip

    by_request(lambda: every_kind(order))
    by_request(lambda: world.bring_in(second, "2026-04-02"))

    written = Posting.objects.exclude(pk__in=before)
    # Nothing posts a change of status by itself: goods change theirs by a delivery.
    assert {posting.kind for posting in written} == set(Posting.Kind) - {Posting.Kind.STATUS}
    assert {posting.key: addresses(posting.key) for posting in written} == {
        posting.key: {ADDRESS} for posting in written
    }


def test_the_key_of_a_discharge_and_of_its_reversal_finds_from_where_it_was_written(order, by_request):
    by_request(lambda: every_kind(order))

    keys = set(Discharge.objects.values_list("key", flat=True))
    assert {key.rsplit("/", 1)[1] for key in keys} == {"dispatch", "reverse"}
    assert {key: addresses(key) for key in keys} == {key: {ADDRESS} for key in keys}


def test_the_key_of_what_a_rectification_takes_elsewhere_finds_from_where_it_was_applied(by_request):
    life = Life()
    life.walk(until="2025-06-06")
    r1 = rectification(life, "25 24 3456 5000301", [image(90, "30.000", 9000)])
    before = set(Discharge.objects.values_list("pk", flat=True))

    by_request(lambda: customs.rectify(rectification=r1, at=at("2025-06-10"), actor=ACTOR))

    keys = set(Discharge.objects.exclude(pk__in=before).values_list("key", flat=True))
    assert len(keys) == 2
    assert {key: addresses(key) for key in keys} == {key: {ADDRESS} for key in keys}


def test_the_trail_of_a_deed_is_its_own(order, by_request):
    by_request(lambda: every_kind(order))

    dispatch, other = Posting.objects.filter(kind="dispatch").order_by("pk")
    (entry,) = selectors.told_of(dispatch.key)
    assert entry.object_repr == dispatch.document
    assert entry.changes["posting"] == ["None", str(dispatch.pk)]
    assert not selectors.told_of(dispatch.key) & selectors.told_of(other.key)
    assert not selectors.told_of("bin/other")
