"""Layers, the trail in both directions, the kardex, differences, notices and findings by their pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.customs import services as customs
from inventory.findings import services as findings
from inventory.models import BondedLot, Finding, LegalNotice, StockDifference
from inventory.web.findings import thing_url
from tests.scenarios.world import ACTOR
from tests.web.floor import text_of
from warehouse.receiving import services as receiving


def page(name, *args):
    return reverse(f"inventory:{name}", args=args)


@pytest.fixture
def broker(floor):
    return floor.come_in("customs", name="aduanas")


@pytest.fixture
def shipped(floor):
    """A hundred entered, forty gone."""
    lot = floor.stocked()
    shipment = floor.shipment("dispatched")
    lot.refresh_from_db()
    return lot, shipment


def test_layers_stand_by_deadline_and_are_filtered_by_it(floor, broker):
    lot = floor.stocked()
    BondedLot.objects.filter(pk=lot.pk).update(must_leave_by=timezone.localdate() + timedelta(days=20))

    soon = text_of(broker.get(page("bonded_lots"), {"due": "30"}))
    past = text_of(broker.get(page("bonded_lots"), {"due": "past"}))
    closed = text_of(broker.get(page("bonded_lots"), {"closed": "true"}))

    assert "in 20 days" in soon
    assert "RUEDA-75" in soon
    assert "RUEDA-75" not in past + closed


def test_a_layer_shows_what_used_it(floor, broker, shipped):
    lot, shipment = shipped

    shown = text_of(broker.get(page("bonded_lot", lot.pk)))

    assert "60 pz" in shown
    assert shipment.lines.get().outbound_line.pedimento.number[-7:] in shown


def test_the_trail_goes_both_ways(floor, broker, shipped):
    lot, shipment = shipped
    exit_number = shipment.lines.get().outbound_line.pedimento.number

    of_entry = text_of(broker.get(page("trail", lot.pedimento_number)))
    of_exit = text_of(broker.get(page("trail", exit_number)))
    listed = text_of(broker.get(page("discharges"), {"entry": lot.pedimento_number}))

    assert "Which exits used this entry" in of_entry
    assert exit_number[-7:] in of_entry
    assert "Which entries this exit used" in of_exit
    assert lot.pedimento_number[-7:] in of_exit
    assert exit_number[-7:] in listed


def test_the_kardex_runs_with_its_balance(floor, broker, shipped):
    shown = text_of(broker.get(page("kardex", floor.account().pk)))

    assert "+100" in shown
    assert "-40" in shown
    assert "60 pz" in shown
    assert broker.get(page("kardexes"), {"q": "rueda"}).status_code == 200


def test_books_of_other_sites_and_clients_are_not_there(floor, shipped):
    lot, _shipment = shipped

    for stranger in (floor.stranger(), floor.come_in("client", client=floor.other_client)):
        answers = [
            stranger.get(page("bonded_lot", lot.pk)).status_code,
            stranger.get(page("trail", lot.pedimento_number)).status_code,
            stranger.get(page("kardex", floor.account().pk)).status_code,
        ]
        lists = [text_of(stranger.get(page(name))) for name in ("bonded_lots", "discharges", "kardexes")]

        assert answers == [404, 404, 404]
        assert not any("RUEDA-75" in listed for listed in lists)


def test_a_difference_is_explained_by_its_document(floor, broker):
    receiving.close(receipt=floor.counted(short=3), at=timezone.now(), actor=ACTOR)
    difference = StockDifference.objects.get()
    url = page("difference_resolve", difference.pk)

    listed = text_of(broker.get(page("differences")))
    unsaid = broker.post(url, {"resolution": ""})
    forbidden = floor.operator().post(url, {"resolution": "acta 12/2026"})
    done = broker.post(url, {"resolution": "acta 12/2026"})
    again = broker.post(url, {"resolution": "acta 13/2026"})

    difference.refresh_from_db()
    assert "-3 pz" in listed
    assert [response.status_code for response in (unsaid, forbidden, done, again)] == [422, 403, 302, 404]
    assert difference.resolution == "acta 12/2026"


@pytest.fixture
def notice(floor):
    at = timezone.now()
    return customs.open_notice(
        pedimento=floor.entered(), kind=LegalNotice.Kind.ARRIVAL, document="REC-1", arrived_at=at, details={}, at=at
    )


def test_a_notice_is_acknowledged(floor, broker, notice):
    url = page("notice_close", notice.pk)

    listed = text_of(broker.get(page("notices")))
    empty = broker.post(url, {})
    done = broker.post(url, {"acknowledgement": "ACUSE-9"})

    notice.refresh_from_db()
    assert "REC-1" in listed
    assert (empty.status_code, done.status_code) == (422, 302)
    assert empty.context["form"].errors["acknowledgement"]
    assert notice.acknowledgement == "ACUSE-9"


def test_only_compliance_excepts_a_notice(floor, broker, notice):
    url = page("notice_close", notice.pk)
    excuse = {"exception_reason": "SAAI was down, ticket 123"}

    by_supervisor = floor.come_in("supervisor").post(url, excuse)
    by_operator = floor.operator().post(url, excuse)
    by_compliance = broker.post(url, excuse)

    notice.refresh_from_db()
    assert [one.status_code for one in (by_supervisor, by_operator, by_compliance)] == [422, 403, 302]
    assert notice.exception_reason == "SAAI was down, ticket 123"


@pytest.fixture
def finding(floor):
    return findings.raise_finding(
        code="seal_mismatch", subject="receipt/REC-000001", client=floor.client, site_code=floor.zone.code,
        context={"document": "REC-000001", "expected": "S1", "found": "S2"}, at=timezone.now(),
    )  # fmt: skip


def test_a_finding_says_what_happened_and_is_closed_by_saying_what_was_done(floor, broker, finding):
    url = page("finding", finding.pk)

    listed = text_of(broker.get(page("findings")))
    shown = text_of(broker.get(url))
    unsaid = broker.post(url, {"resolution": "no"})
    done = broker.post(url, {"resolution": "Seal replaced by customs"})
    again = broker.post(url, {"resolution": "Seal replaced by customs"})

    finding.refresh_from_db()
    assert "REC-000001: seal S1 was declared, S2 was found." in listed
    assert "What to do:" in shown
    assert [one.status_code for one in (unsaid, done, again)] == [422, 302, 403]
    assert finding.resolution == "Seal replaced by customs"
    assert "REC-000001" not in text_of(broker.get(page("findings")))
    assert "REC-000001" in text_of(broker.get(page("findings"), {"closed": "true"}))


def test_findings_are_those_of_ones_sites_and_operators_close_none(floor, finding):
    operator, stranger = floor.operator(), floor.stranger()

    assert operator.get(page("finding", finding.pk)).status_code == 200
    assert operator.post(page("finding", finding.pk), {"resolution": "all fine"}).status_code == 403
    assert stranger.get(page("finding", finding.pk)).status_code == 404
    assert floor.come_in("client", client=floor.client).get(page("findings")).status_code == 403


@pytest.mark.parametrize(
    ("subject", "url"),
    [
        ("receipt/REC-000001/7", "/receipts/REC-000001/"), ("pedimento/262434566000001/factor_off", "/pedimentos/262434566000001/"),
        ("bonded_lot/12", "/bonded-lots/12/"), ("job/12", "/jobs/12/"), ("difference/3", "/differences/"),
        ("books/everything", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_finding_leads_to_what_it_is_about(subject, url):
    assert thing_url(Finding(subject=subject)) == url
