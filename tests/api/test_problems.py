"""Bad input gets a problem with a stable code and the numbers, and never a 5xx."""

import json

import pytest

from inventory.errors import DomainError, InvalidInput, InvalidInputs, NotAllowed, NotFound, ReferenceMissing
from inventory.models import Item
from tests.api.conftest import Caller, caller_for, problem_of
from tests.builders import make_item


def test_a_problem_says_what_is_wrong_where_and_by_which_rule(api):
    answer = api.post("movement-orders/", {"origin": "a", "lines": [{"sku": "X", "quantity": "1.1234567"}]})

    body = problem_of(answer, 422, "invalid_input")
    assert set(body) == {
        "type", "title", "status", "detail", "code", "instance", "request_id", "errors", "context",
    }  # fmt: skip
    assert body["type"] == "urn:recinto:problem:invalid_input"
    assert body["instance"] == "/api/v1/movement-orders/"
    wrong = {(error["field"], error["rule"], error["value"]) for error in body["errors"]}
    assert wrong == {("destination", "required", None), ("lines[0].quantity", "max_decimals", "1.1234567")}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b'"text"', b"null", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 100_000, b'{"a":' * 50_000,
        b'{"note": "\\u0000"}', b'{"note": "\\ud800"}', b'{"note\\ud800": 1}', b"\x00", b'{"a": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_malformed(api, body):
    problem_of(api.post("movement-orders/", body), 400, "malformed")


def test_text_that_only_looks_like_half_a_pair_is_text(api):
    answer = api.post("movement-orders/", rb'{"note": "\\ud800 \ud83d\ude9a"}')

    assert {error["field"] for error in problem_of(answer, 422, "invalid_input")["errors"]} >= {"origin", "lines"}


@pytest.mark.parametrize(
    "quantity",
    [
        1.5,
        1e30,
        True,
        None,
        [],
        {},
        "",
        "x",
        "NaN",
        "Infinity",
        "1e400",
        "9" * 400,
        "-1",
        "0",
        10**30,
        "1,5",
        "0.0000001",
    ],
)
def test_a_quantity_that_is_no_exact_number_is_refused(api, quantity):
    lines = [{"sku": "X", "quantity": quantity}]
    answer = api.post("movement-orders/", {"origin": "a", "destination": "b", "lines": lines})

    assert problem_of(answer, 422, "invalid_input")["errors"][0]["field"] == "lines[0].quantity"


def test_a_whole_number_may_be_a_json_integer(api):
    lines = [{"sku": "X", "quantity": 5}]
    answer = api.post("movement-orders/", {"origin": "a", "destination": "b", "lines": lines})

    assert problem_of(answer, 422, "invalid_input")["errors"][0]["field"] == "lines[0].sku"


def test_a_name_nobody_knows_is_refused_rather_than_passed_over(api):
    body = {
        "origin": "a",
        "destination": "b",
        "lines": [{"sku": "X", "quantity": 1, "qty": 2}],
        "ship_bye": "2026-01-01",
    }

    wrong = problem_of(api.post("movement-orders/", body), 422, "invalid_input")["errors"]
    assert {error["rule"] for error in wrong} == {"unknown_field"}


@pytest.mark.parametrize("body", [{"reason": -9.05e244}, {"reason": 7}, {"reason": True}])
def test_a_number_where_a_text_is_asked_for_is_refused_rather_than_turned_into_one(api, body):
    wrong = problem_of(api.post("recommendations/1/refuse/", body), 422, "invalid_input")["errors"]

    assert [(error["field"], error["rule"]) for error in wrong] == [("reason", "text")]


def test_a_text_is_measured_with_the_blanks_around_it(api):
    body = {"reason": " " + "x" * 300}

    wrong = problem_of(api.post("recommendations/1/refuse/", body), 422, "invalid_input")["errors"]

    assert [(error["field"], error["rule"]) for error in wrong] == [("reason", "max_length")]


def test_unknown_names_are_refused_deep_inside_a_pedimento_too(api):
    body = {"number": "x", "lines": [{"sublines": [{"sku": "X", "colour": "red"}]}], "shade": 1}

    wrong = problem_of(api.post("pedimentos/", body), 422, "invalid_input")["errors"]
    assert {error["field"] for error in wrong} == {"lines[0].sublines[0].colour", "shade"}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"stat": "open"}, "stat"),
        ({"state": "asleep"}, "state"),
        ({"state": ""}, "state"),
        ({"due_to": ""}, "due_to"),
        ({"due_to": "31/12/2026"}, "due_to"),
        ({"due_to": "9999-12-31"}, "due_to"),
        ({"created_since": "2026-01-01T00:00:00"}, "created_since"),
        ({"created_since": "0001-01-01T00:00:00+14:00"}, "created_since"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": ""}, "page_size"),
        ({"page_size": "10000"}, "page_size"),
        ({"page_size": "٣"}, "page_size"),
        ({"ordering": "client"}, "ordering"),
        ({"ordering": ""}, "ordering"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WyItaWQiLCBmYWxzZSwgWyJcdTAwMDAiXV0="}, "cursor"),
        ({"cursor": "WyItaWQiLCBmYWxzZSwgWzEsIDJdXQ=="}, "cursor"),
        ({"trailer": "\x00"}, "trailer"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_name(api, params, field):
    body = problem_of(api.get("shipments/", params), 422, "invalid_input")

    assert [error["field"] for error in body["errors"]] == [field]


@pytest.mark.parametrize("number", ["9" * 30, "-1", str(2**63), "1e3", "x"])
def test_an_id_beyond_all_ids_is_refused_or_finds_nothing(api, number):
    assert api.get("legs/", {"posting": number}).status_code == 422
    assert api.get(f"jobs/{number}/").status_code == 404


def test_a_cursor_with_a_number_beyond_all_ids_is_harmless(api):
    import base64

    cursor = base64.urlsafe_b64encode(json.dumps(["-id", False, [10**40]]).encode()).decode()

    assert api.get("legs/", {"cursor": cursor}).status_code in {200, 422}


@pytest.mark.parametrize("path", ["nowhere/", "", "items/%00/", "jobs/1/x/", "items", "%ff/", "items/%0a/"])
def test_a_url_that_leads_nowhere_is_a_problem_too(api, path):
    body = problem_of(api.get(f"/api/v1/{path}"), 404, "not_found")

    assert ("/api/v1/items/" in body["detail"]) is (path == "items")


def test_a_method_nobody_offers_names_those_that_are(api):
    answer = api.browser.delete("/api/v1/items/", **api.headers)

    problem_of(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_body_of_another_kind_is_refused(api):
    answer = api.browser.post(
        "/api/v1/items/", "<a/>", content_type="application/xml", **api.headers, HTTP_IDEMPOTENCY_KEY="k"
    )

    problem_of(answer, 415, "unsupported_media_type")


def test_an_answer_in_another_format_is_not_to_be_had(api):
    problem_of(api.get("items/", HTTP_ACCEPT="application/xml"), 406, "not_acceptable")


def test_a_body_larger_than_the_limit_is_refused_before_it_is_read(api, settings):
    settings.API_BODY_MAX_BYTES = 100

    body = problem_of(api.post("items/", {"sku": "x" * 200}), 413, "body_too_large")
    assert "100" in body["detail"]


def test_ten_megabytes_of_garbage_are_refused_as_a_file(api):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = api.upload("demand-imports/", {"file": SimpleUploadedFile("x.csv", b"\xff\x00" * 5_000_000)})

    problem_of(answer, 413, "body_too_large")


def test_messages_are_english_unless_spanish_is_asked_for(api):
    english = api.get("items/", {"page_size": "x"})
    spanish = api.get("items/", {"page_size": "x"}, HTTP_ACCEPT_LANGUAGE="es-MX,es;q=0.9,en;q=0.1")
    french = api.get("items/", {"page_size": "x"}, HTTP_ACCEPT_LANGUAGE="fr")

    languages = [answer.headers["Content-Language"] for answer in (english, spanish, french)]
    assert languages == ["en", "es-mx", "en"]
    assert english.json()["errors"][0]["message"] == french.json()["errors"][0]["message"]


def test_an_answer_carries_the_callers_request_id_or_a_new_one(api):
    given = api.get("me/", HTTP_X_REQUEST_ID="abc-123")
    forged = api.get("me/", HTTP_X_REQUEST_ID="a b<script>")

    assert given.headers["X-Request-ID"] == "abc-123"
    assert len(forged.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (DomainError("%(asked)s asked.", asked=60), 409, "domain_error"),
        (InvalidInput("%(field)s no.", field="a", value=object(), rule="r"), 422, "invalid_input"),
        (InvalidInputs([InvalidInput("no", field="a", value="x", rule="r")]), 422, "invalid_input"),
        (NotFound("no"), 404, "not_found"),
        (NotAllowed("no"), 403, "not_allowed"),
        (ReferenceMissing("units", "99", "2026-01-01"), 422, "reference_missing"),
    ],
)
def test_every_refusal_of_the_trade_has_its_status_and_its_numbers(api, monkeypatch, refusal, status, code):
    def refuse(**_values):
        raise refusal

    monkeypatch.setattr("inventory.catalog.services.add_item", refuse)
    item = {"sku": "A", "description": "a", "stock_unit": "6", "tariff_code": "8302200100", "origin_country": "CHN"}

    body = problem_of(api.post("items/", item), status, code)
    assert body["detail"] == str(refusal)


def test_what_nobody_foresaw_is_a_problem_with_a_request_id_and_no_innards(api, monkeypatch):
    def fail(**_values):
        raise RuntimeError("secret innards")

    monkeypatch.setattr("inventory.catalog.services.add_item", fail)
    api.browser.raise_request_exception = False
    item = {"sku": "A", "description": "a", "stock_unit": "6", "tariff_code": "8302200100", "origin_country": "CHN"}

    answer = api.post("items/", item)

    assert problem_of(answer, 500, "internal_error")["request_id"] == answer.headers["X-Request-ID"]
    assert "secret" not in answer.content.decode()
    assert not Item.objects.exists()


def test_a_view_that_names_no_scope_is_refused_to_everyone(api, monkeypatch):
    from inventory.api.me import Me

    monkeypatch.setattr(Me, "required_scope", None)

    problem_of(api.get("me/"), 403, "scope_missing")


def test_a_thing_unchanged_since_its_etag_is_not_sent_again(acme):
    caller = caller_for(acme)
    make_item(acme, "A")

    assert "ETag" not in caller.get("items/A/").headers


def test_answers_are_not_kept_by_caches(api):
    assert api.get("me/").headers["Cache-Control"] == "private, no-cache"
    assert Caller(None).get("me/").headers["Cache-Control"] == "private, no-store"
