"""Entering a declaration: from a form, the API or a file, by one door."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from inventory.audit.trail import record_parts
from inventory.customs.checks import Checked, Checker
from inventory.customs.draft import LineDraft, PedimentoDraft, read_pedimento
from inventory.customs.errors import AlreadyRectified, NotInTime, PedimentoExists, WrongEffect
from inventory.customs.money_models import PedimentoCustomsAccount, PedimentoOffset, PedimentoPaymentDocument
from inventory.customs.paper_checks import payment_forms
from inventory.customs.paper_models import (
    PedimentoConsignee,
    PedimentoContainer,
    PedimentoPayment,
    PedimentoPermit,
    PedimentoRemesaNotice,
    PedimentoSeal,
    PedimentoSerial,
    PedimentoVehicle,
    PedimentoWaybill,
)
from inventory.customs.papers import read_payment
from inventory.customs.pedimento_models import (
    Contribution,
    Pedimento,
    PedimentoIdentifier,
    PedimentoInvoice,
    PedimentoLine,
    PedimentoSubline,
)
from inventory.customs.reader import Reader
from inventory.errors import InvalidInputs, json_safe
from inventory.findings import services as findings
from inventory.parties.models import Broker, Client
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.statements import insert
from inventory.units import MONEY_SCALE, round_half_up

# Which table keeps which block of a declaration; a table with a line keeps those of the lines too.
OF_THE_PEDIMENTO: dict[str, Any] = {
    "contributions": Contribution,
    "identifiers": PedimentoIdentifier,
    "invoices": PedimentoInvoice,
    "waybills": PedimentoWaybill,
    "containers": PedimentoContainer,
    "seals": PedimentoSeal,
    "vehicles": PedimentoVehicle,
    "payments": PedimentoPayment,
    "consignees": PedimentoConsignee,
    "remesa_notices": PedimentoRemesaNotice,
    "customs_accounts": PedimentoCustomsAccount,
    "offsets": PedimentoOffset,
    "payment_documents": PedimentoPaymentDocument,
}
OF_A_LINE: dict[str, Any] = {"permits": PedimentoPermit, "serials": PedimentoSerial}


@transaction.atomic
def enter_pedimento(*, client: Client, data: Mapping[str, Any], at: datetime, actor: Actor) -> Pedimento:
    """Write a declaration of a client into the books, every field checked; nothing is discharged or opened yet.

    `data` is as docs/api.md describes it. Raises InvalidInputs naming each field, value and rule, PedimentoExists,
    AlreadyRectified. Doubts that are not errors become findings.
    """
    draft = read_pedimento(data)
    checked = Checker(draft, client, at).result()
    if Pedimento.objects.filter(number=checked.number).exists():
        raise PedimentoExists(
            _("%(field)s: pedimento %(value)s stands in the books."),
            field="number",
            value=draft.number,
            rule="unique",
        )
    if checked.rectifies and Pedimento.objects.filter(rectifies=checked.rectifies).exists():
        raise AlreadyRectified(_("Pedimento %(number)s was rectified before."), number=checked.rectifies.number)
    pedimento = _header(draft, checked, client, at)
    pedimento.save(force_insert=True)
    _write_lines(pedimento, draft, checked)
    for code, context in checked.warnings:
        findings.raise_finding(
            code=code,
            subject=f"pedimento/{pedimento.number}/{code}" + (f"/{context['value']}" if "value" in context else ""),
            client=client.pk,
            site_code=pedimento.site.code,
            context={**context, "pedimento": pedimento.number},
            at=at,
        )
    return pedimento


@transaction.atomic
def record_payment(
    *,
    pedimento: Pedimento,
    paid_on: date,
    at: datetime,
    actor: Actor,
    capture_line: str = "",
    bank: str = "",
    operation_number: str = "",
) -> Pedimento:
    """Note that a declaration was paid (or validated with no cash to pay), and where, if a línea de captura is given.

    Raises NotInTime, WrongEffect, InvalidInputs.
    """
    pedimento = Pedimento.objects.select_for_update(of=("self",)).select_related("site").get(pk=pedimento.pk)
    bank_numbers = {"capture_line": capture_line, "bank": bank, "operation_number": operation_number}
    if pedimento.paid_on == paid_on and pedimento.state in (Pedimento.State.PAID, Pedimento.State.CLEARED):
        _record_bank(pedimento, paid_on, bank_numbers)
        return pedimento
    if pedimento.state not in (Pedimento.State.DRAFT, Pedimento.State.VALIDATED):
        raise WrongEffect(
            _("Pedimento %(number)s is %(state)s."), number=pedimento.number, state=pedimento.get_state_display()
        )
    if paid_on > local_date(at, pedimento.site.time_zone) or (
        pedimento.validated_on and paid_on < pedimento.validated_on
    ):
        raise NotInTime(_("Payment on %(on)s lies in the future or before validation."), on=paid_on)
    _record_bank(pedimento, paid_on, bank_numbers)
    pedimento.paid_on, pedimento.state = paid_on, Pedimento.State.PAID
    pedimento.version += 1
    pedimento.save(update_fields=["paid_on", "state", "version"])
    return pedimento


def _record_bank(pedimento: Pedimento, paid_on: date, numbers: Mapping[str, str]) -> None:
    """Write where the cash that no earlier payment covers was paid, if that is told; told again, it is one payment.

    Raises InvalidInputs.
    """
    if not any(numbers.values()):
        return
    earlier = sum(pedimento.payments.values_list("amount_mxn", flat=True), Decimal(0))
    reader = Reader({**numbers, "paid_on": paid_on, "amount_mxn": pedimento.cash_mxn - earlier})
    payment = read_payment(reader)
    if pedimento.payments.filter(capture_line=payment.capture_line).exists():
        return
    errors = [*reader.errors, *(fault.as_error(path, value) for path, value, fault in payment_forms(payment))]
    if errors:
        raise InvalidInputs(errors)
    row = PedimentoPayment(pedimento=pedimento, **typed(payment, PedimentoPayment))
    row.save(force_insert=True)
    record_parts(pedimento, {"payments": [said(row)]})


def _header(draft: PedimentoDraft, checked: Checked, client: Client, at: datetime) -> Pedimento:
    """The header, not yet saved."""
    own = {
        "number": checked.number,
        "client": client,
        "authorisation": checked.authorisation,
        "site": checked.site,
        "broker": Broker.objects.filter(patente=checked.number[4:8]).first(),
        "effect": checked.effect,
        "state": _state(draft),
        "rectifies": checked.rectifies,
        "recorded_at": at,
    }
    return Pedimento(**{**typed(draft, Pedimento), **own})


def typed(draft: Any, model: type[Model]) -> dict[str, Any]:
    """What a draft says under the names of a table's columns."""
    columns = {column.name for column in model._meta.concrete_fields}
    return {one.name: getattr(draft, one.name) for one in fields(draft) if one.name in columns}


def _state(draft: PedimentoDraft) -> str:
    """How far the declaration got, by the dates it carries."""
    if draft.cleared_at and draft.paid_on:
        return Pedimento.State.CLEARED
    if draft.paid_on:
        return Pedimento.State.PAID
    return Pedimento.State.VALIDATED if draft.validated_on else Pedimento.State.DRAFT


def _write_lines(pedimento: Pedimento, draft: PedimentoDraft, checked: Checked) -> None:
    """Lines, sublines and every paper: a fixed number of statements for any number of rows, and one row of the trail."""
    lines = [_line(pedimento, line) for line in draft.lines]
    insert(lines)
    by_seq = {line.seq: line for line in lines}
    insert(
        [PedimentoSubline(line=by_seq[seq], **vars(one)) for seq, some in checked.sublines.items() for one in some]
    )  # fmt: skip
    written = {"lines": [said(line) for line in lines]}
    for name, model in OF_THE_PEDIMENTO.items():
        rows = [model(pedimento=pedimento, **typed(row, model)) for row in getattr(draft, name)]
        if hasattr(model, "line"):
            rows += [
                model(pedimento=pedimento, line=by_seq[line.seq], **typed(row, model))
                for line in draft.lines
                for row in getattr(line, name)
            ]
        insert(rows)
        written[name] = [said(row) for row in rows]
    for name, model in OF_A_LINE.items():
        rows = [
            model(line=by_seq[line.seq], **typed(row, model)) for line in draft.lines for row in getattr(line, name)
        ]
        insert(rows)
        written[name] = [said(row) for row in rows]
    record_parts(pedimento, written)


def said(row: Any) -> str:
    """A row in words for the trail: what it holds, field by field, after the number of its line."""
    line = getattr(row, "line", None)
    columns = [field for field in row._meta.concrete_fields if not field.primary_key and not field.is_relation]
    values = [(field.name, getattr(row, field.name)) for field in columns]
    told = " ".join(f"{name}={json_safe(value)}" for name, value in values if value not in (None, "", False, 0))
    return f"{line.seq}: {told}" if line else told


def _line(pedimento: Pedimento, line: LineDraft) -> PedimentoLine:
    """One line, not yet saved. The descargos block's source number is kept in its fifteen digits."""
    own = {
        "commercial_unit": line.commercial_unit.lstrip("0"),
        "tariff_unit": line.tariff_unit.lstrip("0"),
        "unit_price_mxn": _unit_price(line),
        "source_number": "".join(c for c in line.source_number if c.isdigit()),
    }
    return PedimentoLine(pedimento=pedimento, **{**typed(line, PedimentoLine), **own})


def _unit_price(line: LineDraft) -> Decimal:
    """Price paid per commercial unit (Anexo 22 field 15), four decimals."""
    return round_half_up(line.price_paid_mxn / line.commercial_quantity, MONEY_SCALE)
