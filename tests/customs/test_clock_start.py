"""When a stay begins and ends, and from when goods may leave (mexico.md §1.5, §2.7): paid, cleared and come on three days."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from inventory.customs import services as customs
from inventory.customs.errors import NotEnoughBonded
from inventory.models import BondedLot, Discharge, Finding
from inventory.reports.verification import verify_books
from tests import builders
from tests.builders import ACTOR
from tests.scenarios.law import load_lists

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 1, 18, tzinfo=UTC)


def day(text):
    return date.fromisoformat(text) if text else None


def evening_of(text):
    """Eight in the evening in Mexico City: the next day already in UTC."""
    return datetime.fromisoformat(f"{text}T20:00:00-06:00") if text else None


def declared(key, paid, cleared, item=None, authorisation=None, **header):
    """An inbound pedimento of ten pieces, paid, and cleared where a day is given."""
    regime = {"M3": "RFS", "M4": "RFS", "A4": "DFI"}.get(key, "ITE")
    client = builders.make_client()
    licence = builders.make_authorisation(regime, client=client, **(authorisation or {}))
    pedimento = builders.make_pedimento(
        client=client, authorisation=licence, document_key=key, regime=regime, paid_on=day(paid),
        cleared_at=evening_of(cleared), state="cleared" if cleared else "paid", **{"entered_on": date(2026, 1, 2), **header},
    )  # fmt: skip
    builders.make_subline(pedimento, builders.make_item(client, **(item or {})), 10)
    return pedimento


def received(pedimento, arrived):
    """Its bonded lot, as opened when the goods came in."""
    sublines = [subline for line in pedimento.lines.all() for subline in line.sublines.all()]
    customs.open_bonded_lots(pedimento=pedimento, sublines=sublines, arrived_on=day(arrived), at=NOW, actor=ACTOR)
    return BondedLot.objects.get()


def stay_of(lot):
    """Legal date, available from, clock start, rule, careful deadline, lawful deadline, provisional clock."""
    days = lot.legal_date, lot.available_from, lot.clock_start, lot.must_leave_by, lot.legal_deadline
    legal, available, clock, careful, lawful = (one.isoformat() if one else None for one in days)
    return legal, available, clock, lot.stay_limit_code, careful, lawful, lot.is_clock_provisional


def open_findings(code="clock_provisional"):
    return Finding.objects.filter(code=code, closed_at=None)


ASSET = {"item": {"goods_kind": "fixed_asset"}, "authorisation": {"valid_to": date(2030, 6, 30)}}
# key, paid, cleared, arrived, the rest: legal date, available from, clock start, rule, careful and lawful last day
CLEARED = {
    "IMMEX": (
        ("IN", "2026-01-12", "2026-01-15", "2026-01-19", {}),
        ("2026-01-15", "2026-01-19", "2026-01-15", "IMX-18M", "2027-07-15", "2027-07-15"),
    ),
    "came before clearance": (
        ("IN", "2026-01-12", "2026-01-15", "2026-01-13", {}),
        ("2026-01-15", "2026-01-15", "2026-01-15", "IMX-18M", "2027-07-15", "2027-07-15"),
    ),
    "a Sunday five years later": (
        ("M3", "2026-03-05", "2026-03-09", "2026-03-11", {}),
        ("2026-03-09", "2026-03-11", "2026-03-09", "RFS-60M", "2031-03-09", "2031-03-10"),
    ),
    "by virtual transfer": (
        ("V1", "2026-06-29", "2026-06-30", "2026-07-02", {}),
        ("2026-06-30", "2026-07-02", "2026-06-30", "IMX-V1-6M", "2026-12-30", "2026-12-30"),
    ),
    "certified as OEA": (
        ("IN", "2026-01-12", "2026-01-15", "2026-01-19", {"authorisation": {"is_oea_certified": True}}),
        ("2026-01-15", "2026-01-19", "2026-01-15", "IMX-OEA-36M", "2029-01-15", "2029-01-15"),
    ),
    "sensitive, its decree not loaded": (
        ("IN", "2026-01-12", "2026-01-15", "2026-01-19", {"item": {"is_sensitive": True}}),
        ("2026-01-15", "2026-01-19", "2026-01-15", "IMX-SENS", None, None),
    ),
    "for the life of the programme": (
        ("AF", "2026-01-12", "2026-01-15", "2026-01-19", ASSET),
        ("2026-01-15", "2026-01-19", "2026-01-15", "IMX-PROG", "2030-06-30", "2030-06-30"),
    ),
    "for the life of the authorisation": (
        ("M4", "2026-01-12", "2026-01-15", "2026-01-19", ASSET),
        ("2026-01-15", "2026-01-19", "2026-01-15", "RFS-AUT", "2030-06-30", "2030-06-30"),
    ),
    "for the life of a programme that has no end": (
        ("AF", "2026-01-12", "2026-01-15", "2026-01-19", {"item": ASSET["item"]}),
        ("2026-01-15", "2026-01-19", "2026-01-15", "IMX-PROG", None, None),
    ),
    "fiscal deposit, from the day of entry": (
        ("A4", "2026-02-09", "2026-02-11", "2026-02-12", {"entered_on": date(2026, 2, 10)}),
        ("2026-02-11", "2026-02-12", "2026-02-10", "DFI-24M", "2028-02-10", "2028-02-10"),
    ),
}
# The same without a clearance: what stands meanwhile, and, cleared on a day, what stands then.
NOT_YET = {
    "IMMEX": (
        ("IN", "2026-01-12", "2026-01-19", {}),
        ("2026-01-12", "2026-01-19", "2026-01-12", "IMX-18M", "2027-07-12", "2027-07-12"),
        "2026-01-15",
        ("2026-01-12", "2026-01-19", "2026-01-15", "IMX-18M", "2027-07-15", "2027-07-15"),
    ),
    "came before payment": (
        ("IN", "2026-01-12", "2026-01-10", {}),
        ("2026-01-12", "2026-01-12", "2026-01-12", "IMX-18M", "2027-07-12", "2027-07-12"),
        "2026-01-15",
        ("2026-01-12", "2026-01-15", "2026-01-15", "IMX-18M", "2027-07-15", "2027-07-15"),
    ),
    "by virtual transfer": (
        ("V1", "2026-06-30", "2026-07-02", {}),
        ("2026-06-30", "2026-07-02", "2026-06-30", "IMX-V1-6M", "2026-12-30", "2026-12-30"),
        "2026-07-01",
        ("2026-06-30", "2026-07-02", "2026-07-01", "IMX-V1-6M", "2027-01-01", "2027-01-04"),
    ),
    "for the life of the programme": (
        ("AF", "2026-01-12", "2026-01-19", ASSET),
        ("2026-01-12", "2026-01-19", "2026-01-12", "IMX-PROG", "2030-06-30", "2030-06-30"),
        "2026-01-15",
        ("2026-01-12", "2026-01-19", "2026-01-15", "IMX-PROG", "2030-06-30", "2030-06-30"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("told", "stands"), CLEARED.values(), ids=CLEARED)
def test_the_clock_starts_with_the_clearance_and_goods_may_leave_once_they_are_cleared_and_there(told, stands):
    load_lists()
    key, paid, cleared, arrived, rest = told

    lot = received(declared(key, paid, cleared, **rest), arrived)

    assert stay_of(lot) == (*stands, False)
    assert not open_findings().exists()


@pytest.mark.parametrize(("told", "meanwhile", "cleared", "then"), NOT_YET.values(), ids=NOT_YET)
def test_until_the_clearance_is_known_the_payment_stands_in_and_says_so(told, meanwhile, cleared, then):
    load_lists()
    key, paid, arrived, rest = told
    pedimento = declared(key, paid, None, **rest)

    lot = received(pedimento, arrived)

    assert stay_of(lot) == (*meanwhile, True)
    finding = open_findings().get()
    assert (finding.subject, finding.client_id) == (f"pedimento/{pedimento.number}", pedimento.client_id)
    assert (finding.context["paid_on"], finding.site_code) == (paid, pedimento.site.code)

    customs.record_clearance(
        pedimento=pedimento, cleared_at=evening_of(cleared), was_examined=False, at=NOW, actor=ACTOR
    )

    lot.refresh_from_db()
    assert stay_of(lot) == (*then, False)
    assert [(change.before, change.after) for change in lot.clock_changes.all()] == [(day(paid), day(cleared))]
    assert not open_findings().exists()


def test_a_fiscal_deposit_counts_from_its_entry_whether_cleared_or_not():
    load_lists()

    lot = received(declared("A4", "2026-02-09", None, entered_on=date(2026, 2, 10)), "2026-02-12")

    assert stay_of(lot) == ("2026-02-09", "2026-02-12", "2026-02-10", "DFI-24M", "2028-02-10", "2028-02-10", False)
    assert not open_findings().exists()


def test_a_remesa_of_an_open_consolidated_counts_from_its_own_day_provisionally_and_needs_no_finding():
    load_lists()
    pedimento = declared("M3", None, None, is_consolidated=True)

    lot = received(pedimento, "2026-03-03")

    assert stay_of(lot) == ("2026-03-03", "2026-03-03", "2026-03-03", "RFS-60M", "2031-03-03", "2031-03-03", True)
    assert lot.is_provisional
    assert not open_findings().exists()


# ── What left before the clearance was known ────────────────────────────────────────────────────


def leave(lot, quantity, on):
    """An exit of a day."""
    line = builders.make_outbound_line(lot.account, quantity, document_key="RT", paid_on=day(on))
    withdrawals = [customs.Withdrawal(line, lot.account_id, Decimal(quantity))]
    return customs.discharge(key=f"exit/{on}", withdrawals=withdrawals, legal_date=day(on), at=NOW, actor=ACTOR)


def clear(lot, on):
    pedimento = lot.subline.line.pedimento
    customs.record_clearance(pedimento=pedimento, cleared_at=evening_of(on), was_examined=False, at=NOW, actor=ACTOR)
    lot.refresh_from_db()


def broken():
    return [fault.check for fault in verify_books() if fault.check[0] in "1459"]


def test_no_exit_of_a_day_before_the_clearance_takes_of_the_goods_once_it_is_known():
    load_lists()
    lot = received(declared("IN", "2026-01-12", None), "2026-01-13")

    clear(lot, "2026-01-15")

    with pytest.raises(NotEnoughBonded) as refusal:
        leave(lot, 4, "2026-01-14")
    assert (refusal.value.context["available"], refusal.value.context["later"]) == ("0", "10")
    assert leave(lot, 4, "2026-01-15")


def test_an_exit_that_took_goods_before_they_were_cleared_stands_and_leaves_a_finding():
    load_lists()
    lot = received(declared("IN", "2026-01-12", None), "2026-01-13")
    (row,) = leave(lot, 4, "2026-01-14")

    clear(lot, "2026-01-16")

    finding = open_findings("exit_before_clearance").get()
    assert finding.subject == f"pedimento/{row.outbound_line.pedimento.number}"
    assert (finding.context["legal_date"], finding.context["cleared_on"]) == ("2026-01-14", "2026-01-16")
    assert (finding.severity, lot.available_from) == ("critical", date(2026, 1, 14))
    assert broken() == []


def test_an_exit_that_was_taken_back_leaves_no_finding():
    load_lists()
    lot = received(declared("IN", "2026-01-12", None), "2026-01-13")
    leave(lot, 4, "2026-01-14")
    customs.reverse_discharges(
        key="undo", of="exit/2026-01-14", legal_date=date(2026, 1, 14), at=NOW, actor=ACTOR, reason="wrong day"
    )

    clear(lot, "2026-01-16")

    assert not open_findings("exit_before_clearance").exists()
    assert Discharge.objects.count() == 2
    assert broken() == []
