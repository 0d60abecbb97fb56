"""What is asked of the papers, boxes, payments and values of a declaration: each fault names its field and its rule."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.customs.draft import read_pedimento
from inventory.customs.paper_checks import Known, faults
from inventory.errors import InvalidInputs

TODAY = date(2026, 3, 3)
LISTED = {
    "transport_mode": {"1", "7"}, "destination_zone": {"9"}, "container_type": {"3", "31"}, "incoterm": {"FCA"},
    "payment_form": {"0", "5"}, "rate_type": {"1"}, "valuation_method": {"0", "1", "6"}, "non_tariff": {"C1"},
}  # fmt: skip


def known(**changes):
    return Known(
        **{
            "on": TODAY, "today": TODAY, "listed": LISTED, "countries": {"USA"},
            "identifiers": {"IR": {"G"}, "PS": {"P"}, "ST": {"G", "P"}}, "document_key": "M3", **changes,
        }
    )  # fmt: skip


def line(value=1000, price=None, **changes):
    return {
        "sku": "A-1", "tariff_code": "8302200100", "commercial_unit": "6", "commercial_quantity": "10",
        "tariff_unit": "6", "tariff_quantity": "10", "origin_country": "CHN", "customs_value_mxn": str(value),
        "price_paid_mxn": str(value if price is None else price), **changes,
    }  # fmt: skip


def declared(*lines, **header):
    lines = lines or (line(),)
    return {
        "number": "26 24 3456 6000123", "operation": "IMP", "document_key": "M3", "regime": "RFS", "site": "slp",
        "customs_section": "240", "fx_rate": "18", "value_usd": "1",
        "customs_value_mxn": str(sum(int(one["customs_value_mxn"]) for one in lines)),
        "price_paid_mxn": str(sum(int(one["price_paid_mxn"]) for one in lines)), "lines": list(lines), **header,
    }  # fmt: skip


def found(data, **circumstances):
    return [
        (path, fault.code, fault.severity) for path, _v, fault in faults(read_pedimento(data), known(**circumstances))
    ]


def payment(**changes):
    return {"capture_line": "0123456789ABCDEFGHIJ", "amount_mxn": "10", "operation_number": "12345678901234", **changes}


def test_a_declaration_in_order_has_no_faults():
    data = declared(
        line(identifiers=[{"code": "PS"}], permits=[{"code": "C1", "number": "1"}], relationship="2"),
        identifiers=[{"code": "ir"}, {"code": "ST"}], waybills=[{"number": "A", "kind": "m"}],
        containers=[{"number": "csqu 305438-3", "type_code": "03"}, {"number": "R-7", "type_code": "31"}],
        seals=[{"number": "ab-1234"}], vehicles=[{"identification": "77AK1B", "country": "usa"}],
        payments=[payment()], cash_mxn="10", transport_mode="7", arrival_mode="1",
    )  # fmt: skip

    assert found(data) == []


CASES = {
    "unknown mode of arrival": ({"arrival_mode": "77"}, "arrival_mode", "known"),
    "unknown mode of departure": ({"departure_mode": "77"}, "departure_mode", "known"),
    "unknown zone": ({"destination_zone": "77"}, "destination_zone", "known"),
    "acknowledgement of seven": ({"validation_ack": "ABC1234"}, "validation_ack", "validation_ack_format"),
    "freight with cents": ({"inc_freight_mxn": "1.50"}, "inc_freight_mxn", "whole_pesos"),
    "insured value with cents": ({"insured_value_mxn": "0.5"}, "insured_value_mxn", "whole_pesos"),
    "deduction with cents": ({"dec_loading_mxn": "0.5"}, "dec_loading_mxn", "whole_pesos"),
    "waybill of no kind": ({"waybills": [{"number": "A", "kind": "X"}]}, "waybills[0].kind", "known"),
    "waybill named twice": (
        {"waybills": [{"number": "a", "kind": "M"}, {"number": "A", "kind": "H"}]}, "waybills[1].number", "unique",
    ),
    "unknown container type": (
        {"containers": [{"number": "CSQU3054383", "type_code": "99"}]}, "containers[0].type_code", "known",
    ),
    "container of no form": (
        {"containers": [{"number": "CSQ", "type_code": "3"}]}, "containers[0].number", "container_format",
    ),
    "container named twice": (
        {"containers": [{"number": n, "type_code": "3"} for n in ("CSQU3054383", "csqu 3054383")]},
        "containers[1].number", "unique",
    ),
    "seal of no form": ({"seals": [{"number": "A/1"}]}, "seals[0].number", "seal_format"),
    "second seal of no form": (
        {"seals": [{"number": "AB-1234", "second_review": "?"}]}, "seals[0].second_review", "seal_format",
    ),
    "vehicle of no country": (
        {"vehicles": [{"identification": "A", "country": "USX"}]}, "vehicles[0].country", "known",
    ),
    "carrier of no RFC": (
        {"vehicles": [{"identification": "A", "carrier_rfc": "ABC"}]}, "vehicles[0].carrier_rfc", "rfc_format",
    ),
    "short línea de captura": (
        {"payments": [payment(capture_line="123")], "cash_mxn": "10"}, "payments[0].capture_line", "capture_line_format",
    ),
    "operation number with letters": (
        {"payments": [payment(operation_number="1234567890123A")], "cash_mxn": "10"},
        "payments[0].operation_number", "bank_operation_format",
    ),
    "unknown payment form": (
        {"payments": [payment(payment_form="77")], "cash_mxn": "10"}, "payments[0].payment_form", "known",
    ),
    "payment in the future": (
        {"payments": [payment(paid_on="2026-03-04")], "cash_mxn": "10"}, "payments[0].paid_on", "not_in_future",
    ),
    "payments that are not the cash": ({"payments": [payment()], "cash_mxn": "11"}, "payments", "sum_of_payments"),
    "unknown incoterm": (
        {"invoices": [{"number": "1", "issued_on": "2026-03-01", "currency": "USD", "value": "1", "incoterm": "XXX"}]},
        "invoices[0].incoterm", "known",
    ),
    "COVE of no form": (
        {"invoices": [{"number": "1", "issued_on": "2026-03-01", "currency": "USD", "value": "1", "cove": "X"}]},
        "invoices[0].cove", "cove_format",
    ),
    "invoice named twice": (
        {"invoices": [{"number": "1", "issued_on": "2026-03-01", "currency": "USD", "value": "1"}] * 2},
        "invoices[1].number", "unique",
    ),
    "unknown identifier": ({"identifiers": [{"code": "??"}]}, "identifiers[0].code", "known"),
    "identifier of a line on the pedimento": ({"identifiers": [{"code": "PS"}]}, "identifiers[0].code", "level"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_fault_of_the_header_is_refused_naming_field_and_rule(name):
    header, path, rule = CASES[name]

    refused = [(where, code) for where, code, severity in found(declared(**header)) if severity == "E"]
    assert refused == [(path, rule)]


CASES_OF_A_LINE = {
    "unknown valuation method": ({"valuation_method": "9"}, "valuation_method", "known"),
    "unknown relationship": ({"relationship": "3"}, "relationship", "known"),
    "value added on an entry": ({"value_added_mxn": "1"}, "value_added_mxn", "returns_only"),
    "identifier of the pedimento on a line": ({"identifiers": [{"code": "IR"}]}, "identifiers[0].code", "level"),
    "unknown rate type": (
        {"contributions": [{"code": "6", "payment_form": "0", "amount_mxn": "1", "rate_type": "9"}]},
        "contributions[0].rate_type", "known",
    ),
    "unknown permit": ({"permits": [{"code": "??"}]}, "permits[0].code", "known"),
    "permit named twice": ({"permits": [{"code": "C1", "number": "1"}] * 2}, "permits[1].number", "unique"),
    "serial number named twice": ({"serials": [{"number": "a"}, {"number": "A"}]}, "serials[1].number", "unique"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES_OF_A_LINE)
def test_a_fault_of_a_line_is_refused_naming_field_and_rule(name):
    changes, path, rule = CASES_OF_A_LINE[name]

    assert found(declared(line(), line(**changes))) == [(f"lines[1].{path}", rule, "E")]


@pytest.mark.parametrize(
    ("block", "row", "field", "rule"),
    [
        ("waybills", {"kind": "M"}, "number", "required"),
        ("containers", {"number": "CSQU3054383"}, "type_code", "required"),
        ("payments", payment(amount_mxn="0"), "amount_mxn", "positive"),
        ("payments", payment(paid_on="yesterday"), "paid_on", "date"),
        ("vehicles", {"identification": "ß" * 30}, "identification", "max_length"),
        ("invoices", {"number": "1", "currency": "USD", "value": "1"}, "issued_on", "required"),
        ("invoices", {"number": "1", "currency": "USD", "value": "1", "issued_on": "2026-03-01", "usd_factor": "0"},
         "usd_factor", "positive"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_before_it_is_judged(block, row, field, rule):
    with pytest.raises(InvalidInputs) as refused:
        read_pedimento(declared(**{block: [row]}))

    assert [(one.field, one.rule) for one in refused.value] == [(f"{block}[0].{field}", rule)]


def test_a_wrong_check_digit_of_a_container_or_carrier_only_warns():
    boxes, vehicles = (
        [{"number": "TEMU0000001", "type_code": "3"}],
        [{"identification": "A", "carrier_rfc": "AAA010101AAA"}],
    )

    assert found(declared(containers=boxes, vehicles=vehicles)) == [
        ("containers[0].number", "container_check_digit", "W"),
        ("vehicles[0].carrier_rfc", "rfc_check_digit", "W"),
    ]


def test_the_section_of_clearance_is_of_the_office_in_the_number():
    assert found(declared(customs_section="070")) == [("customs_section", "section_of_number", "W")]


def test_value_added_is_declared_by_returns_and_is_part_of_an_immex_price():
    returned = {"operation": "EXP"}

    assert found(declared(line(value_added_mxn="1000"), **returned), document_key="RT") == []
    assert found(declared(line(value_added_mxn="1001"), **returned), document_key="RT") == [
        ("lines[0].value_added_mxn", "within_price", "E")
    ]
    assert found(declared(line(value_added_mxn="1001"), **returned), document_key="J4") == []


def test_the_constancia_of_the_zone_is_asked_for_only_when_the_law_does():
    assert found(declared(), asks_constancia=True) == [("rfe_constancia", "required", "E")]
    assert found(declared(rfe_constancia="C-1"), asks_constancia=True) == []


# ── Price paid × factor ─────────────────────────────────────────────────────────────────────────

ADDED = {"inc_freight_mxn": "27359"}


def test_the_customs_value_is_the_price_times_the_factor_of_the_additions():
    # mexico.md §5, T1: two lines, factor 1.0599997807.
    in_order = declared(line(241_865, 228_175), line(241_479, 227_810), **ADDED)

    assert found(in_order) == []
    assert sum(int(one["customs_value_mxn"]) for one in in_order["lines"]) == 483_344


@pytest.mark.parametrize(
    ("values", "off"),
    [((241_866, 241_478), None), ((241_867, 241_477), 1), ((241_865, 241_480), 2), ((228_175, 227_810), 1)],
)
def test_the_first_line_off_by_more_than_rounding_is_named_and_the_last_takes_the_residue(values, off):
    data = declared(line(values[0], 228_175), line(values[1], 227_810), **ADDED)

    looked_at = list(faults(read_pedimento(data), known()))

    assert [(fault.code, fault.severity, fault.context["line"]) for _p, _v, fault in looked_at] == (
        [("customs_value_off", "W", off)] if off else []
    )


def test_deductions_lower_the_value_and_the_insured_value_does_not_touch_it():
    header = {"dec_transport_mxn": "30", "dec_other_mxn": "20", "inc_packing_mxn": "10", "insured_value_mxn": "9999"}

    assert found(declared(line(960, 1000), **header)) == []
    _path, _value, fault = next(faults(read_pedimento(declared(line(961, 1000), **header)), known()))
    assert fault.context == {"line": 1, "declared": Decimal(961), "expected": Decimal(960)}


@pytest.mark.parametrize(
    ("data", "circumstances"),
    [
        (declared(line(960, 1000), operation="EXP"), {}),
        (declared(line(960, 1000)), {"document_key": "GC"}),
        (declared(line(960, 1000, valuation_method="6")), {}),
        (declared(line(960, 0)), {}),
    ],
    ids=["export", "global complementary", "last resort", "price not told"],
)
def test_a_value_that_is_not_made_of_the_price_is_not_worked_out(data, circumstances):
    assert found(data, **circumstances) == []
