"""The exchange rate that a pedimento declares, beside the one published before its day: a doubt, never a refusal."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.findings import catalogue
from inventory.findings.models import Finding
from inventory.reference.models import ExchangeRate
from tests.builders import make_authorisation, make_client, make_item
from tests.scenarios import world

pytestmark = pytest.mark.django_db
# Published on Friday, Monday and Tuesday: the rates of Monday 2, Tuesday 3 and Wednesday 4 March 2026.
PUBLISHED = {"2026-02-27": "17.1", "2026-03-02": "17.2", "2026-03-03": "17.3"}
NUMBER = "26 24 3456 6000501"


@pytest.fixture
def enter():
    """Enter a pedimento on 4 March 2026 with this rate and these dates."""
    world.load_law()
    site = world.make_zone("slp")
    authorisation = make_authorisation("RFS", site=site)
    client = make_client("x")
    make_item(client, "SKU-9")
    for published, rate in PUBLISHED.items():
        day = date.fromisoformat(published)
        determined = day.replace(day=day.day - 1)
        ExchangeRate.objects.create(
            currency="USD", determined_on=determined, published_on=day, mxn_per_unit=Decimal(rate)
        )

    def go(rate, number=NUMBER, on="2026-03-04", **header):
        lines = [{"sku": "SKU-9", "quantity": 100, "value": 10_000}]
        data = world.declaration(number, site, authorisation, lines, fx_rate=rate, **header)
        return world.enter(client, data, on)

    return go


def doubts():
    return [finding.context for finding in Finding.objects.filter(code="fx_rate_off")]


def test_the_rate_published_before_the_day_of_payment_raises_no_doubt(enter):
    enter("17.20000", paid_on="2026-03-03")

    assert doubts() == []


@pytest.mark.parametrize("rate", ["17.3", "17.1", "17.20001"])
def test_another_rate_is_taken_as_declared_and_raises_a_warning_that_names_both(enter, rate):
    pedimento = enter(rate, paid_on="2026-03-03")

    finding = Finding.objects.get(code="fx_rate_off")
    assert pedimento.fx_rate == Decimal(rate)
    assert finding.severity == "warning"
    assert catalogue.sentence(finding) == (
        f"Pedimento 262434566000501 declares {rate} pesos per dollar; the rate published before 2026-03-03 is 17.2."
    )


@pytest.mark.parametrize("rate", ["17.1", "17.2", "17.3"])
def test_the_rate_of_entry_of_payment_or_of_clearance_may_be_declared(enter, rate):
    enter(rate, entered_on="2026-03-02", paid_on="2026-03-03", cleared_at="2026-03-04T08:00:00-06:00")

    assert doubts() == []


def test_a_draft_without_dates_is_compared_with_the_rate_of_today(enter):
    enter("17.2")

    assert doubts() == [{"declared": "17.2", "expected": "17.3", "on": "2026-03-04", "pedimento": "262434566000501"}]


def test_days_for_which_no_rate_is_loaded_are_not_compared(enter):
    enter("1", paid_on="2026-03-20", on="2026-03-20")

    assert doubts() == []


def test_a_rectification_keeps_the_rate_of_what_it_rectifies(enter):
    original = enter("17.2", paid_on="2026-03-03")

    enter("17.2", "26 24 3456 6000502", document_key="R1", rectifies=original.number, paid_on="2026-03-04")
    assert doubts() == []


def test_a_rectification_that_changes_the_rate_is_compared(enter):
    original = enter("17.2", paid_on="2026-03-03")

    enter("17.25", "26 24 3456 6000502", document_key="R1", rectifies=original.number, paid_on="2026-03-04")

    assert [(doubt["declared"], doubt["expected"]) for doubt in doubts()] == [("17.25", "17.3")]
