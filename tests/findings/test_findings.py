"""Findings: one row per crossing, closed only by saying what was done."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from inventory.customs.models import LegalNotice
from inventory.errors import InvalidInput
from inventory.findings import catalogue, selectors, services
from inventory.findings.errors import AlreadyResolved
from inventory.findings.models import Finding
from inventory.parties.scope import ClientScope
from tests.builders import ACTOR, NOON, TODAY, make_client

HOUSE = Path(__file__).parents[2]


def raise_one(**values):
    return services.raise_finding(**{"code": "deadline_near", "subject": "bonded_lot/1", "at": NOON, **values})


@pytest.mark.django_db
def test_a_finding_is_open_once_and_shows_the_newest_numbers():
    first = raise_one(context={"remaining": 5})

    again = raise_one(context={"remaining": 3}, due_on=TODAY, at=NOON + timedelta(days=1))

    assert again == first
    finding = Finding.objects.get()
    assert (finding.context, finding.due_on, finding.opened_at) == ({"remaining": 3}, TODAY, NOON)


@pytest.mark.django_db
def test_a_finding_opens_again_after_it_was_closed():
    first = raise_one()
    services.close(finding=first, at=NOON, actor=ACTOR, resolution="Shipped")

    second = raise_one()

    assert second != first
    assert Finding.objects.count() == 2


@pytest.mark.django_db
def test_a_finding_closes_only_with_a_text_and_only_once():
    finding = raise_one()

    with pytest.raises(InvalidInput):
        services.close(finding=finding, at=NOON, actor=ACTOR, resolution="   ")
    services.close(finding=finding, at=NOON, actor=ACTOR, resolution="Shipped under J4")

    with pytest.raises(AlreadyResolved):
        services.close(finding=finding, at=NOON, actor=ACTOR, resolution="Again")
    finding.refresh_from_db()
    assert (finding.resolution, finding.closed_by) == ("Shipped under J4", ACTOR.label)


@pytest.mark.django_db
def test_a_cause_that_is_gone_closes_its_finding_and_no_other():
    gone, other = raise_one(), raise_one(subject="bonded_lot/2")

    services.resolve(code=gone.code, subject=gone.subject, at=NOON, actor=ACTOR, resolution="Left")

    assert services.resolve(code=gone.code, subject=gone.subject, at=NOON, actor=ACTOR, resolution="Left") is None
    assert list(selectors.open_findings(ClientScope.everyone())) == [other]


@pytest.mark.django_db
def test_the_most_urgent_comes_first_and_clients_see_their_own_only():
    acme, other = make_client(), make_client()
    later = raise_one(client=acme, due_on=TODAY + timedelta(days=9))
    sooner = raise_one(client=acme, due_on=TODAY, subject="bonded_lot/2")
    critical = raise_one(client=acme, code="stock_shortage", subject="difference/1")
    raise_one(client=other, subject="bonded_lot/3")
    raise_one(code="books_differ", subject="balance/1")

    scope = ClientScope.of(acme.pk)
    assert list(selectors.open_findings(scope)) == [critical, sooner, later]
    assert selectors.open_counts(scope) == {"info": 0, "warning": 2, "critical": 1}
    assert selectors.open_counts(ClientScope.everyone()) == {"info": 0, "warning": 3, "critical": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("read", [selectors.open_findings, selectors.findings])
def test_someone_bound_to_a_site_sees_what_concerns_it_and_nothing_that_names_no_site(read):
    here, nowhere = raise_one(site_code="slp"), raise_one(subject="x", client=make_client())
    elsewhere = raise_one(site_code="tij", subject="y")

    assert set(read(ClientScope.everyone(), ["slp"])) == {here}
    assert set(read(ClientScope.everyone(), [])) == set()
    assert set(read(ClientScope.everyone())) == {here, nowhere, elsewhere}


@pytest.mark.django_db
def test_a_sentence_holds_its_numbers_and_survives_missing_ones():
    finding = raise_one(context={"remaining": "7", "sku": "RUEDA-1", "pedimento": "26"})

    with translation.override("en"):
        assert catalogue.sentence(finding) == "7 of RUEDA-1 under pedimento 26 line — must leave by —."
    finding.code = "never heard of"
    assert "bonded_lot/1" in catalogue.sentence(finding)


def test_every_finding_the_house_raises_is_in_the_catalogue():
    raised = {
        code for path in [*HOUSE.glob("inventory/**/*.py"), *HOUSE.glob("warehouse/**/*.py")] for code in codes(path)
    }

    assert raised
    assert raised <= set(catalogue.CATALOGUE)


def codes(path):
    """The literal codes that a module hands to `raise_finding`, both arms of a choice included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "raise_finding":
            given = next((keyword.value for keyword in node.keywords if keyword.arg == "code"), None)
            arms = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
            yield from (arm.value for arm in arms if isinstance(arm, ast.Constant))


def test_every_finding_in_the_catalogue_is_raised_somewhere():
    put_together = {f"notice_{kind}_due" for kind in LegalNotice.Kind.values} | {"rfc_check_digit"}
    written = {
        node.value
        for path in [*HOUSE.glob("inventory/**/*.py"), *HOUSE.glob("warehouse/**/*.py")]
        if path != Path(catalogue.__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert set(catalogue.CATALOGUE) <= written | put_together


@pytest.mark.django_db
def test_opening_a_finding_again_costs_the_same(django_assert_max_num_queries):
    raise_one()

    with django_assert_max_num_queries(4):
        raise_one()
