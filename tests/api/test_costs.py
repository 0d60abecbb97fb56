"""What calls cost in statements: the hot posts stay under twenty, and more lines do not mean more statements."""

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api import house as houses
from tests.api.conftest import caller_for
from tests.builders import make_authorisation, make_client, make_item, pedimento_number
from tests.scenarios import world
from warehouse.shipping import services as shipping

NOT_COUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


def statements_of(call):
    """The statements of a call, transaction marks aside; it must succeed."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code < 300, answer.content
    return [one["sql"] for one in captured if not one["sql"].startswith(NOT_COUNTED)]


@pytest.fixture
def ready(db):
    """A caller, and a function that readies a shipment of so many lines, each of an item of its own, for dispatch."""
    with time_machine.travel(houses.NOW, tick=False):
        world.load_law()
        zone, dc = world.make_zone(), world.make_dc()
        authorisation, client = make_authorisation("RFS", site=zone), make_client()
        who = {"at": houses.NOW, "actor": world.ACTOR}

        def shipment_of(count):
            items = [make_item(client) for _ in range(count)]
            lines = [{"sku": item.sku, "quantity": 10, "value": 100} for item in items]
            paid = {"paid_on": "2026-03-02", "cleared_at": "2026-03-02T09:00:00-06:00"}
            inbound = world.enter(
                client, world.declaration(pedimento_number(), zone, authorisation, lines, **paid), "2026-03-02"
            )
            world.bring_in(inbound, "2026-03-03")
            out = {**paid, "operation": "EXP", "document_key": "J4", "regime": "EXD"}
            outbound = world.enter(
                client, world.declaration(pedimento_number(), zone, authorisation, lines, **out), "2026-03-02"
            )
            wanted = [shipping.Wanted(item, Decimal(10)) for item in items]
            shipment = shipping.draft(client=client, origin=zone, destination=dc, wanted=wanted, **who)
            shipment = shipping.reserve(shipment=shipment, **who)
            shipment = shipping.pick(shipment=shipment, dock=zone.locations.get(code="ANDEN-RFS"), **who)
            return shipping.assign_pedimento(shipment=shipment, pedimento=outbound, **who)

        caller = caller_for(client)
        caller.get("me/")
        yield caller, shipment_of


def test_a_dispatch_by_the_api_takes_three_statements_more_than_the_service(ready):
    caller, shipment_of = ready
    by_api, by_hand = shipment_of(1), shipment_of(1)

    called = statements_of(lambda: caller.post(f"shipments/{by_api.number}/dispatch/"))
    with CaptureQueriesContext(connection) as captured:
        shipping.dispatch(shipment=by_hand, at=houses.NOW, actor=world.ACTOR)
    served = [one["sql"] for one in captured if not one["sql"].startswith(NOT_COUNTED)]

    # The key, the shipment of the URL, and the stored answer.
    assert len(called) - len(served) == 3, "\n".join(one[:160] for one in called)


def test_fifty_lines_take_at_most_four_statements_more_than_one(ready):
    caller, shipment_of = ready
    counts = []
    for lines in (1, 50):
        url = f"shipments/{shipment_of(lines).number}/dispatch/"
        counts.append(len(statements_of(lambda url=url: caller.post(url))))

    assert counts[1] - counts[0] <= 4, counts


def test_a_pedimento_of_fifty_lines_is_read_in_as_many_statements_as_one_of_one(ready):
    caller, shipment_of = ready
    numbers = [shipment_of(lines).pedimento.number for lines in (1, 50)]

    counts = [len(statements_of(lambda number=number: caller.get(f"pedimentos/{number}/"))) for number in numbers]

    # The key, the header, lines, sublines, and one for each of the sixteen papers that Anexo 22 has besides.
    assert counts[0] == counts[1] <= 20


def test_one_item_now_is_two_statements_and_at_a_past_date_one_more_for_each_kind_of_name(ready):
    caller, shipment_of = ready
    sku = shipment_of(1).lines.get().account.item.sku

    for params in ({}, {"as_of": "2026-03-10"}, {"as_of": "2026-03-10", "known_on": "2026-03-09"}):
        statements = statements_of(lambda params=params: caller.get("stock/", {"sku": sku, **params}))
        assert len(statements) == (4 if params else 2), statements
