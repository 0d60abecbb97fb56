"""Who answers for a finding that names no site: those who answer for all of them, not whoever works at one."""

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.findings import services as findings
from inventory.models import Finding
from tests.builders import ACTOR, NOON
from warehouse.receiving import services as receiving

SAID = "re-added it is"


@pytest.mark.parametrize("role", ["supervisor", "customs", "administrator"])
def test_a_finding_without_a_site_reaches_those_who_answer_for_every_site(floor, role):
    finding = findings.raise_finding(code="books_differ", subject="x", client=floor.client, at=NOON)
    browser = floor.come_in(role)

    assert SAID in browser.get(reverse("inventory:findings")).content.decode()
    assert SAID in browser.get(reverse("warehouse:home")).content.decode()
    assert browser.get(reverse("inventory:finding", args=[finding.pk])).status_code == 200


def test_an_operator_bound_to_a_site_sees_the_findings_that_name_it_alone(floor):
    nowhere = findings.raise_finding(code="books_differ", subject="x", client=floor.client, at=NOON)
    here = findings.raise_finding(code="books_differ", subject="y", site_code="slp", client=floor.client, at=NOON)
    operator, stranger = floor.operator(), floor.stranger()

    for browser, seen in ((operator, [here]), (stranger, [])):
        rows = browser.get(reverse("inventory:findings")).context["table"].data.data
        assert list(rows) == seen
        closed = browser.get(reverse("inventory:findings"), {"closed": "true"})
        assert list(closed.context["table"].data.data) == []
        assert (SAID in browser.get(reverse("warehouse:home")).content.decode()) is bool(seen)
        assert browser.get(reverse("inventory:finding", args=[nowhere.pk])).status_code == 404


@pytest.mark.parametrize(("role", "is_led_there"), [("administrator", True), ("supervisor", False)])
def test_the_finding_of_a_broken_job_leads_to_it_whoever_may_see_the_jobs_of_others(floor, role, is_led_there):
    finding = findings.raise_finding(code="job_failed", subject="job/12", at=NOON)

    page = floor.come_in(role).get(reverse("inventory:finding", args=[finding.pk]))

    assert (reverse("inventory:job", args=[12]) in page.content.decode()) is is_led_there


def test_what_the_customs_books_find_names_the_site_of_its_pedimento(floor):
    receipt = floor.counted(short=3)

    receiving.close(receipt=receipt, at=timezone.now(), actor=ACTOR)

    assert Finding.objects.filter(code="stock_shortage").exists()
    assert set(Finding.objects.values_list("site_code", flat=True)) == {"slp"}
