"""Pedimentos by their pages: the form with its rows, the file, the page of one, and what may be done with it."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.customs import flat_file
from inventory.models import BondedLot, Pedimento
from tests.web.floor import a_minute_ago, fresh_number, local, text_of

HTMX = {"HX-Request": "true"}


def page(name, *args):
    return reverse(f"inventory:{name}", args=args)


@pytest.fixture
def broker(floor):
    """Somebody of customs compliance."""
    return floor.come_in("customs", name="aduanas")


def typed(floor, **changes):
    """The form as a person fills it for one line of the item."""
    today = timezone.localdate().isoformat()
    header = {
        "client": floor.client.pk, "number": fresh_number(), "operation": "IMP", "document_key": "M3", "regime": "RFS",
        "authorisation": floor.authorisation.number, "site": floor.zone.code, "customs_section": "240",
        "fx_rate": "18.25", "value_usd": "1,000", "entered_on": today, "paid_on": today,
    }  # fmt: skip
    return {**header, **line("lines-0"), **changes}


def line(prefix, **changes):
    """One line of the item, as it is typed."""
    values = {
        "sku": "RUEDA-75", "batch": "L1", "tariff_code": "8302.20.01.00", "description": "Ruedas",
        "commercial_unit": "6", "commercial_quantity": "100", "tariff_unit": "6", "tariff_quantity": "100",
        "origin_country": "CHN", "customs_value_mxn": "18250", "price_paid_mxn": "18250", "valuation_method": "1",
    }  # fmt: skip
    return {f"{prefix}-{name}": value for name, value in {**values, **changes}.items()}


def test_a_pedimento_is_entered_with_everything_the_form_has(floor, broker):
    form = {
        **typed(floor, cash_mxn="350", other_mxn="1200"),
        "lines-0-contributions-0-code": "6",
        "lines-0-contributions-0-payment_form": "5",
        "lines-0-contributions-0-amount_mxn": "1200",
        "identifiers-0-code": "im",
        "contributions-0-code": "1",
        "contributions-0-payment_form": "0",
        "contributions-0-amount_mxn": "350",
        "invoices-0-number": "F-1",
        "invoices-0-issued_on": "2026-01-05",
        "invoices-0-currency": "usd",
        "invoices-0-value": "1000",
    }

    response = broker.post(page("pedimento_new"), form)

    pedimento = Pedimento.objects.get()
    assert response["Location"] == page("pedimento", pedimento.number)
    assert (pedimento.client, pedimento.customs_value_mxn, pedimento.total_mxn) == (floor.client, 18250, 1550)
    assert [(row.line_id is None, row.code, row.amount_mxn) for row in pedimento.contributions.order_by("code")] == [
        (True, "1", 350),
        (False, "6", 1200),
    ]
    assert pedimento.identifiers.get().code == "IM"
    assert pedimento.invoices.get().currency == "USD"


PAPERS = {
    "waybills-0-number": "maeu-1", "waybills-0-kind": "H",
    "containers-0-number": "csqu 305438-3", "containers-0-type_code": "3",
    "seals-0-number": "AB-1234", "seals-0-first_review": "AB-1235",
    "vehicles-0-identification": "77AK1B", "vehicles-0-country": "usa", "vehicles-0-carrier": "Norte",
    "payments-0-capture_line": "0123456789abcdefghij", "payments-0-amount_mxn": "350", "payments-0-payment_form": "0",
    "payments-0-bank": "Banorte", "payments-0-operation_number": "12345678901234",
    "consignees-0-name": "Fábrica del Bajío", "consignees-0-tax_id": "id-9", "consignees-0-address": "Calle 5",
    "customs_accounts-0-account_kind": "0", "customs_accounts-0-guarantee_kind": "1", "customs_accounts-0-issuer": "2",
    "customs_accounts-0-contract_number": "K-1", "customs_accounts-0-folio": "fol-77",
    "customs_accounts-0-amount_mxn": "1,500.25", "customs_accounts-0-issued_on": "2026-01-05",
    "offsets-0-original_number": "25 24 3456 5000777", "offsets-0-original_paid_on": "2025-12-01", "offsets-0-code": "6",
    "offsets-0-amount_mxn": "70", "payment_documents-0-payment_form": "2", "payment_documents-0-issuer": "Afianzadora",
    "payment_documents-0-number": "bond-3", "payment_documents-0-issued_on": "2026-01-05",
    "payment_documents-0-amount_mxn": "900", "payment_documents-0-balance_mxn": "800",
    "payment_documents-0-payable_mxn": "300",
    "invoices-0-number": "F-1", "invoices-0-issued_on": "2026-01-05", "invoices-0-currency": "usd",
    "invoices-0-value": "1000", "invoices-0-supplier_tax_id": "TAX-7", "invoices-0-is_related": "on",
    "invoices-0-usd_factor": "1", "identifiers-0-code": "IR", "identifiers-0-complement_1": "048",
    "lines-0-identifiers-0-code": "ps", "lines-0-identifiers-0-complement_1": "IIa",
    "lines-0-permits-0-code": "C1", "lines-0-permits-0-number": "P-77", "lines-0-permits-0-quantity": "5",
    "lines-0-serials-0-number": "NIV-1", "lines-0-serials-0-kilometres": "12",
    "lines-0-brand": "SKF", "lines-0-model": "X-9", "lines-0-product_code": "PC-3", "lines-0-relationship": "1",
    "lines-0-customs_value_mxn": "18400", "inc_freight_mxn": "120", "inc_insurance_mxn": "30", "insured_value_mxn": "20000",
    "entry_section": "240", "arrival_mode": "1", "departure_mode": "7", "marks": "S/M 1-3", "presented_on": "2026-01-05",
    "rfe_constancia": "C-1", "cash_mxn": "350",
}  # fmt: skip


def test_the_folded_parts_of_the_form_reach_the_books_and_the_page(floor, broker):
    response = broker.post(page("pedimento_new"), {**typed(floor), **PAPERS})

    pedimento = Pedimento.objects.get()
    header = text_of(broker.get(page("pedimento", pedimento.number)))
    papers = text_of(broker.get(page("pedimento", pedimento.number), {"tab": "taxes"}))
    assert response.status_code == 302
    assert (pedimento.inc_freight_mxn, pedimento.customs_value_mxn, pedimento.price_paid_mxn) == (120, 18400, 18250)
    for text in ("SKF X-9", "PC-3", "value is not affected", "P-77", "NIV-1 (12 km)", "S/M 1-3", "120.00", "20,000.00"):
        assert text in header, text
    for text in ("MAEU-1 · House", "CSQU3054383", "AB-1234 → AB-1235", "77AK1B USA Norte", "0123456789ABCDEFGHIJ",
                 "12345678901234", "Banorte", "TAX-7", "related", "Fábrica del Bajío ID-9", "Calle 5", "FOL-77",
                 "0 · Customs account", "2 · Banco Nacional de México", "1,500.25", "25 24 3456 5000777", "70.00",
                 "2 · Bond", "Afianzadora", "BOND-3", "800.00", "300.00"):  # fmt: skip
        assert text in papers, text


def test_the_rarer_parts_of_the_form_are_folded_until_something_is_in_them(floor, broker):
    def opened(response):
        entry = response.context["entry"]
        line = entry.rows["lines"][0]
        return [*(is_open for *_rest, is_open in (*entry.header.folded(), *entry.folded())), line.shows_more]

    fresh = broker.post(page("pedimento_new"), {**typed(floor), "add": "lines"})
    filled = broker.post(page("pedimento_new"), {**typed(floor), **PAPERS, "add": "lines"})
    wrong = broker.post(page("pedimento_new"), {**typed(floor), "lines-0-permits-0-code": "??"})

    assert opened(fresh) == [False] * 7
    assert opened(filled) == [True] * 7
    assert opened(wrong) == [False] * 6 + [True]
    assert wrong.context["entry"].rows["lines"][0].children["permits"][0].form.errors["code"]


def test_a_line_takes_several_part_numbers_and_gaps_between_rows_do_not_matter(floor, broker):
    parts = {
        "lines-3-sublines-2-sku": "RUEDA-75", "lines-3-sublines-2-batch": "A", "lines-3-sublines-2-commercial_quantity": "60",
        "lines-3-sublines-2-tariff_quantity": "60", "lines-3-sublines-2-customs_value_mxn": "10000",
        "lines-3-sublines-5-sku": "RUEDA-75", "lines-3-sublines-5-batch": "B", "lines-3-sublines-5-commercial_quantity": "40",
        "lines-3-sublines-5-tariff_quantity": "40", "lines-3-sublines-5-customs_value_mxn": "8250",
    }  # fmt: skip
    form = {name: value for name, value in typed(floor).items() if not name.startswith("lines-")}

    response = broker.post(page("pedimento_new"), {**form, **line("lines-3", sku="", batch=""), **parts})

    sublines = Pedimento.objects.get().lines.get().sublines.order_by("batch")
    assert response.status_code == 302
    assert [(row.batch, row.quantity) for row in sublines] == [("A", 60), ("B", 40)]


def test_what_the_books_refuse_stands_on_the_field_it_was_typed_in(floor, broker):
    form = {
        **typed(floor, document_key="ZZ"),
        **line("lines-0", tariff_quantity="-1", origin_country="XXX"),
        "contributions-1-code": "1",
        "contributions-1-payment_form": "0",
        "contributions-1-amount_mxn": "doce",
    }

    unread = broker.post(page("pedimento_new"), form)
    unlawful = broker.post(
        page("pedimento_new"), {**form, "lines-0-tariff_quantity": "100", "contributions-1-amount_mxn": "12"}
    )

    entry = unread.context["entry"]
    assert unread.status_code == unlawful.status_code == 422
    assert entry.rows["lines"][0].form.errors["tariff_quantity"] == ["Tariff quantity: -1 must be more than zero."]
    assert "amount_mxn" in entry.rows["contributions"][0].form.errors
    entry = unlawful.context["entry"]
    assert "ZZ is no key" in entry.header.errors["document_key"][0]
    assert entry.rows["lines"][0].form.errors["origin_country"]
    assert not Pedimento.objects.exists()


def test_what_the_books_refuse_of_the_rarer_rows_stands_on_its_field_with_its_section_open(floor, broker):
    form = {**typed(floor), **PAPERS, "payment_documents-0-payment_form": "0", "customs_accounts-0-folio": "0",
            "offsets-0-original_number": "123", "remesa_notices-4-remesa": "1", "remesa_notices-4-number": "AV-1",
            "remesa_notices-4-issued_on": "2026-01-05"}  # fmt: skip

    response = broker.post(page("pedimento_new"), form)

    entry = response.context["entry"]
    wrong = {(row.prefix, name) for row in entry.walk() for name in row.form.errors}
    assert response.status_code == 422
    assert wrong == {
        ("payment_documents-0", "payment_form"), ("customs_accounts-0", "folio"), ("offsets-0", "original_number"),
        ("remesa_notices-4", "remesa"),
    }  # fmt: skip
    assert [is_open for *_rest, is_open in entry.folded()] == [True] * 4
    assert not Pedimento.objects.exists()


def test_the_same_form_sent_twice_enters_one_pedimento(floor, broker):
    form = typed(floor)

    first = broker.post(page("pedimento_new"), form)
    second = broker.post(page("pedimento_new"), form)

    assert first.status_code == 302
    assert second.status_code == 409
    assert "stands in the books" in text_of(second)
    assert Pedimento.objects.count() == 1


def test_rows_are_added_and_taken_out_without_scripts(floor, broker):
    form = typed(floor)

    grown = broker.post(page("pedimento_new"), {**form, "add": "lines"}).context["entry"]
    deeper = broker.post(page("pedimento_new"), {**form, "add": "lines-0-sublines"}).context["entry"]
    shrunk = broker.post(page("pedimento_new"), {**form, **line("lines-1"), "remove": "lines-0"}).context["entry"]

    assert [row.prefix for row in grown.rows["lines"]] == ["lines-0", "lines-1"]
    assert [row.prefix for row in deeper.rows["lines"][0].children["sublines"]] == ["lines-0-sublines-0"]
    assert [row.prefix for row in shrunk.rows["lines"]] == ["lines-1"]
    assert not Pedimento.objects.exists()


def test_htmx_gets_one_row_and_a_line_filled_from_its_item(floor, broker):
    form = typed(floor, **{"lines-0-tariff_code": "", "lines-0-description": ""})

    added = broker.post(page("pedimento_part"), {**form, "add": "lines-0-contributions"}, headers=HTMX)
    filled = broker.post(page("pedimento_part"), {**form, "fill": "lines-0"}, headers=HTMX)
    nothing = broker.post(page("pedimento_part"), {**form, "add": "lines-7-sublines"}, headers=HTMX)

    assert 'name="lines-0-contributions-0-code"' in added.content.decode()
    assert "<html" not in added.content.decode()
    assert 'value="8302200100"' in filled.content.decode()
    assert 'value="Rueda giratoria"' in filled.content.decode()
    assert nothing.status_code == 404


def test_part_numbers_stand_on_the_line_or_below_it_not_both(floor, broker):
    response = broker.post(page("pedimento_new"), {**typed(floor), "lines-0-sublines-0-sku": "RUEDA-75"})

    assert response.status_code == 422
    assert "not both" in text_of(response)


def test_a_form_without_a_client_is_refused(floor, broker):
    response = broker.post(page("pedimento_new"), typed(floor, client=""))

    assert response.status_code == 422
    assert response.context["entry"].header.errors["client"]


# ── The file ────────────────────────────────────────────────────────────────────────────────────


def csv_of(floor, **changes):
    today = timezone.localdate().isoformat()
    row = {
        **flat_file.EXAMPLE, "number": fresh_number(), "sku": "RUEDA-75", "tariff_code": "8302200100", "tariff_unit": "6",
        "line_tariff_quantity": "1200", "authorisation": floor.authorisation.number, "entered_on": today, "paid_on": today,
        **changes,
    }  # fmt: skip
    names = list(row)
    return (",".join(names) + "\n" + ",".join(row[name] for name in names) + "\n").encode()


def upload(broker, floor, content, name="pedimento.csv"):
    file = io.BytesIO(content)
    file.name = name
    return broker.post(page("pedimento_upload"), {"client": floor.client.pk, "file": file})


def test_a_whole_pedimento_comes_as_a_file(floor, broker):
    response = upload(broker, floor, csv_of(floor))

    pedimento = Pedimento.objects.get()
    assert response["Location"] == page("pedimento", pedimento.number)
    assert pedimento.lines.get().sublines.get().quantity == 1200
    assert pedimento.contributions.get().amount_mxn == 350
    assert pedimento.invoices.get().supplier == "ACME"


def test_a_file_carries_every_paper_in_a_cell_of_its_own(floor, broker):
    cells = {
        "line_customs_value_mxn": "219150", "inc_freight_mxn": "150", "payments": "0123456789ABCDEFGHIJ/350/0/Banorte",
        "cash_mxn": "350", "waybills": "M/A-1;H/A-2", "containers": "CSQU3054383/3;R-7/31", "seals": "AB-1234//AB-9999",
        "vehicles": "77AK1B/USA", "permits": "C1/P-77//9/5", "serials": "N1/12;N2", "product_code": "PC-3",
        "consignees": "Fábrica/ID-9/Calle 5;Otra", "customs_accounts": "0/1/2/K-1/F-9/1500.25/2026-01-05",
        "offsets": "252434565000777/2025-12-01/6/70", "payment_documents": "2/Afianzadora/B-3/2026-01-05/900/800",
        "remesa_notices": "1/AV-1/2026-01-06;2/AV-2/2026-01-07", "is_consolidated": "true",
        "consolidated_opened_on": "2026-01-05", "identifiers": "PS/IIa",
        "invoices": "F-1/2026-01-05/USD/12000//FOB/ACME/TAX-7/Street 1/true/1",
    }  # fmt: skip

    response = upload(broker, floor, csv_of(floor, **cells))

    pedimento = Pedimento.objects.get()
    line = pedimento.lines.get()
    assert response.status_code == 302
    assert [str(row) for row in pedimento.waybills.all()] == ["M A-1", "H A-2"]
    assert [str(row) for row in pedimento.containers.all()] == ["CSQU3054383 (3)", "R7 (31)"]
    assert str(pedimento.seals.get()) == "AB-1234 → AB-9999"
    assert (pedimento.payments.get().bank, pedimento.vehicles.get().country) == ("Banorte", "USA")
    assert (pedimento.invoices.get().is_related, pedimento.invoices.get().usd_factor) == (True, 1)
    assert [str(row) for row in pedimento.consignees.all()] == ["Fábrica ID-9", "Otra"]
    assert (pedimento.customs_accounts.get().amount_mxn, pedimento.offsets.get().code) == (Decimal("1500.25"), "6")
    assert (pedimento.payment_documents.get().balance_mxn, pedimento.payment_documents.get().payable_mxn) == (800, None)
    assert [str(row) for row in pedimento.remesa_notices.all()] == ["1: AV-1", "2: AV-2"]
    assert (line.brand, line.product_code, line.permits.get().quantity) == ("ACME", "PC-3", 5)
    assert [(row.number, row.kilometres) for row in line.serials.all()] == [("N1", 12), ("N2", None)]


def test_a_wrong_paper_of_a_file_is_named_by_its_row_and_column(floor, broker):
    response = upload(broker, floor, csv_of(floor, containers="CSQ/3", contributions="1/0/x", permits="??"))
    judged = upload(broker, floor, csv_of(floor, containers="CSQ/3", permits="??", invoices="F-1/x"))

    places = [{(row, column) for row, column, *_rest in one.context["faults"]} for one in (response, judged)]
    assert places[0] == {(2, "contributions")}
    assert places[1] == {(2, "invoices")}
    judged = upload(broker, floor, csv_of(floor, containers="CSQ/3", permits="??"))
    assert {(row, column) for row, column, *_rest in judged.context["faults"]} == {(2, "containers"), (2, "permits")}


def test_wrong_money_of_a_file_is_named_by_its_row_and_column(floor, broker):
    cells = {
        "customs_accounts": "0/3/2/K-1/F-9/1/2026-01-05", "offsets": "1/2025-12-01/6/70", "remesa_notices": "1/AV-1/2026-01-05",
        "payment_documents": "0/Afianzadora/B-3/2026-01-05/900/800", "consignees": "A;A",
    }  # fmt: skip

    response = upload(broker, floor, csv_of(floor, **cells))

    assert {(row, column) for row, column, *_rest in response.context["faults"]} == {(2, column) for column in cells}
    assert not Pedimento.objects.exists()


def test_a_file_with_errors_names_row_and_column_and_enters_nothing(floor, broker):
    response = upload(broker, floor, csv_of(floor, line_tariff_quantity="-5", origin_country="XXXX"))

    faults = {(row, column) for row, column, _value, _text in response.context["faults"]}
    assert response.status_code == 422
    assert faults == {(2, "line_tariff_quantity"), (2, "origin_country")}
    assert not Pedimento.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 50, b"a,b\n1,2\n", b"x" * 300_000, b'number,sku\n"open,1\n'], ids=len
)
def test_garbage_gets_a_sentence_and_enters_nothing(floor, broker, content):
    response = upload(broker, floor, content)

    assert response.status_code == 422
    assert "unreadable_file" in text_of(response)
    assert not Pedimento.objects.exists()


def test_a_file_larger_than_the_limit_is_refused(floor, broker, settings):
    settings.UPLOAD_MAX_BYTES = 100

    response = upload(broker, floor, csv_of(floor))

    assert response.status_code == 422
    assert not Pedimento.objects.exists()


def test_the_template_is_a_file_the_reader_understands(floor, broker):
    content = broker.get(page("pedimento_template")).content

    read = flat_file.read(content, 10_000)

    assert read.data["number"] == flat_file.EXAMPLE["number"]
    assert read.data["lines"][0]["sublines"][0]["sku"] == flat_file.EXAMPLE["sku"]


# ── One pedimento ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tab", ["lines", "taxes", "balance", "discharges", "work", "history", "nonsense"])
def test_every_tab_answers(floor, broker, tab):
    lot = floor.stocked()

    response = broker.get(page("pedimento", lot.pedimento_number) + f"?tab={tab}")

    assert response.status_code == 200
    assert "Acme Rodamientos" in text_of(response)


def test_a_long_pedimento_is_shown_a_hundred_lines_at_a_time(floor, broker):
    lines = [{"sku": "RUEDA-75", "quantity": 1, "value": 10, "batch": f"B{n}"} for n in range(1, 103)]
    number = floor.entered(lines).number

    first = text_of(broker.get(page("pedimento", number)))
    second = text_of(broker.get(page("pedimento", number), {"page": "2"}))

    assert "B100" in first
    assert "B101" not in first
    assert "B102" in second


def test_payment_and_clearance_are_recorded(floor, broker):
    pedimento = floor.entered(paid_on="", entered_on="", cash_mxn="10", total_mxn="10")
    today = timezone.localdate()
    bank = {"capture_line": "0123456789ABCDEFGHIJ", "bank": "Banorte"}

    paid = broker.post(page("pedimento_pay", pedimento.number), {"paid_on": today.isoformat(), **bank})
    cleared = broker.post(page("pedimento_clear", pedimento.number), {"cleared_at": local(a_minute_ago())})
    again = broker.post(page("pedimento_pay", pedimento.number), {"paid_on": (today - timedelta(1)).isoformat()})

    pedimento.refresh_from_db()
    assert (paid.status_code, cleared.status_code, again.status_code) == (302, 302, 409)
    assert (pedimento.state, pedimento.paid_on) == ("cleared", today)
    assert (pedimento.payments.get().bank, pedimento.payments.get().amount_mxn) == ("Banorte", 10)
    assert "is Cleared." in text_of(again)


def test_a_payment_in_the_future_is_refused_with_its_sentence(floor, broker):
    pedimento = floor.entered(paid_on="", entered_on="")
    tomorrow = timezone.localdate() + timedelta(days=2)

    response = broker.post(page("pedimento_pay", pedimento.number), {"paid_on": tomorrow.isoformat()})

    pedimento.refresh_from_db()
    assert response.status_code == 409
    assert "lies in the future" in text_of(response)
    assert pedimento.paid_on is None


def test_a_consolidated_pedimento_is_closed(floor, broker):
    today = timezone.localdate().isoformat()
    pedimento = floor.entered(paid_on="", entered_on=today, is_consolidated="on", consolidated_opened_on=today)

    response = broker.post(page("pedimento_close", pedimento.number), {"closed_on": today, "paid_on": today})

    pedimento.refresh_from_db()
    assert response.status_code == 302
    assert pedimento.consolidated_closed_on.isoformat() == today


def test_a_remesa_is_recorded_and_the_next_one_is_offered(floor, broker):
    today = timezone.localdate().isoformat()
    opened = {"is_consolidated": "on", "consolidated_opened_on": today}
    pedimento, plain = floor.entered(paid_on="", entered_on=today, **opened), floor.entered()
    url = page("pedimento_remesa", pedimento.number)

    done = broker.post(url, {"remesa": "1", "number": "av-1", "issued_on": today})
    twice = broker.post(url, {"remesa": "1", "number": "AV-2", "issued_on": today})

    assert (done.status_code, twice.status_code) == (302, 422)
    assert twice.context["form"].errors["remesa"] == ["Remesa: 1 stands twice."]
    assert broker.get(url).context["form"]["remesa"].value() == 2
    assert "Remesa 1 · AV-1" in text_of(broker.get(page("pedimento", pedimento.number), {"tab": "taxes"}))
    assert "Record a remesa" in text_of(broker.get(page("pedimento", pedimento.number)))
    assert "Record a remesa" not in text_of(broker.get(page("pedimento", plain.number)))


def test_a_rectification_begins_as_its_original_and_is_applied(floor, broker):
    lot = floor.stocked()
    begun = broker.get(page("pedimento_new") + f"?rectifies={lot.pedimento_number}").context["entry"]
    row = begun.rows["lines"][0].form
    form = typed(floor, document_key="R1", rectifies=begun.header["rectifies"].value())
    form.update(
        line("lines-0", commercial_quantity="90", tariff_quantity="90", customs_value_mxn="900", price_paid_mxn="900")
    )

    entered = broker.post(page("pedimento_new"), form)
    rectification = Pedimento.objects.get(document_key="R1")
    applied = broker.post(page("pedimento_rectify", rectification.number))

    lot.refresh_from_db()
    assert (row["sku"].value(), row["commercial_quantity"].value()) == ("RUEDA-75", "100")
    assert (entered.status_code, applied.status_code) == (302, 302)
    assert (lot.declared, lot.remaining) == (90, 90)


def test_a_rectification_takes_over_the_papers_of_its_original_but_not_its_payment(floor, broker):
    broker.post(page("pedimento_new"), {**typed(floor), **PAPERS})
    original = Pedimento.objects.get()

    entry = broker.get(page("pedimento_new"), {"rectifies": original.number}).context["entry"]
    number = fresh_number()
    today = timezone.localdate().isoformat()
    form = {
        field.html_name: field.value() for part in parts_of(entry) for field in part if field.value() not in (None, "")
    }
    response = broker.post(page("pedimento_new"), {**form, "number": number, "paid_on": today})

    assert response.status_code == 302, response.context["entry"].problems
    image = Pedimento.objects.get(number=number)
    assert papers_of(image) == papers_of(original)
    assert (image.inc_freight_mxn, image.marks, image.lines.get().brand) == (120, "S/M 1-3", "SKF")
    assert not image.payments.exists()
    assert not any(rows.exists() for rows in (image.customs_accounts, image.offsets, image.payment_documents))
    assert image.cash_mxn == 0


def parts_of(entry):
    """Every part of the form: the header and all rows."""
    return [entry.header, *(row.form for row in entry.walk())]


def papers_of(pedimento):
    """The papers as texts, those of the line too."""
    line = pedimento.lines.get()
    rows = [pedimento.waybills, pedimento.containers, pedimento.seals, pedimento.vehicles, pedimento.invoices,
            pedimento.identifiers, pedimento.consignees, line.permits, line.serials]  # fmt: skip
    return [sorted(map(str, some.all())) for some in rows]


def test_a_pedimento_that_did_something_is_not_withdrawn(floor, broker):
    lot, idle = floor.stocked(), floor.entered()

    refused = broker.post(page("pedimento_withdraw", lot.pedimento_number), {"reason": "typed twice"})
    done = broker.post(page("pedimento_withdraw", idle.number), {"reason": "typed twice"})
    unsaid = broker.post(page("pedimento_withdraw", floor.entered().number), {"reason": ""})

    idle.refresh_from_db()
    assert (refused.status_code, done.status_code, unsaid.status_code) == (409, 302, 422)
    assert "rectify it" in text_of(refused)
    assert idle.state == "cancelled"
    assert BondedLot.objects.count() == 1


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────

DEEDS = (
    "pedimento_pay",
    "pedimento_clear",
    "pedimento_remesa",
    "pedimento_close",
    "pedimento_rectify",
    "pedimento_withdraw",
)


@pytest.mark.parametrize("role", ["operator", "planner", "authority", "client"])
def test_who_may_not_edit_pedimentos_reads_them_and_changes_none(floor, role):
    pedimento = floor.entered()
    options = {"sites": (floor.zone,)} if role == "operator" else {"client": floor.client} if role == "client" else {}
    reader = floor.come_in(role, **options)

    shown = reader.get(page("pedimento", pedimento.number))
    answers = {reader.post(page(name, pedimento.number)).status_code for name in DEEDS}
    doors = {reader.get(page(name)).status_code for name in ("pedimento_new", "pedimento_upload")}

    assert shown.status_code == 200
    assert answers == doors == {403}
    assert "Withdraw" not in text_of(shown)


def test_pedimentos_of_other_sites_and_other_clients_are_not_there(floor):
    pedimento = floor.entered()
    strangers = [floor.stranger(), floor.come_in("client", client=floor.other_client)]

    for stranger in strangers:
        assert stranger.get(page("pedimento", pedimento.number)).status_code == 404
        assert pedimento.number[-7:] not in text_of(stranger.get(page("pedimentos")))


def test_a_number_is_found_however_it_is_written(floor, broker):
    pedimento, other = floor.entered(), floor.entered()
    spaced = f"{pedimento.number[:2]} {pedimento.number[2:4]} {pedimento.number[4:8]} {pedimento.number[8:]}"

    listed = text_of(broker.get(page("pedimentos"), {"q": spaced}))

    assert pedimento.number[-7:] in listed
    assert other.number[-7:] not in listed
