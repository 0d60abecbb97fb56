"""What is asked of the papers, boxes, payments and values of a declaration: each fault names its field and its rule."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.customs.draft import read_pedimento
from inventory.customs.paper_checks import faults
from inventory.customs.value_checks import Known
from inventory.errors import InvalidInputs

TODAY = date(2026, 3, 3)
LISTED = {
    "transport_mode": {"1", "7"}, "destination_zone": {"9"}, "container_type": {"3", "31"}, "incoterm": {"FCA"},
    "payment_form": {"0", "2", "5"}, "contribution": {"6"}, "account_kind": {"0", "2"}, "guarantee_kind": {"1", "3"},
    "account_issuer": {"1", "2"}, "rate_type": {"1"}, "valuation_method": {"0", "1", "6"}, "non_tariff": {"C1"},
}  # fmt: skip


def known(**changes):
    return Known(
        **{
            "on": TODAY, "today": TODAY, "listed": LISTED, "countries": {"USA"},
            "offices": {"24"}, "identifiers": {"IR": {"G"}, "PS": {"P"}, "ST": {"G", "P"}}, "document_key": "M3", **changes,
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


def account(**changes):
    return {
        "account_kind": "0", "guarantee_kind": "1", "issuer": "02", "contract_number": "K1", "folio": "F1",
        "amount_mxn": "500.50", "issued_on": "2026-03-01", **changes,
    }  # fmt: skip


def offset(**changes):
    return {
        "original_number": "25 24 3456 5000777", "original_paid_on": "2025-12-01", "code": "6", "amount_mxn": "70",
        **changes,
    }  # fmt: skip


def document(**changes):
    return {
        "payment_form": "2", "issuer": "Afianzadora", "number": "b-1", "issued_on": "2026-03-01", "amount_mxn": "900",
        "balance_mxn": "800", "payable_mxn": "300", **changes,
    }  # fmt: skip


def notice(**changes):
    return {"remesa": 1, "number": "AV-1", "issued_on": "2026-03-01", **changes}


CONSOLIDATED = {"is_consolidated": True, "consolidated_opened_on": "2026-02-23"}


def test_a_declaration_in_order_has_no_faults():
    data = declared(
        line(identifiers=[{"code": "PS"}], permits=[{"code": "C1", "number": "1"}], relationship="2"),
        identifiers=[{"code": "ir"}, {"code": "ST"}], waybills=[{"number": "A", "kind": "m"}],
        containers=[{"number": "csqu 305438-3", "type_code": "03"}, {"number": "R-7", "type_code": "31"}],
        seals=[{"number": "ab-1234"}], vehicles=[{"identification": "77AK1B", "country": "usa"}],
        payments=[payment()], cash_mxn="10", transport_mode="7", arrival_mode="1",
        consignees=[{"name": "A"}, {"name": "A", "tax_id": "1"}, {"name": "A", "address": "Street 1"}],
        remesa_notices=[notice(), notice(remesa="2", number="AV-2")], **CONSOLIDATED,
        customs_accounts=[account(), account(issuer="1"), account(account_kind="2", guarantee_kind="3", folio="F2")],
        offsets=[offset(), offset(original_number="242434564000777")], validated_on="2026-03-01",
        payment_documents=[document(), document(issuer="Other", payable_mxn=""), document(number="2", balance_mxn="900")],
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
    "consignee named twice": (
        {"consignees": [{"name": "A", "tax_id": "a1"}, {"name": "A", "tax_id": "A1"}]}, "consignees[1].name", "unique",
    ),
    "remesa of no consolidated": ({"remesa_notices": [notice()]}, "remesa_notices[0].remesa", "consolidated_only"),
    "remesa named twice": (
        {**CONSOLIDATED, "remesa_notices": [notice(), notice(number="AV-2")]}, "remesa_notices[1].remesa", "unique",
    ),
    "notice named twice": (
        {**CONSOLIDATED, "remesa_notices": [notice(), notice(remesa=2, number="av-1")]}, "remesa_notices[1].number", "unique",
    ),
    "notice in the future": (
        {**CONSOLIDATED, "remesa_notices": [notice(issued_on="2026-03-04")]},
        "remesa_notices[0].issued_on", "not_in_future",
    ),
    "notice before the opening": (
        {**CONSOLIDATED, "remesa_notices": [notice(issued_on="2026-02-22")]},
        "remesa_notices[0].issued_on", "after_opening",
    ),
    "unknown kind of account": (
        {"customs_accounts": [account(account_kind="1")]}, "customs_accounts[0].account_kind", "known",
    ),
    "unknown kind of guarantee": (
        {"customs_accounts": [account(account_kind="2", guarantee_kind="9")]},
        "customs_accounts[0].guarantee_kind", "known",
    ),
    "customs account that is no deposit": (
        {"customs_accounts": [account(guarantee_kind="3")]}, "customs_accounts[0].guarantee_kind", "deposit_only",
    ),
    "unknown institution": ({"customs_accounts": [account(issuer="7")]}, "customs_accounts[0].issuer", "known"),
    "folio of zero": ({"customs_accounts": [account(folio="000")]}, "customs_accounts[0].folio", "not_zero"),
    "folio named twice": (
        {"customs_accounts": [account(), account(folio="f1", issuer="2")]}, "customs_accounts[1].folio", "unique",
    ),
    "constancia in the future": (
        {"customs_accounts": [account(issued_on="2026-03-04")]}, "customs_accounts[0].issued_on", "not_in_future",
    ),
    "constancia after the validation": (
        {"customs_accounts": [account(issued_on="2026-03-02")], "validated_on": "2026-03-01"},
        "customs_accounts[0].issued_on", "before_validation",
    ),
    "offset of no number": (
        {"offsets": [offset(original_number="123")]}, "offsets[0].original_number", "pedimento_number_digits",
    ),
    "offset of no office": (
        {"offsets": [offset(original_number="259934565000777")]},
        "offsets[0].original_number", "pedimento_number_office",
    ),
    "offset of a year to come": (
        {"offsets": [offset(original_number="272434567000777")]}, "offsets[0].original_number", "pedimento_number_year",
    ),
    "offset of this pedimento": (
        {"offsets": [offset(original_number="262434566000123")]}, "offsets[0].original_number", "other_pedimento",
    ),
    "offset named twice": (
        {"offsets": [offset(), offset(original_number="25-24-3456-5000777")]}, "offsets[1].original_number", "unique",
    ),
    "offset of no contribution": ({"offsets": [offset(code="77")]}, "offsets[0].code", "known"),
    "offset with cents": ({"offsets": [offset(amount_mxn="0.5")]}, "offsets[0].amount_mxn", "whole_pesos"),
    "offset of a payment to come": (
        {"offsets": [offset(original_paid_on="2026-03-04")]}, "offsets[0].original_paid_on", "not_in_future",
    ),
    "document for cash": (
        {"payment_documents": [document(payment_form="0")]}, "payment_documents[0].payment_form", "not_cash",
    ),
    "document for no payment form": (
        {"payment_documents": [document(payment_form="77")]}, "payment_documents[0].payment_form", "known",
    ),
    "document in the future": (
        {"payment_documents": [document(issued_on="2026-03-04")]}, "payment_documents[0].issued_on", "not_in_future",
    ),
    "document with more left than it is for": (
        {"payment_documents": [document(balance_mxn="901")]}, "payment_documents[0].balance_mxn", "within_amount",
    ),
    "document that pays more than it has left": (
        {"payment_documents": [document(payable_mxn="801")]}, "payment_documents[0].payable_mxn", "within_balance",
    ),
    "document that pays cents": (
        {"payment_documents": [document(payable_mxn="0.5")]}, "payment_documents[0].payable_mxn", "whole_pesos",
    ),
    "document named twice": (
        {"payment_documents": [document(), document(number="B-1")]}, "payment_documents[1].number", "unique",
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
        ("consignees", {"tax_id": "A"}, "name", "required"),
        ("remesa_notices", notice(remesa=""), "remesa", "required"),
        ("remesa_notices", notice(remesa="0"), "remesa", "positive"),
        ("remesa_notices", notice(issued_on=""), "issued_on", "required"),
        ("customs_accounts", account(folio=""), "folio", "required"),
        ("customs_accounts", account(contract_number="1" * 18), "contract_number", "max_length"),
        ("customs_accounts", account(amount_mxn="0"), "amount_mxn", "positive"),
        ("offsets", offset(original_number=""), "original_number", "required"),
        ("offsets", offset(amount_mxn="-1"), "amount_mxn", "positive"),
        ("payment_documents", document(issuer=""), "issuer", "required"),
        ("payment_documents", document(balance_mxn=""), "balance_mxn", "required"),
        ("payment_documents", document(payable_mxn="0"), "payable_mxn", "positive"),
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
