"""The schema says what the API does, is the one checked in, and survives a fuzzer."""

import io
from pathlib import Path

import pytest
import schemathesis
import time_machine
import yaml
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from config.settings import BASE_DIR
from tests.api import house as houses
from tests.api.conftest import make_key

CHECKED_IN = Path(BASE_DIR) / "docs" / "openapi.yaml"


def generated():
    """The schema as the code has it, validated, with every warning an error."""
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, lang="en", stdout=out)
    return out.getvalue()


def test_the_schema_checked_in_is_the_one_the_code_has():
    assert CHECKED_IN.read_text() == generated(), (
        "run: manage.py spectacular --lang en --validate --fail-on-warn --file docs/openapi.yaml"
    )


@pytest.mark.django_db
def test_the_schema_is_served_without_a_key(anyone):
    answer = anyone.get("schema/", HTTP_ACCEPT_LANGUAGE="es")

    assert answer.status_code == 200
    assert yaml.safe_load(answer.content) == yaml.safe_load(CHECKED_IN.read_text())


@pytest.mark.django_db
def test_the_documentation_needs_no_other_host_and_no_inline_script(anyone):
    page = anyone.get("docs/")
    script = anyone.get("docs/", {"script": ""})

    assert "<script>" not in page.content.decode()
    assert "http" not in page.content.decode().replace("http-equiv", "")
    assert "style-src 'self' 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert script.headers["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db
def test_only_the_documentation_page_may_use_inline_styles(anyone, api):
    for answer in (anyone.get("schema/"), api.get("me/")):
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_every_operation_documents_its_problems_and_its_key():
    schema = yaml.safe_load(CHECKED_IN.read_text())

    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert {"401", "403", "422", "429"} <= set(answers), (method, path)
            assert "application/problem+json" in answers["422"]["content"]
            assert operation["security"] == [{"apiKey": []}], (method, path)
            assert operation.get("description"), (method, path)
            headers = {one["name"]: one for one in operation["parameters"] if one["in"] == "header"}
            assert ("Idempotency-Key" in headers) is (method != "get"), (method, path)
            assert method == "get" or headers["Idempotency-Key"]["required"]


@pytest.fixture(scope="module")
def fuzzed(django_db_setup, django_db_blocker, tmp_path_factory):
    """The schema with a house full of goods behind it, and a key that may do everything."""
    files = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("files")))
    with django_db_blocker.unblock(), files, transaction.atomic():
        with time_machine.travel(houses.NOW, tick=False):
            tenant = houses.move_in(houses.make_house(), "ZORRO")
            # A file that is streamed stays open here: the fuzzer never closes its answers.
            tenant.job.result_file.delete()
        token = make_key(tenant.client).token
        schema = schemathesis.openapi.from_dict(yaml.safe_load(generated()))
        schema.app = get_wsgi_application()
        # A server closes its connection between requests; here the whole test is one transaction.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield schema, token, tenant
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        transaction.set_rollback(True)


def test_nothing_a_fuzzer_sends_makes_the_api_fail(fuzzed, db):
    schema, token, tenant = fuzzed
    known = {
        "items": tenant.item.sku, "pedimentos": tenant.spare.number, "notices": tenant.notice.pk,
        "receipts": tenant.receipt.number, "shipments": tenant.draft.number, "deliveries": tenant.shipment.number,
        "movement-orders": tenant.order.number, "placement-runs": tenant.run.pk, "jobs": tenant.job.pk,
        "recommendations": tenant.recommendation.pk,
    }  # fmt: skip
    quick = settings(
        max_examples=6, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    called = set()

    for result in schema.get_all_operations():
        operation = result.ok()

        def check(case, real):
            if real:
                topic = case.operation.path.split("/")[3]
                case.path_parameters = dict.fromkeys(case.path_parameters or {}, known.get(topic))
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
            answer = case.call()
            called.add((case.operation.label, answer.status_code))
            case.validate_response(
                answer, checks=[not_a_server_error, content_type_conformance, response_schema_conformance]
            )

        quick(given(case=operation.as_strategy(), real=st.booleans())(check))()

    # A fuzzer that is turned away at the door proves nothing.
    assert len({label for label, _status in called}) == len(list(schema.get_all_operations()))
    assert {200, 404, 422} <= {status for _label, status in called}
    assert not {status for _label, status in called} & {401, 403}
