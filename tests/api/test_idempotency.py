"""The same request twice is done once; the same key for another request is refused."""

import threading

import pytest
from django.db import connections

from inventory.models import IdempotentRequest
from tests.api.conftest import caller_for, problem_of
from tests.builders import make_client, make_item, make_site
from warehouse.models import MovementOrder


@pytest.fixture
def order(acme):
    """The body of a movement order."""
    make_item(acme, "A")
    return {
        "origin": make_site().code,
        "destination": make_site(kind="us_dc").code,
        "lines": [{"sku": "A", "quantity": "5"}],
    }


def test_a_replay_gets_the_same_answer_and_does_nothing(api, order):
    first = api.post("movement-orders/", order, key="k1")
    again = api.post("movement-orders/", order, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert MovementOrder.objects.count() == 1


def test_blanks_and_the_order_of_names_make_no_other_request(api, order):
    import json

    api.post("movement-orders/", order, key="k1")
    again = api.post("movement-orders/", json.dumps(dict(reversed(order.items())), indent=4), key="k1")

    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(api, order):
    api.post("movement-orders/", order, key="k1")

    problem_of(api.post("movement-orders/", {**order, "note": "x"}, key="k1"), 409, "idempotency_conflict")
    assert MovementOrder.objects.count() == 1


def test_the_same_key_at_another_url_is_refused(api, order):
    number = api.post("movement-orders/", order, key="k1").json()["number"]

    problem_of(api.post(f"movement-orders/{number}/cancel/", key="k1"), 409, "idempotency_conflict")


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 81])
def test_a_change_without_a_key_is_refused(api, order, key):
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    answer = api.post("movement-orders/", order, key="", **headers)

    problem_of(answer, 400, "idempotency_key_required")
    assert not MovementOrder.objects.exists()


def test_a_refusal_is_not_stored_and_the_key_may_be_used_again(api, order):
    wrong = {**order, "lines": [{"sku": "B", "quantity": "5"}]}
    problem_of(api.post("movement-orders/", wrong, key="k1"), 422, "invalid_input")

    assert not IdempotentRequest.objects.exists()
    assert api.post("movement-orders/", order, key="k1").status_code == 201


def test_two_clients_may_use_the_same_key(api, order):
    other = make_client()
    make_item(other, "A")

    assert api.post("movement-orders/", order, key="k1").status_code == 201
    answer = caller_for(other).post("movement-orders/", order, key="k1")
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer.headers


def test_a_change_and_its_key_are_kept_together_or_not_at_all(api, order, monkeypatch):
    def fail(*_args, **_values):
        raise RuntimeError

    monkeypatch.setattr("warehouse.api.movements.MovementOrderDetailOutput.draw", fail)
    api.browser.raise_request_exception = False

    assert api.post("movement-orders/", order, key="k1").status_code == 500
    assert not MovementOrder.objects.exists()
    assert not IdempotentRequest.objects.exists()


def test_a_step_that_can_be_taken_once_is_answered_alike_when_it_is_repeated(api, order):
    number = api.post("movement-orders/", order).json()["number"]

    first = api.post(f"movement-orders/{number}/cancel/", key="c1")
    again = api.post(f"movement-orders/{number}/cancel/", key="c1")
    other = api.post(f"movement-orders/{number}/cancel/", key="c2")

    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    problem_of(other, 409, "order_state")


@pytest.mark.django_db(transaction=True)
def test_copies_that_arrive_together_are_one_change_and_one_answer():
    client = make_client("acme")
    make_item(client, "A")
    order = {
        "origin": make_site().code,
        "destination": make_site(kind="us_dc").code,
        "lines": [{"sku": "A", "quantity": "5"}],
    }
    caller, start, answers = caller_for(client), threading.Barrier(6), []

    def send():
        try:
            start.wait(10)
            answers.append(caller.post("movement-orders/", order, key="k1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert MovementOrder.objects.count() == 1
