"""The schema says what the API does and is the one checked in."""

import io
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from config.settings import BASE_DIR

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


@pytest.mark.once
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
