"""A pedimento with everything that Anexo 22 has for it: entered, kept, told in the trail, and paid."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.audit.selectors import trail_of
from inventory.customs import services as customs
from inventory.customs.errors import WrongEffect
from inventory.errors import InvalidInputs
from inventory.models import Finding, Pedimento, PedimentoLine, Requirement
from tests.builders import make_authorisation, make_client, make_item, pedimento_number
from tests.scenarios import world
from tests.told import told_once

pytestmark = pytest.mark.django_db
DAY = "2026-03-03"


@told_once
def told():
    world.load_law()
    zone, client = world.make_zone("slp"), make_client("acme")
    make_item(client, "SKU-9")
    return client, zone, make_authorisation("RFS", site=zone)


@pytest.fixture
def client(told):
    return told[0]


@pytest.fixture
def declared(told):
    """A declaration of so many lines, with everything."""
    _client, zone, authorisation = told

    def make(lines=1, **header):
        line = {"sku": "SKU-9", "quantity": 5, "value": 1000}
        data = world.declaration(pedimento_number(), zone, authorisation, [line] * lines, paid_on="2026-03-02")
        return {**world.with_everything(data), **header}

    return make


def errors_of(client, data):
    before = Pedimento.objects.count()
    with pytest.raises(InvalidInputs) as refused:
        world.enter(client, data, DAY)
    assert Pedimento.objects.count() == before
    return {(one.field, one.rule) for one in refused.value}


def doubts():
    """Findings by code and subject; the list of patents is not loaded here."""
    return set(Finding.objects.exclude(code="pedimento_number_patent").values_list("code", "subject"))


def test_every_block_is_kept_on_the_pedimento_or_on_its_line(client, declared):
    pedimento = world.enter(client, declared(lines=2), DAY)

    first, second = pedimento.lines.all()
    assert (pedimento.inc_freight_mxn, pedimento.marks, pedimento.rfe_constancia) == (200, "ABCD 1/3", "ABCD-C1")
    assert (first.brand, first.relationship, first.unit_price_mxn) == ("ABCD", "1", Decimal(170))
    assert [str(row) for row in pedimento.waybills.all()] == ["M ABCD-BL1", "H ABCD-BL2"]
    assert [str(row) for row in pedimento.containers.all()] == ["CSQU3054383 (3)", "ABCDR1 (31)"]
    assert [str(row) for row in pedimento.seals.all()] == ["ABCD1 → ABCD2 → ABCD3"]
    assert [str(row) for row in pedimento.vehicles.all()] == ["ABCD77 USA ABCD EKU9003173C9"]
    assert pedimento.payments.get().capture_line == "ABCD0000000000000000"
    assert str(pedimento.consignees.get()) == "ABCD Consignee ABCD-ID"
    assert str(pedimento.customs_accounts.get()) == "2 ABCD-FOLIO: 500.5"
    assert str(pedimento.offsets.get()) == "252434565000777 6: 70"
    assert str(pedimento.payment_documents.get()) == "2 ABCD Afianzadora ABCD-BOND"
    assert pedimento.invoices.get().usd_factor == 1
    assert [(row.line_id, row.code) for row in pedimento.identifiers.order_by("pk")] == [
        (None, "IR"), (first.pk, "PS"), (second.pk, "PS")
    ]  # fmt: skip
    assert [(row.number, row.quantity) for row in second.permits.all()] == [("ABCD-P1", 5)]
    assert [(row.number, row.kilometres) for row in second.serials.all()] == [("ABCD-NIV1", 12), ("ABCD-NIV2", 0)]
    assert doubts() == set()


def test_twenty_lines_with_everything_take_the_statements_of_one(client, declared):
    def statements(lines):
        data = declared(lines)
        with CaptureQueriesContext(connection) as captured:
            world.enter(client, data, DAY)
        return len(captured)

    statements(1)

    assert statements(20) == statements(1)


def test_the_trail_tells_every_block_with_its_lines(client, declared):
    pedimento = world.enter(client, declared(lines=2), DAY)

    papers, header = trail_of(pedimento)
    assert header.changes["inc_freight_mxn"] == ["None", "200"]
    assert papers.changes["containers"] == ["", "number=CSQU3054383 type_code=3; number=ABCDR1 type_code=31"]
    assert papers.changes["serials"][1].startswith("1: number=ABCD-NIV1 kilometres=12; 1: number=ABCD-NIV2; 2: ")
    assert "brand=ABCD" in papers.changes["lines"][1]
    assert set(papers.changes) == {
        "lines", "contributions", "identifiers", "invoices", "waybills", "containers", "seals", "vehicles", "payments",
        "permits", "serials", "consignees", "customs_accounts", "offsets", "payment_documents",
    }  # fmt: skip


def test_an_invoice_or_paper_that_stands_twice_is_refused_and_no_server_error(client, declared):
    data = declared()
    blocks = (
        "invoices", "waybills", "containers", "seals", "vehicles", "consignees", "customs_accounts", "offsets",
        "payment_documents",
    )  # fmt: skip
    for block in blocks:
        data[block] *= 2
    for block in ("permits", "serials"):
        data["lines"][0][block] *= 2

    refused = errors_of(client, data)

    assert {rule for _field, rule in refused} == {"unique"}
    assert {field.partition("[")[0] for field, _rule in refused} == {*blocks, "lines"}


def test_codes_are_judged_by_the_lists_of_the_day(client, declared):
    wrong = declared(arrival_mode="77", entry_section="999")
    wrong["containers"][0]["type_code"] = "999"
    wrong["vehicles"][0]["country"] = "XXQ"
    wrong["lines"][0]["permits"][0]["code"] = "??"
    wrong["customs_accounts"][0]["issuer"] = "77"
    wrong["offsets"][0]["original_number"] = "259934565000777"

    assert errors_of(client, wrong) == {
        ("arrival_mode", "known"), ("entry_section", "known"), ("containers[0].type_code", "known"),
        ("vehicles[0].country", "known"), ("lines[0].permits[0].code", "known"),
        ("customs_accounts[0].issuer", "known"), ("offsets[0].original_number", "pedimento_number_office"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["presented_on", "extracted_on", "foreign_import_on"])
def test_no_date_lies_in_the_future(client, declared, name):
    assert errors_of(client, declared(**{name: "2026-03-04"})) == {(name, "not_in_future")}


def test_the_constancia_is_asked_for_from_the_day_of_its_rule_on_and_not_before(client, declared):
    Requirement.objects.create(
        code="rfe_constancia", valid_from=date(2026, 3, 3), legal_basis="RGCE 1.6.37", source="DOF"
    )  # fmt: skip

    before = world.enter(client, declared(rfe_constancia=""), DAY)
    refused = errors_of(client, declared(rfe_constancia="", paid_on="2026-03-03", payments=[]))
    exit_ = declared(rfe_constancia="", paid_on="2026-03-03", payments=[], document_key="J4", operation="EXP")

    assert before.rfe_constancia == ""
    assert refused == {("rfe_constancia", "required")}
    assert world.enter(client, exit_, DAY).effect == Pedimento.Effect.OUTBOUND


def test_each_doubt_about_a_number_is_a_finding_of_its_own(client, declared):
    boxes = [{"number": number, "type_code": "3"} for number in ("TEMU0000001", "MSCU1234567")]

    number = world.enter(client, declared(containers=boxes, inc_freight_mxn="900"), DAY).number

    assert doubts() == {
        ("container_check_digit", f"pedimento/{number}/container_check_digit/TEMU0000001"),
        ("container_check_digit", f"pedimento/{number}/container_check_digit/MSCU1234567"),
        ("customs_value_off", f"pedimento/{number}/customs_value_off"),
    }


def test_a_rectification_of_a_rectification_may_declare_value_added_if_the_first_one_was_a_return(client, declared):
    returned = declared(document_key="J4", operation="EXP")
    numbers = [world.enter(client, returned, DAY).number]
    for _turn in range(2):
        data = declared(document_key="R1", operation="EXP", rectifies=numbers[-1])
        data["lines"][0]["value_added_mxn"] = "7"
        numbers.append(world.enter(client, data, DAY).number)

    assert PedimentoLine.objects.get(pedimento__number=numbers[-1]).value_added_mxn == 7
    data["rectifies"] = world.enter(client, declared(), DAY).number
    assert errors_of(client, {**data, "operation": "IMP", "number": pedimento_number()}) == {
        ("lines[0].value_added_mxn", "returns_only")
    }


@pytest.mark.parametrize("changes", [{"inc_freight_mxn": -1}, {"dec_other_mxn": -1}, {"insured_value_mxn": -1}])
def test_the_database_itself_refuses_negative_additions(client, declared, changes):
    pedimento = world.enter(client, declared(), DAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Pedimento.objects.filter(pk=pedimento.pk).update(**changes)


@pytest.mark.parametrize("changes", [{"relationship": "7"}, {"value_added_mxn": -1}])
def test_the_database_itself_refuses_a_line_that_cannot_be(client, declared, changes):
    pedimento = world.enter(client, declared(), DAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        pedimento.lines.update(**changes)


@pytest.mark.parametrize(
    ("block", "changes"),
    [
        ("customs_accounts", {"amount_mxn": 0}),
        ("offsets", {"amount_mxn": 0}),
        ("payment_documents", {"payment_form": "0"}),
        ("payment_documents", {"balance_mxn": 901}),
        ("payment_documents", {"payable_mxn": 801}),
    ],
)
def test_the_database_itself_refuses_money_that_cannot_be(client, declared, block, changes):
    pedimento = world.enter(client, declared(), DAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        getattr(pedimento, block).update(**changes)


# ── Remesas ─────────────────────────────────────────────────────────────────────────────────────


def consolidated(data, *notices):
    return {**data, "is_consolidated": True, "consolidated_opened_on": "2026-02-23", "remesa_notices": [*notices]}


def test_a_consolidated_pedimento_keeps_the_notice_of_each_remesa_and_its_trail_tells_them(client, declared):
    first = {"remesa": 1, "number": "av-77", "issued_on": "2026-02-23"}
    data = consolidated(declared(), first, {"remesa": "2", "number": "AV-78", "issued_on": "2026-02-24"})

    pedimento = world.enter(client, data, DAY)

    assert [str(row) for row in pedimento.remesa_notices.all()] == ["1: AV-77", "2: AV-78"]
    papers, _header = trail_of(pedimento)
    assert papers.changes["remesa_notices"][1].startswith("remesa=1 number=AV-77 issued_on=2026-02-23; remesa=2 ")


def test_a_remesa_or_its_notice_that_stands_twice_is_refused_and_no_server_error(client, declared):
    first = {"remesa": 1, "number": "AV-77", "issued_on": "2026-02-23"}

    assert errors_of(client, consolidated(declared(), first, {**first, "number": "AV-78"}, {**first, "remesa": 2})) == {
        ("remesa_notices[1].remesa", "unique"), ("remesa_notices[2].number", "unique"),
    }  # fmt: skip


@pytest.fixture
def open_one(client, declared):
    """A consolidated pedimento that is open since 23 February, with its first remesa."""
    first = {"remesa": 1, "number": "AV-1", "issued_on": "2026-02-23"}
    return world.enter(client, {**consolidated(declared(payments=[]), first), "paid_on": ""}, DAY)


def note(pedimento, day="2026-03-03", **notice):
    notice = {"remesa": 2, "number": "av-2", "issued_on": date(2026, 3, 2), **notice}
    return customs.record_remesa(pedimento=pedimento, at=world.at(day, 19), actor=world.ACTOR, **notice)


def test_each_remesa_of_an_open_consolidated_is_noted_as_it_comes(open_one):
    noted = note(open_one)

    assert [str(row) for row in open_one.remesa_notices.all()] == ["1: AV-1", "2: AV-2"]
    assert noted.version == open_one.version + 1
    assert trail_of(open_one)[1].changes["remesa_notices"] == ["", "remesa=2 number=AV-2 issued_on=2026-03-02"]


def test_a_remesa_told_again_is_one_notice(open_one):
    versions = [note(open_one).version for _turn in range(2)]

    assert versions[0] == versions[1]
    assert open_one.remesa_notices.count() == 2


@pytest.mark.parametrize(
    ("notice", "field", "rule"),
    [
        ({"remesa": 1}, "remesa", "unique"),
        ({"number": "av-1"}, "number", "unique"),
        ({"remesa": 0}, "remesa", "positive"),
        ({"number": ""}, "number", "required"),
        ({"issued_on": date(2026, 2, 22)}, "issued_on", "after_opening"),
        ({"issued_on": date(2026, 3, 4)}, "issued_on", "not_in_future"),
    ],
)
def test_a_remesa_that_cannot_be_is_refused_and_changes_nothing(open_one, notice, field, rule):
    with pytest.raises(InvalidInputs) as refused:
        note(open_one, **notice)

    assert [(one.field, one.value, one.rule) for one in refused.value] == [
        (field, str(notice[field]).upper() if field == "number" else notice[field], rule)
    ]
    assert open_one.remesa_notices.count() == 1


def test_a_remesa_of_a_closed_consolidated_may_be_noted_late_but_not_be_later(open_one):
    closed_on = date(2026, 3, 1)
    customs.close_consolidated(
        pedimento=open_one, closed_on=closed_on, paid_on=closed_on, at=world.at(DAY, 18), actor=world.ACTOR
    )

    with pytest.raises(InvalidInputs) as refused:
        note(open_one, issued_on=date(2026, 3, 2))
    note(open_one, issued_on=closed_on)

    assert [(one.field, one.rule) for one in refused.value] == [("issued_on", "before_closing")]
    assert open_one.remesa_notices.count() == 2


def test_only_a_consolidated_that_stands_has_remesas(client, declared, open_one):
    customs.withdraw_pedimento(pedimento=open_one, reason="typed twice", at=world.at(DAY, 18), actor=world.ACTOR)

    for pedimento in (open_one, world.enter(client, declared(), DAY)):
        with pytest.raises(WrongEffect):
            note(pedimento)

    assert open_one.remesa_notices.count() == 1


# ── Payment ─────────────────────────────────────────────────────────────────────────────────────


def pay(pedimento, **bank):
    return customs.record_payment(
        pedimento=pedimento, paid_on=date(2026, 3, 3), at=world.at(DAY, 19), actor=world.ACTOR, **bank
    )


@pytest.fixture
def unpaid(client, declared):
    return world.enter(client, {**declared(payments=[]), "paid_on": ""}, DAY)


def test_where_the_cash_was_paid_is_noted_with_the_payment(unpaid):
    pay(unpaid, capture_line="0123 4567 89ab cdef ghij", bank="Banorte", operation_number="12345678901234")

    row = unpaid.payments.get()
    assert (row.capture_line, row.amount_mxn, row.paid_on) == ("0123456789ABCDEFGHIJ", 10, date(2026, 3, 3))
    assert trail_of(unpaid)[1].changes["payments"][1].startswith("capture_line=0123456789ABCDEFGHIJ ")


def test_a_payment_told_again_is_one_payment(unpaid):
    for _turn in range(2):
        pay(unpaid, capture_line="0123456789ABCDEFGHIJ")

    assert unpaid.payments.count() == 1


def test_a_payment_without_a_bank_is_noted_as_before(unpaid):
    assert pay(unpaid).state == Pedimento.State.PAID
    assert not unpaid.payments.exists()


@pytest.mark.parametrize(
    ("bank", "field", "rule"),
    [
        ({"capture_line": "123"}, "capture_line", "capture_line_format"),
        ({"bank": "Banorte"}, "capture_line", "required"),
        (
            {"capture_line": "0123456789ABCDEFGHIJ", "operation_number": "1"},
            "operation_number",
            "bank_operation_format",
        ),
    ],
)
def test_a_payment_with_a_wrong_number_is_refused_and_changes_nothing(unpaid, bank, field, rule):
    with pytest.raises(InvalidInputs) as refused:
        pay(unpaid, **bank)

    unpaid.refresh_from_db()
    assert [(one.field, one.rule) for one in refused.value] == [(field, rule)]
    assert (unpaid.state, unpaid.payments.count()) == (Pedimento.State.DRAFT, 0)


def test_no_more_is_paid_at_a_bank_than_was_declared_in_cash(client, declared):
    paid = world.enter(client, {**declared(), "paid_on": ""}, DAY)

    with pytest.raises(InvalidInputs) as refused:
        pay(paid, capture_line="0123456789ABCDEFGHIJ")

    assert [(one.field, one.rule) for one in refused.value] == [("amount_mxn", "positive")]
