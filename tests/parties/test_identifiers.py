"""Numbers of papers, boxes and parties, against published vectors."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.parties.gs1 import parse_scan
from inventory.parties.identifiers import (
    check_container,
    check_curp,
    check_format,
    check_gln,
    check_gtin,
    check_in_bond,
    check_rfc,
    check_sscc,
    check_us_entry,
    display_us_entry,
    gs1_check_digit,
    us_entry_check_digit,
)
from inventory.parties.mid import build_mid, name_part, street_part


def expected_digits(checked):
    return [fault.context.get("expected") for fault in checked.faults]


# ── RFC and CURP ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "rfc",
    [
        "EKU9003173C9",
        "SAT970701NN3",
        "L&O950913MSA",
        "COSC8001137NA",
        "CACX7605101P8",
        "XEXX010101000",
        "EXTR920901TS4",
        "XAXX010101000",
    ],
)
def test_real_and_generic_rfcs_pass(rfc):
    assert check_rfc(rfc).faults == ()


def test_a_wrong_check_digit_of_an_rfc_warns_and_does_not_refuse():
    checked = check_rfc("AAA010101AAA")

    assert checked.is_usable
    assert expected_digits(checked) == ["1"]


def test_an_rfc_is_stored_in_capitals_without_separators():
    assert check_rfc(" eku-900317-3c9 ").value == "EKU9003173C9"


@pytest.mark.parametrize(
    "rfc", ["", "EKU900317", "EKU9013173C9", "EKU9002303C9", "12U9003173C9", "EKU9003173CB", "EKU9003173C91X"]
)
def test_what_has_not_the_form_or_the_date_of_an_rfc_is_refused(rfc):
    assert not check_rfc(rfc).is_usable


def test_a_curp_has_a_form_and_a_digit():
    assert check_curp("BOXW310820HNERXN09").faults == ()
    assert expected_digits(check_curp("BOXW310820HNERXN08")) == ["9"]
    assert not check_curp("BOXW311320HNERXN09").is_usable
    assert not check_curp("BOXW310820").is_usable


# ── Containers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number",
    [
        "CSQU3054383",
        "MSKU1234565",
        "HLXU2008419",
        "BICU1234565",
        "MSKU9070323",
        "APZU4812090",
        "TRDU9258963",
        "TEMU6079348",
        "OOLU1234567",
        "TGHU7599330",
        "CSQU1000080",
        "MSCU1000070",
        "TGHU1000050",
    ],
)
def test_container_numbers_in_use_pass(number):
    assert check_container(number, issued=True).faults == ()


@pytest.mark.parametrize(
    ("number", "digit"), [("TEMU0000001", "6"), ("APZU2106333", "0"), ("MSCU1234567", "6"), ("TCLU4265727", "6")]
)
def test_a_wrong_digit_of_a_container_warns_and_refuses_our_own(number, digit):
    received, ours = check_container(number), check_container(number, issued=True)

    assert received.is_usable
    assert not ours.is_usable
    assert expected_digits(received) == expected_digits(ours) == [digit]


@pytest.mark.parametrize("number", ["CSQA3054383", "CSQU305438", "12QU3054383", "CSQU30543834"])
def test_what_has_not_the_form_of_a_container_is_refused(number):
    assert not check_container(number).is_usable


# ── GS1 ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", ["4006381333931", "036000291452", "96385074", "10614141000415"])
def test_trade_item_numbers_pass(number):
    assert check_gtin(number).faults == ()


def test_a_place_number_passes():
    assert check_gln("0614141000012").faults == ()
    assert not check_gln("614141000012").is_usable


@pytest.mark.parametrize(
    "number",
    ["006141411234567890", "106141412345678908", "340123450000000017", "376104250021234569", "006141419000000015"],
)
def test_pallet_numbers_pass(number):
    assert check_sscc(number).value == number
    assert check_sscc(number).faults == ()


def test_a_wrong_digit_of_a_pallet_names_the_right_one():
    assert expected_digits(check_sscc("306141411234567892")) == ["1"]


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_digit_we_issue_always_passes_and_no_other_does(body):
    digit = gs1_check_digit(body)

    assert check_sscc(body + digit, issued=True).faults == ()
    assert not check_sscc(body + str((int(digit) + 1) % 10), issued=True).is_usable


@pytest.mark.parametrize(
    "text",
    [
        "(01)04006381333931(17)261231(10)LOT-7",
        "]C101040063813339311726123110LOT-7",
        "]d2010400638133393110LOT-7\x1d17261231",
        "\x1d010400638133393110LOT-7\x1d17261231",
    ],
)
def test_a_label_reads_the_same_with_brackets_prefix_or_separators(text):
    scan = parse_scan(text)

    assert (scan.gtin, scan.lot, scan.expires_on) == ("04006381333931", "LOT-7", date(2026, 12, 31))


def test_a_logistic_label_tells_pallet_content_count_and_weight():
    scan = parse_scan("(00)340123450000000017(02)04006381333931(37)24(3102)001250(400)PO-9")

    assert (scan.sscc, scan.content_gtin, scan.count) == ("340123450000000017", "04006381333931", 24)
    assert (scan.net_kg, scan.order) == (Decimal("12.5"), "PO-9")


def test_day_zero_is_the_last_of_the_month():
    assert parse_scan("(01)04006381333931(15)270200").best_before == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("4006381333931", "gtin", "04006381333931"),
        ("036000291452", "gtin", "00036000291452"),
        ("340123450000000017", "sscc", "340123450000000017"),
        ("00340123450000000017", "sscc", "340123450000000017"),
    ],
)
def test_a_bare_number_is_known_by_its_length_and_digit(text, field, value):
    assert getattr(parse_scan(text), field) == value


@given(st.text(max_size=40))
def test_a_scan_never_fails_and_keeps_its_text(text):
    assert parse_scan(text).text == text.strip()


@pytest.mark.parametrize("text", ["A-01-02", "SKU-9", "12345", "4006381333932", "LOT10", "(99", "10614141"])
def test_what_is_no_gs1_is_handed_back(text):
    scan = parse_scan(text)

    assert not scan.is_gs1
    assert scan.text == text


# ── United States ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number", ["ABC-1234567-6", "999-9999999-0", "B76-0324527-8", "SP7-1234567-0", "9XQ-0104417-9"]
)
def test_entry_numbers_pass_and_show_as_printed(number):
    checked = check_us_entry(number)

    assert checked.faults == ()
    assert display_us_entry(checked.value) == number


@pytest.mark.parametrize(("number", "digit"), [("ABC-1234567-0", "6"), ("N01-0324527-8", "5")])
def test_a_wrong_digit_of_an_entry_warns_and_refuses_our_own(number, digit):
    assert expected_digits(check_us_entry(number)) == [digit]
    assert check_us_entry(number).is_usable
    assert not check_us_entry(number, issued=True).is_usable


def test_letters_count_one_to_nine_three_times_over():
    assert us_entry_check_digit("ABC1234567") == "6"
    assert us_entry_check_digit("JKL1234567") == "6"


@pytest.mark.parametrize(
    "number",
    [
        "257700004",
        "257700015",
        "257700026",
        "257700030",
        "257700041",
        "257700052",
        "257700063",
        "257700074",
        "257700085",
        "257700203",
        "845123064",
    ],
)
def test_in_bond_numbers_pass(number):
    assert check_in_bond(number).faults == ()


def test_a_wrong_digit_of_an_in_bond_number_warns():
    checked = check_in_bond("257700053")

    assert checked.is_usable
    assert expected_digits(checked) == ["2"]


def test_a_paperless_in_bond_number_has_no_digit_to_check():
    assert check_in_bond("V1234567890").faults == ()
    assert not check_in_bond("V12").is_usable


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Amalgamated Plastics Corp.", "AMAPLA"),
        ("Bergstrom", "BER"),
        ("A B C Company", "ABCCOM"),
        ("A.B.C. Company", "ABCCOM"),
        ("O.A.S.I.S. Corp.", "OASCOR"),
        ("Dr. S.A. Smith", "DRSA"),
        ("Shavings B L Inc.", "SHABL"),
        ("The Embassy of Spain", "EMBSPA"),
        ("Rawles-Aden Corp.", "RAWCOR"),
        ("20th Century Fox", "20TCEN"),
        ("Concept 2000", "CON200"),
        ("PT Astra", "AST"),
    ],
)
def test_the_name_part_of_a_manufacturer_code(name, part):
    assert name_part(name) == part


@pytest.mark.parametrize(
    ("street", "part"),
    [("11455 Main Street Suite 9999", "1145"), ("12-34 56 Akasaka Road", "1234"), ("One Hundred Century Plaza", "")],
)
def test_the_address_part_of_a_manufacturer_code(street, part):
    assert street_part(street) == part


@pytest.mark.parametrize(
    ("country", "name", "street", "city", "mid"),
    [
        ("MX", "Plásticos Industriales Potosinos", "Av. Industrias 4015", "San Luis Potosí", "MXPLAIND4015SAN"),
        ("FR", "La Vie de France", "243 Rue de la Payees", "Bremond", "FRLAVIE243BRE"),
        ("VE", "20th Century Technologies", "5880 San Antonio Street", "Caracas", "VE20TCEN5880CAR"),
        ("GB", "E.K. Rodgers Companies", "One Hundred Plaza", "London", "GBEKRODLON"),
        ("US", "The Greenhouse", "45 Royal Crescent", "Birmingham", "USGRE45BIR"),
        ("FR", "X Y", "1 Rue", "St. Michel", "FRXY1STM"),
        ("NL", "Bakker", "7 Plein", "The Hague", "NLBAK7HAG"),
    ],
)
def test_a_manufacturer_code_is_put_together(country, name, street, city, mid):
    assert build_mid(country, name, street, city) == mid


# ── Forms ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("patent", "0345", "345"),
        ("customs_office", "24", "240"),
        ("customs_section", "240", "24"),
        ("fraccion", "8471.30.01", "8471.30"),
        ("nico", "00", "0"),
        ("immex_programme", "1234-2006", "1234/2006"),
        ("rfe_administrator", "049", "49"),
        ("rfe_operator", "0051", "051"),
        ("cove", "COVE1234567AB", "COV1234567"),
        ("e_document", "0170ABC123DEF", "0170ABC"),
        ("validation_ack", "AB12CD34", "AB12CD3"),
        ("capture_line", "01230ABC4567DEF89012", "01230ABC"),
        ("caat", "3A1B", "3A1"),
        ("seal", "UL-1234567", "U1"),
        ("us_seal", "UL1234567", "UL-1"),
        ("cfdi_uuid", "6f1e2b3c-0d4e-4f5a-8b6c-7d8e9f0a1b2c", "6f1e2b3c0d4e"),
        ("carta_porte", "CCCbcd94-870a-4332-a52a-a52aa52aa52a", "CCC0CD94-870A-4332-A52A-A52AA52AA52A"),
        ("plate", "ABC-123-D", "A-1"),
        ("postal_code_mx", "78395", "7839"),
        ("country", "MEX", "MX"),
        ("scac", "RTCI", "R"),
        ("firms", "A123", "1234"),
        ("us_port", "2304", "230"),
        ("shipment_control_number", "RTCI123456789012", "RTC1234"),
        ("itn", "X20261122123456", "X2026"),
        ("ad_cvd_case", "A-201-845-001", "B-201-845"),
    ],
)
def test_forms_of_numbers(kind, good, bad):
    assert check_format(kind, good).faults == ()
    (fault,) = check_format(kind, bad).faults
    assert (fault.code, fault.severity) == (f"{kind}_format", "E")
