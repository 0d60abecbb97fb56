"""Whoever speaks to people or programs asks every selector with a scope: none may forget whose rows it wants."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from inventory.api.endpoint import Endpoint
from inventory.parties.scope import ClientScope

ROOT = Path(__file__).resolve().parents[2]
SPEAKING = ("inventory/api", "warehouse/api", "inventory/web", "warehouse/web")

# Selectors that take no scope, and why none is needed.
REFERENCE = "a list of the law, the same for everyone"
AUDIT = "the trail is read by those who see every client's rows"
SHEETS = "a sheet counts a site's shelves for the staff; clients have no capability to see one"
SCOPELESS = {
    "inventory.audit.selectors.last_seal": AUDIT,
    "inventory.audit.selectors.trail": AUDIT,
    "inventory.audit.selectors.trail_of": "the trail of a thing that was found within the scope",
    "inventory.jobs.selectors.in_front_of": "a job of the same client as one that was found within the scope",
    "inventory.parties.selectors.api_key_of": "opens a key: before it there is no client",
    "inventory.placement.selectors.lead_times": "lanes of the operator, the same for every client",
    "inventory.reference.selectors.choices": REFERENCE,
    "inventory.reference.selectors.customs_section": REFERENCE,
    "inventory.reference.selectors.document_key": REFERENCE,
    "inventory.reference.selectors.listed_code": REFERENCE,
    "inventory.reference.selectors.regime": REFERENCE,
    "inventory.reference.selectors.usd_rate": REFERENCE,
    "inventory.reference.selectors.valid_on": REFERENCE,
    "inventory.reports.selectors.exports_for": "the files a person asked for",
    "inventory.reports.selectors.preview": "the question carries the scope",
    "warehouse.counting.selectors.sheet": SHEETS,
    "warehouse.counting.selectors.sheets": SHEETS,
}
# Endpoints without a path to their client, and why.
PLACES = "places, carriers and brokers of the operator, the same for every client"
THE_SAME_FOR_ALL = {
    "inventory.api.ledger.Postings": "narrowed by the legs of the client's goods",
    **{f"inventory.api.places.{name}": PLACES for name in ("Brokers", "Carriers", "Locations", "Markets", "Sites")},
}


def modules():
    """Every module that translates, as a path."""
    return [path for folder in SPEAKING for path in sorted((ROOT / folder).rglob("*.py"))]


def selectors_called(path):
    """Every function of a `selectors` module that a module names, as (dotted module, function)."""
    tree = ast.parse(path.read_text())
    aliases, named = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                if one.name == "selectors":
                    aliases[one.asname or one.name] = f"{node.module}.selectors"
                elif node.module.endswith(".selectors"):
                    named.add((node.module, one.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            named.add((aliases[node.value.id], node.attr))
    return named


def takes_a_scope(function):
    """True when the function cannot be called without a `ClientScope`."""
    return any(
        parameter.annotation is ClientScope and parameter.default is parameter.empty
        for parameter in inspect.signature(function, eval_str=True).parameters.values()
    )


@pytest.fixture(scope="module")
def called():
    """Every selector that pages or the API call, by its dotted name."""
    named = sorted({one for path in modules() for one in selectors_called(path)})
    found = {f"{module}.{name}": getattr(importlib.import_module(module), name) for module, name in named}
    return {name: thing for name, thing in found.items() if callable(thing)}


def endpoints():
    """Every endpoint that is not narrowed by a path to the client; the lists of the law are for all."""
    found, todo = set(), [Endpoint]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind.client_path is None and kind.__module__ != "inventory.api.reference":
            found.add(f"{kind.__module__}.{kind.__name__}")
    return found


def test_a_selector_that_pages_or_the_api_ask_cannot_be_asked_without_a_scope(called):
    assert len(called) > 50
    assert {name for name, thing in called.items() if not takes_a_scope(thing)} == set(SCOPELESS)


def test_every_endpoint_that_is_not_narrowed_to_the_keys_client_says_why():
    importlib.import_module("inventory.api.urls")
    importlib.import_module("warehouse.api.urls")

    assert endpoints() == set(THE_SAME_FOR_ALL)
