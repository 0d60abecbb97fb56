"""Every change of the API, sent again: under the same key it is one change and one answer, and the key means no other."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.apps import apps

from inventory.models import ApiKey, IdempotentRequest
from tests.api import house as houses
from tests.api.bodies import BODIES
from tests.api.conftest import caller_for, problem_of
from tests.api.test_leaks import WRITES, url_of
from tests.builders import ACTOR, pedimento_number
from tests.scenarios import world
from tests.told import told_once
from warehouse.receiving import services as receiving

NAMES = [f"{method} {name}" for name, method in WRITES]
EARLIER = houses.NOW - timedelta(hours=3)
CLEARED = {"paid_on": "2026-03-02", "cleared_at": "2026-03-02T09:00:00-06:00"}

# What has been done to a thing before a step of its can be taken.
STEPS = {
    "post pick_shipment": ["post reserve_shipment"],
    "post assign_pedimento": ["post reserve_shipment", "post pick_shipment"],
    "post dispatch_shipment": ["post reserve_shipment", "post pick_shipment", "post assign_pedimento"],
    "post count_receipt": ["post arrive_receipt"],
    "post close_receipt": ["post arrive_receipt", "post count_receipt"],
}
STEPS["post reverse_shipment"] = [*STEPS["post dispatch_shipment"], "post dispatch_shipment"]
STEPS["post record_milestone"] = STEPS["post deliveries"] = STEPS["post reverse_shipment"]

# What another request of the same kind would say; a step that takes no body is told something all the same.
OTHERWISE = {
    "post items": {"description": "Otra"},
    "patch item": {"description": "Otra"},
    "post pedimentos": {"remarks": "Otra"},
    "post pay_pedimento": {"paid_on": "2026-03-04"},
    "post clear_pedimento": {"cleared_at": "2026-03-20T10:00:00-06:00"},
    "post record_remesa": {"remesa": 2},
    "post close_pedimento": {"closed_on": "2026-03-04"},
    "post withdraw_pedimento": {"reason": "Otro"},
    "post close_notice": {"acknowledgement": "OTRO"},
    "post receipts": {"expected_on": "2026-03-21"},
    "post arrive_receipt": {"plates": "AB123C"},
    "post movement_orders": {"note": "Otra"},
    "post shipments": {"trailer": "TR-204"},
    "post pick_shipment": {"lines": [1]},
    "post dispatch_shipment": {"seal": "Y"},
    "post reverse_shipment": {"reason": "Otro"},
    "post record_milestone": {"code": "US_RELEASED"},
    "post deliveries": {"seal_found": "Y"},
    "post demand": {"skip_bad_rows": True},
    "post demand_orders": {"lines": []},
    "post placement_runs": {"as_of": "2026-03-09"},
    "post level_overrides": {"value": "16"},
    "post planned_events": {"value": "0.3"},
    "post scenarios": {"name": "Otro"},
    "patch scenario": {"name": "Otro"},
    "post scenario_results": {"with_tornado": False},
    "post accept_recommendation": {"quantity": "5"},
    "post accept_recommendations": {"recommendations": [999]},
    "post refuse_recommendation": {"reason": "Otro"},
    "post demand_imports": {"skip_bad_rows": "true"},
    "post order_imports": {"skip_bad_rows": "true"},
}


@told_once
def built():
    """A house with one client."""
    return houses.settle("ZORRO")[0]


@pytest.fixture
def tenant(built, db):
    """The client, on the day of the house."""
    with time_machine.travel(houses.NOW, tick=False):
        yield built


# The client's own entry that a step is about, where the house has none in that state.
ENTRIES = {
    "post pay_pedimento": {},
    "post clear_pedimento": {"paid_on": "2026-03-02"},
    "post close_pedimento": {"is_consolidated": True, "consolidated_opened_on": "2026-03-02"},
    "post record_remesa": {"is_consolidated": True, "consolidated_opened_on": "2026-03-02"},
    "post receipts": CLEARED,
    "post arrive_receipt": CLEARED,
    "post count_receipt": CLEARED,
    "post close_receipt": CLEARED,
    "post cancel_receipt": CLEARED,
}


def declared(tenant, **header):
    """The client's declaration of goods that are not here yet."""
    line = {"sku": tenant.item.sku, "quantity": 99, "value": 9900, "batch": f"{tenant.mark}-B1"}
    return world.declaration(pedimento_number(), tenant.entry.site, tenant.entry.authorisation, [line], **header)


def ready(caller, name, tenant):
    """The client with everything in the state in which this change can be made, the steps before it taken."""
    header = ENTRIES.get(name)
    if name == "post apply_rectification":
        header = {"document_key": "R1", "rectifies": tenant.entry.number, "paid_on": "2026-03-02"}
    if header is not None:
        tenant = replace(tenant, entry=world.enter(tenant.client, declared(tenant, **header), "2026-03-02"))
    if name.endswith("_receipt"):
        receipt = receiving.expect(pedimento=tenant.entry, at=houses.NOW, actor=ACTOR)
        tenant = replace(tenant, receipt=receipt)
    # A truck has to leave before anything can happen to it on the road.
    with time_machine.travel(EARLIER if "post dispatch_shipment" in STEPS.get(name, []) else houses.NOW, tick=False):
        for step in STEPS.get(name, []):
            answer = send(caller, step, tenant, content_of(step, tenant), step.replace(" ", "-"))
            assert answer.status_code == 200, answer.content
    return replace(tenant, shipment=tenant.draft) if name == "post deliveries" else tenant


def content_of(name, tenant):
    """The body of a change that is granted."""
    if name == "post pedimentos":
        return declared(tenant, **CLEARED)
    content = BODIES[name][1](tenant)
    return {**content, "sku": "N-1"} if name == "post items" else content


def send(caller, name, tenant, content, key):
    """Make a change under a key."""
    method, endpoint = name.split()
    target = BODIES[name][0]
    url = url_of(endpoint, target(tenant) if target else None)
    if callable(content):
        return content(caller, url, key)
    return {"post": caller.post, "patch": caller.patch}[method](url, content, key)


def otherwise(name, content):
    """The body of another request of the same kind."""
    other = OTHERWISE.get(name, {"note": "Otra"})
    return partial(content, **other) if callable(content) else {**content, **other}


def everything():
    """Every row of every table, but for the day on which a key was last used."""
    models = [model for model in apps.get_models() if model._meta.app_label in {"inventory", "warehouse", "auditlog"}]
    return {model: list(model.objects.order_by("pk").values()) for model in models if model is not ApiKey}


@pytest.mark.parametrize("name", NAMES)
def test_a_change_sent_again_is_answered_alike_and_its_key_means_no_other(tenant, name):
    caller = caller_for(tenant.client)
    tenant = ready(caller, name, tenant)
    content, untouched = content_of(name, tenant), everything()

    first = send(caller, name, tenant, content, "k1")
    done = everything()
    again = send(caller, name, tenant, content, "k1")
    other = send(caller, name, tenant, otherwise(name, content), "k1")

    assert first.status_code in {200, 201, 202}, first.content
    assert {model for model in done if done[model] != untouched[model]} > {IdempotentRequest}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    problem_of(other, 409, "idempotency_conflict")
    assert everything() == done


def test_a_shipment_of_a_movement_order_is_drafted_once(tenant):
    caller, order = caller_for(tenant.client), {"movement_order": tenant.order.number}
    first = send(caller, "post shipments", tenant, order, "k1")
    done = everything()

    again = send(caller, "post shipments", tenant, order, "k1")
    other = send(caller, "post shipments", tenant, BODIES["post shipments"][1](tenant), "k1")

    assert (first.status_code, first.json()["movement_order"]) == (201, tenant.order.number)
    assert again.json() == first.json()
    problem_of(other, 409, "idempotency_conflict")
    assert everything() == done
