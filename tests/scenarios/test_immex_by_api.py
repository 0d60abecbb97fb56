"""Scenario A of mexico.md §11 by its client's key: entries, deadlines, the last day, the day after, and the A3."""

import pytest

from inventory.reports.verification import verify_books
from tests.scenarios import world
from tests.scenarios.api_door import ApiDoor
from tests.scenarios.test_immex import COPPER, E1, E2, HOUSING, Programme, copper, housings
from tests.told import told_once

pytestmark = pytest.mark.django_db
OF_E1, OF_E2 = E1.replace(" ", ""), E2.replace(" ", "")
LAST_HOUR = 23  # in Mexico City, where it is the next day by UTC


class ApiProgramme(Programme):
    """ACME's programme, both entries brought in by its own key."""

    door = None

    def __init__(self):
        super().__init__()
        self.dallas, self.buyer = world.make_dc(), world.make_consignee()

    def bring_in(self, number, day, lines):
        self.door = self.door or ApiDoor(self.client)
        data = self.data(number, day, lines, "IN", "IMP", "ITE", cleared_at=f"{day}T08:00:00-06:00")
        self.door.bring_in(self.door.enter(data, day), day, "ANDEN-ITE", "A-01-ITE")

    def out(self, number, day, line, key="RT", **how):
        """Ship one line under a pedimento paid on the day: returned abroad, or regularised for Mexico."""
        operation, regime, to = ("EXP", "EXD", self.dallas) if key == "RT" else ("IMP", "IMD", self.buyer)
        digits = self.door.enter(self.data(number, day, [line], key, operation, regime), day)
        return self.door.send_out(
            digits, self.site.code, to.code, line["sku"], line["quantity"], "ANDEN-ITE", day, **how
        )

    def owed(self, sku):
        """What each entry of an item still owes: pieces or kilos, kilos of the tariff, pesos."""
        names = ("pedimento", "remaining", "remaining_tariff", "remaining_value_mxn")
        return self.door.columns("bonded-lots/", *names, sku=sku)

    def discharged(self, number):
        """What an exit wrote off."""
        names = ("entry", "quantity", "tariff_quantity", "value_mxn", "flags")
        return self.door.columns("discharges/", *names, exit=number.replace(" ", ""))


@told_once
def programme():
    return ApiProgramme()


def test_the_entries_stand_in_the_books_with_eighteen_months_from_their_clearance(programme):
    columns = (
        "pedimento",
        "line",
        "sku",
        "opening_quantity",
        "opening_tariff_quantity",
        "opening_value_mxn",
        "remaining",
    )
    assert programme.door.columns("bonded-lots/", *columns) == [
        (OF_E1, 1, COPPER, "1000", "1000", "180000", "1000"),
        (OF_E1, 2, HOUSING, "5000", "1250", "100000", "5000"),
        (OF_E2, 1, COPPER, "600", "600", "114000", "600"),
    ]
    assert programme.door.columns("bonded-lots/", "stay_limit_code", "clock_start", "must_leave_by") == [
        ("IMX-18M", "2026-01-15", "2027-07-15"),
        ("IMX-18M", "2026-01-15", "2027-07-15"),
        ("IMX-18M", "2026-03-10", "2027-09-10"),
    ]
    assert programme.door.columns("bonded-lots/", "pedimento", "line", must_leave_to="2027-07-15") == [
        (OF_E1, 1), (OF_E1, 2),
    ]  # fmt: skip


def test_housings_leave_on_their_last_day_and_from_the_next_only_by_regularisation(programme):
    programme.out("27 24 3456 7003001", "2027-07-15", housings(1600, 32_000), hour=LAST_HOUR)
    assert programme.discharged("27 24 3456 7003001") == [(OF_E1, "1600", "400", "32000", [])]
    left = [(OF_E1, "3400", "850", "68000")]
    assert programme.owed(HOUSING) == left

    refusal = programme.out("27 24 3456 7003002", "2027-07-16", housings(100, 2_000), refused_at="dispatch")
    assert (refusal["code"], refusal["context"]) == (
        "not_enough_bonded", {
            "asked": "100", "available": "0", "short": "100", "on": "2027-07-16", "later": "0", "expired": "3400",
            "held": "0",
        },
    )  # fmt: skip
    assert (programme.owed(HOUSING), programme.discharged("27 24 3456 7003002")) == (left, [])
    # Nothing changed, and somebody has to look at it, though the request was undone.
    (finding,) = programme.door.rows("findings/", code="exit_refused")
    assert (finding["subject"], finding["severity"], finding["site"]) == (
        "pedimento/272434567003002",
        "critical",
        "nld",
    )
    assert (finding["context"]["short"], finding["context"]["expired"]) == ("100", "3400")
    programme.door.call_off("2027-07-16")

    expired = {**housings(3400, 68_000), "source_number": OF_E1, "source_seq": 2}
    programme.out("27 24 3456 7003120", "2027-08-02", expired, key="A3")
    ((entry, *written, flags),) = programme.discharged("27 24 3456 7003120")
    assert (entry, written, set(flags)) == (OF_E1, ["3400", "850", "68000"], {"declared_source", "expired"})
    assert programme.owed(HOUSING) == [(OF_E1, "0", "0", "0")]
    assert programme.door.rows("stock-by-site/", sku=HOUSING, site="nld") == []
    assert list(verify_books()) == []


def test_a_regularisation_that_names_no_entry_is_refused(programme):
    refusal = programme.out("27 24 3456 7003120", "2027-08-02", housings(3400, 68_000), key="A3", refused_at="dispatch")

    assert refusal["code"] == "source_required"
    assert programme.owed(HOUSING) == [(OF_E1, "5000", "1250", "100000")]


def test_copper_leaves_from_the_second_entry_until_its_own_last_day_though_the_first_has_expired(programme):
    e1, whole = (OF_E1, "1000", "1000", "180000"), (OF_E2, "600", "600", "114000")

    # One kilo more than stands in time is refused with the numbers.
    refusal = programme.out("27 24 3456 7003555", "2027-09-01", copper(601, 114_190), refused_at="dispatch")
    assert (refusal["code"], refusal["context"]) == (
        "not_enough_bonded", {
            "asked": "601", "available": "600", "short": "1", "on": "2027-09-01", "later": "0", "expired": "1000",
            "held": "0",
        },
    )  # fmt: skip
    assert programme.owed(COPPER) == [e1, whole]
    programme.door.call_off("2027-09-01")

    programme.out("27 24 3456 7003556", "2027-09-10", copper(440, 83_600), hour=LAST_HOUR)
    assert programme.discharged("27 24 3456 7003556") == [(OF_E2, "440", "440", "83600", ["expired_skipped"])]
    assert programme.owed(COPPER) == [e1, (OF_E2, "160", "160", "30400")]

    refusal = programme.out("27 24 3456 7003557", "2027-09-11", copper(1, 190), refused_at="dispatch")
    assert refusal["context"] == {
        "asked": "1", "available": "0", "short": "1", "on": "2027-09-11", "later": "0", "expired": "1160", "held": "0",
    }  # fmt: skip
    assert programme.owed(COPPER) == [e1, (OF_E2, "160", "160", "30400")]
    assert list(verify_books()) == []
