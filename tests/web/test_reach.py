"""Two who may not reach all: the authority, who reads and never acts, and the operator of another site, who sees nothing here.

Both walk every address of the pages, with every number and name of what is at this site.
"""

import re

import pytest
from django.apps import apps
from django.urls import reverse

from inventory.findings import services as findings
from inventory.jobs.models import Job
from inventory.models import SiteAssignment
from tests.builders import NOON, make_user
from tests.web.floor import browser_of
from tests.web.two_worlds import MARK, PART_OF_MARK, make_ground, make_world
from tests.web.walk import addresses, content_of

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("quiet"), pytest.mark.timeout(600)]

REFUSED = {403, 404, 405}
# What the authority may send: its own language and choice of client, and the order to write a report as a file.
MAY_SEND = {"inventory:set_language", "inventory:choose_client", "inventory:report_export"}
# Article 14-D gives it the inventory and its customs papers; these it must never see, be they read or written.
NOT_ITS_BUSINESS = (
    "inventory:demand", "inventory:item", "inventory:finding", "inventory:audit", "inventory:pedimento_new",
    "inventory:pedimento_upload", "warehouse:shipment", "warehouse:receipt", "warehouse:movement", "warehouse:placement",
    "warehouse:recommendation", "warehouse:bin_move", "warehouse:count", "warehouse:tracking", "warehouse:decided",
    "warehouse:lead_time", "warehouse:learn_lead_times",
)  # fmt: skip
# Items and clients belong to no site: every operator may look them up.
OF_NO_SITE = (f"{MARK} SA", f"{MARK}-SKU", f"{MARK} wheel")


@pytest.fixture
def theirs(settings, tmp_path):
    """One of everything at this site."""
    settings.MEDIA_ROOT = tmp_path
    return make_world(make_ground(), MARK)


def body_for(world):
    """A form that many pages would accept."""
    return {
        "client": world.client.pk, "reason": "only a test", "quantity": "1", "format": "csv", "number": f"EMB-{MARK}",
        "code": f"{MARK}-SKU", "ids": sorted(world.ids), "chosen": sorted(world.ids), "confirm": "yes", "note": "x",
        "resolution": "only a test", "release_document": "OF-1", "acknowledgement": "AC-1", "paid_on": "2026-01-05",
        "pedimento": world.bonded.subline.line.pedimento.number,
    }  # fmt: skip


def everything():
    """Every row of the books and of the work, but for the jobs."""
    models = [*apps.get_app_config("inventory").get_models(), *apps.get_app_config("warehouse").get_models()]
    return {model: sorted(map(repr, model._base_manager.values_list())) for model in models if model is not Job}


# ── The authority ───────────────────────────────────────────────────────────────────────────────


def test_the_authority_reads_the_inventory_and_its_papers_and_nothing_of_commerce_or_work(theirs):
    browser, answers = browser_of(make_user(role="authority")), {}

    for name, url in addresses(theirs):
        response = browser.get(url)
        answers.setdefault(name, set()).add(response.status_code)

    assert {code for codes in answers.values() for code in codes} == {200, *REFUSED}
    read = {name for name, codes in answers.items() if 200 in codes}
    assert {
        "inventory:stock", "inventory:lot", "inventory:holds", "inventory:pedimentos", "inventory:pedimento",
        "inventory:bonded_lots", "inventory:bonded_lot", "inventory:discharges", "inventory:trail",
        "inventory:kardexes", "inventory:kardex", "inventory:differences", "inventory:notices", "inventory:reports",
        "inventory:report",
    } <= read  # fmt: skip
    assert {name for name in read if name.startswith(NOT_ITS_BUSINESS)} == set()


def test_nothing_the_authority_sends_is_accepted_or_changes_anything(theirs):
    user = make_user(role="authority")
    browser, before = browser_of(user), everything()
    accepted = set()

    for name, url in addresses(theirs):
        if browser.post(url, body_for(theirs)).status_code not in REFUSED:
            accepted.add(name)
    others = {
        name
        for name, url in dict(addresses(theirs)).items()
        for send in (browser.put, browser.patch, browser.delete)
        if send(url).status_code not in REFUSED
    }

    assert accepted == MAY_SEND
    assert others == set()
    assert everything() == before
    ordered = Job.objects.exclude(pk__in=theirs.ids)
    assert {(job.kind, job.requested_by) for job in ordered} <= {("report_export", user)}


def test_the_walk_would_notice_for_an_administrator_who_sends_the_same_changes_something(theirs):
    browser, before = browser_of(make_user(role="administrator")), everything()

    for _name, url in addresses(theirs):
        browser.post(url, body_for(theirs))

    changed = {model.__name__ for model, rows in everything().items() if rows != before[model]}
    assert {"Hold", "BondedLotHold", "Finding", "StockDifference", "LegalNotice", "CountSheet"} <= changed


# ── The operator of another site ────────────────────────────────────────────────────────────────


@pytest.fixture
def elsewhere():
    """One of everything at another site, and a browser of the operator who works there only."""
    ground = make_ground("far")
    world = make_world(ground, "ZQALFA")
    operator = make_user("far-operator", role="operator", language="en")
    for site in (ground.zone, ground.dc):
        SiteAssignment.objects.create(user=operator, site=site)
    return world, browser_of(operator)


def of_the_site(response, url):
    """What an answer says of the marked site's documents: the mark where it names neither client nor item, and numbers."""
    said = re.sub(r"\s+", " ", content_of(response).replace(url, ""))
    for known in OF_NO_SITE:
        said = said.replace(known, "")
    return said


def papers_of(world):
    """The texts by which one knows the documents and shelves of a world's site."""
    spaced = [f"{n[:2]} {n[2:4]} {n[4:8]} {n[8:]}" for n in world.texts if n.isdecimal()]
    return {*(text for text in world.texts if text.isdecimal()), *spaced, f"BIN-{MARK[2:]}", f"SHELF-{MARK[2:]}", MARK}


def test_an_operator_sees_no_document_of_a_site_where_he_does_not_work(theirs, elsewhere):
    own, browser = elsewhere
    papers = papers_of(theirs)
    findings.raise_finding(code="books_differ", subject=f"{MARK}/1", client=theirs.client, at=NOON)

    for name, url in dict.fromkeys([*addresses(theirs), *addresses(own)]):
        response = browser.get(url)
        assert response.status_code < 500, (name, url)
        if response.status_code in REFUSED:
            continue
        is_list = response.context is not None and "table" in response.context
        queried = [url + query for query in (f"?q={PART_OF_MARK}", "?export=csv", "?export=xlsx") if is_list]
        for said in (of_the_site(one, url) for one in (response, *map(browser.get, queried))):
            assert [text for text in papers if text in said] == [], (name, url)


def test_the_same_walk_shows_an_operator_the_documents_of_his_own_site(theirs, elsewhere):
    own, browser = elsewhere

    shown = {
        name
        for name, url in addresses(own)
        if (response := browser.get(url)).status_code == 200 and "ZQALFA" in content_of(response)
    }

    assert {
        "warehouse:home", "inventory:stock", "inventory:lot", "inventory:holds", "inventory:pedimentos",
        "inventory:bonded_lots", "inventory:bonded_lot", "inventory:discharges", "inventory:trail", "inventory:kardex",
        "inventory:differences", "inventory:notices", "inventory:findings", "warehouse:receipts", "warehouse:receipt",
        "warehouse:shipments", "warehouse:shipment", "warehouse:movements", "warehouse:movement", "warehouse:bin_moves",
        "warehouse:tracking", "warehouse:counts", "warehouse:count",
    } <= shown  # fmt: skip


def test_nothing_an_operator_sends_changes_anything_at_a_site_where_he_does_not_work(theirs, elsewhere):
    _own, browser = elsewhere
    before = everything()

    for name, url in addresses(theirs):
        response = browser.post(url, body_for(theirs))

        assert response.status_code < 500, (name, url)
        said = of_the_site(response, url).replace(f"EMB-{MARK}", "")
        assert MARK not in said, (name, url)

    assert everything() == before


# ── Findings of no site ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("role", "sees"), [("operator", False), ("supervisor", True), ("customs", True)])
def test_a_finding_of_no_site_reaches_those_who_answer_for_all_sites_only(theirs, role, sees):
    finding = findings.raise_finding(code="books_differ", subject="x/1", client=theirs.client, at=NOON)
    user = make_user(role=role, language="en")
    SiteAssignment.objects.create(user=user, site=theirs.bonded.subline.line.pedimento.site)
    browser = browser_of(user)

    page = browser.get(reverse("inventory:findings"))
    one = browser.get(reverse("inventory:finding", args=[finding.pk]))
    today = browser.get(reverse("warehouse:home"))

    assert ("re-added it is" in page.content.decode()) is sees
    assert one.status_code == (200 if sees else 404)
    assert ("re-added it is" in today.content.decode()) is sees
