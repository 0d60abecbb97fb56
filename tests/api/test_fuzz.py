"""A fuzzer at every operation of the API, with data that fits the schema and data that does not.

`HYPOTHESIS_PROFILE=deep python -m pytest tests/api/test_fuzz.py` sends twenty-five times as much, other cases each time: a
hundred to each operation, none of which takes much longer than the others. Each of the two tests takes two to four minutes of a
processor; on a machine that is busy with other work run one at a time, by `-k`.
"""

from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api import house as houses
from tests.api.bodies import BODIES
from tests.api.conftest import make_key
from tests.api.test_schema import generated
from tests.told import told_once

pytestmark = [pytest.mark.once, pytest.mark.timeout(1800)]
DOCUMENTED = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
# A tenth of the examples of any other property, for there are more than eighty operations and each is fuzzed twice.
QUICK = settings(
    max_examples=settings.default.max_examples // 10, deadline=None, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
# What is done to the examples of an operation, one after the other: a good request first, so that it is among few too.
TURNS = ("good", "as generated", "good but for a part", "named")


@dataclass
class Fuzzed:
    """The schema with a house full of goods behind it, and a key that may do everything."""

    schema: Any
    token: str
    tenant: houses.Tenant
    keys: Any = field(default_factory=count)

    def name_in(self, operation):
        """What the URL of an operation calls the tenant's own thing."""
        tenant = self.tenant
        target, _body = BODIES.get(write_of(operation), (None, None))
        if target:
            return target(tenant)
        return {
            "items": tenant.item.sku, "pedimentos": tenant.spare.number, "receipts": tenant.receipt.number,
            "shipments": tenant.draft.number, "deliveries": tenant.shipment.number, "jobs": tenant.job.pk,
            "movement-orders": tenant.order.number, "placement-runs": tenant.run.pk,
            "placement-levels": tenant.level.pk, "scenarios": tenant.scenario.pk, "scenario-results": tenant.compared.pk,
            "recommendations": tenant.recommendation.pk,
        }.get(operation.path.split("/")[3])  # fmt: skip

    def body_of(self, operation):
        """A body that names the tenant's own things, where the operation takes one in JSON."""
        _target, body = BODIES.get(write_of(operation), (None, None))
        made = body(self.tenant) if body else None
        return made if isinstance(made, dict) and made else None

    def name(self, case):
        """Let a case name the tenant's own thing in its URL."""
        case.path_parameters = dict.fromkeys(case.path_parameters or {}, self.name_in(case.operation))

    def call(self, case):
        """Send a case with the key, as the first call of its minute: addresses that lead nowhere are soon turned away."""
        cache.clear()
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {self.token}"}
        return case.call()


def write_of(operation):
    """The operation as `bodies.BODIES` calls it."""
    path = "/".join("1" if part.startswith("{") else part for part in operation.path.split("/"))
    return f"{operation.method.lower()} {resolve(path).url_name}"


@told_once
def tenant():
    (tenant,) = houses.settle("ZORRO")
    # A file that is streamed stays open here: the fuzzer never closes its answers.
    tenant.job.result_file.delete()
    return tenant


@pytest.fixture(scope="module")
def fuzzed(tenant):
    token = make_key(tenant.client).token
    schema = schemathesis.openapi.from_dict(yaml.safe_load(generated()))
    schema.app = get_wsgi_application()
    # A server closes its connection between requests; here the whole test is one transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Fuzzed(schema, token, tenant)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def answers(fuzzed, mode, prepare, checks):
    """Send every operation its examples, each made ready by `prepare(case, turn)`; (operation, status, code) of each answer."""
    said = set()

    def check(case):
        prepare(case, next(turns))
        answer = fuzzed.call(case)
        said.add((case.operation.label, answer.status_code, code_of(answer)))
        case.validate_response(answer, checks=checks)

    for result in fuzzed.schema.get_all_operations():
        turns, operation = cycle(TURNS), result.ok()
        QUICK(given(case=operation.as_strategy(generation_mode=mode))(check))()
    # A fuzzer that is turned away at the door proves nothing.
    assert len({label for label, *_rest in said}) == len(list(fuzzed.schema.get_all_operations()))
    assert [one for one in said if one[1] in (401, 403, 429, 503)] == []
    # The database had to say no because nobody before it did.
    assert [one for one in said if one[2] == "conflict"] == []
    return said


def code_of(answer):
    return answer.json()["code"] if answer.status_code >= 400 else ""


def test_nothing_that_fits_the_schema_makes_the_api_fail_or_say_what_the_schema_does_not(fuzzed, db):
    def prepare(case, turn):
        if turn == "as generated":
            return
        fuzzed.name(case)
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = f"fuzz-{next(fuzzed.keys)}"
        good = fuzzed.body_of(case.operation)
        if good and turn in ("good", "good but for a part"):
            noise = (
                list(case.body.items())[-1:] if turn == "good but for a part" and isinstance(case.body, dict) else []
            )
            case.body = {**good, **dict(noise)}

    said = answers(fuzzed, GenerationMode.POSITIVE, prepare, DOCUMENTED)

    assert {200, 201, 202, 400, 404, 409, 412, 422} <= {status for _label, status, _code in said}
    refusals = {code for _label, status, code in said if status == 409}
    assert {"item_exists", "nothing_to_receive", "receipt_state", "shipment_state"} <= refusals


def test_what_does_not_fit_the_schema_is_refused_as_the_schema_says(fuzzed, db):
    def prepare(case, _turn):
        path = case.meta.components.get(ParameterLocation.PATH)
        if path and not path.mode.is_negative:
            fuzzed.name(case)

    said = answers(fuzzed, GenerationMode.NEGATIVE, prepare, [*DOCUMENTED, negative_data_rejection])

    assert {400, 404, 422} <= {status for _label, status, _code in said}
