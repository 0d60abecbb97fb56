"""Entering a declaration: from a form, the API or a file, by one door."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.customs.checks import Checked, Checker
from inventory.customs.draft import LineDraft, PedimentoDraft, read_pedimento
from inventory.customs.errors import AlreadyRectified, NotInTime, PedimentoExists, WrongEffect
from inventory.customs.models import (
    Contribution,
    Pedimento,
    PedimentoIdentifier,
    PedimentoInvoice,
    PedimentoLine,
    PedimentoSubline,
)
from inventory.findings import services as findings
from inventory.parties.models import Broker, Client
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.units import MONEY_SCALE, round_half_up


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
            subject=f"pedimento/{pedimento.number}/{code}",
            client=client.pk,
            context={**context, "pedimento": pedimento.number},
            at=at,
        )
    return pedimento


@transaction.atomic
def record_payment(*, pedimento: Pedimento, paid_on: date, at: datetime, actor: Actor) -> Pedimento:
    """Note that a declaration was paid (or validated with no cash to pay). Raises NotInTime, WrongEffect."""
    pedimento = Pedimento.objects.select_for_update(of=("self",)).select_related("site").get(pk=pedimento.pk)
    if pedimento.paid_on == paid_on and pedimento.state in (Pedimento.State.PAID, Pedimento.State.CLEARED):
        return pedimento
    if pedimento.state not in (Pedimento.State.DRAFT, Pedimento.State.VALIDATED):
        raise WrongEffect(
            _("Pedimento %(number)s is %(state)s."), number=pedimento.number, state=pedimento.get_state_display()
        )
    if paid_on > local_date(at, pedimento.site.time_zone) or (
        pedimento.validated_on and paid_on < pedimento.validated_on
    ):
        raise NotInTime(_("Payment on %(on)s lies in the future or before validation."), on=paid_on)
    pedimento.paid_on, pedimento.state = paid_on, Pedimento.State.PAID
    pedimento.version += 1
    pedimento.save(update_fields=["paid_on", "state", "version"])
    return pedimento


def _header(draft: PedimentoDraft, checked: Checked, client: Client, at: datetime) -> Pedimento:
    """The header, not yet saved."""
    return Pedimento(
        number=checked.number,
        client=client,
        authorisation=checked.authorisation,
        site=checked.site,
        broker=Broker.objects.filter(patente=checked.number[4:8]).first(),
        operation=draft.operation,
        document_key=draft.document_key,
        regime=draft.regime,
        effect=checked.effect,
        state=_state(draft),
        customs_section=draft.customs_section,
        destination_zone=draft.destination_zone,
        transport_mode=draft.transport_mode,
        fx_rate=draft.fx_rate,
        gross_kg=draft.gross_kg,
        packages=draft.packages,
        value_usd=draft.value_usd,
        customs_value_mxn=draft.customs_value_mxn,
        price_paid_mxn=draft.price_paid_mxn,
        validation_ack=draft.validation_ack,
        validated_on=draft.validated_on,
        entered_on=draft.entered_on,
        paid_on=draft.paid_on,
        cleared_at=draft.cleared_at,
        is_consolidated=draft.is_consolidated,
        consolidated_opened_on=draft.consolidated_opened_on,
        update_option=draft.update_option,
        cash_mxn=draft.cash_mxn,
        other_mxn=draft.other_mxn,
        total_mxn=draft.total_mxn,
        rectifies=checked.rectifies,
        remarks=draft.remarks,
        recorded_at=at,
    )


def _state(draft: PedimentoDraft) -> str:
    """How far the declaration got, by the dates it carries."""
    if draft.cleared_at and draft.paid_on:
        return Pedimento.State.CLEARED
    if draft.paid_on:
        return Pedimento.State.PAID
    return Pedimento.State.VALIDATED if draft.validated_on else Pedimento.State.DRAFT


def _write_lines(pedimento: Pedimento, draft: PedimentoDraft, checked: Checked) -> None:
    """Lines, sublines, taxes, identifiers and invoices: a fixed number of statements for any number of lines."""
    lines = PedimentoLine.objects.bulk_create([_line(pedimento, line) for line in draft.lines])
    by_seq = {line.seq: line for line in lines}
    PedimentoSubline.objects.bulk_create(
        [
            PedimentoSubline(
                line=by_seq[seq],
                item=s.item,
                batch=s.batch,
                serial=s.serial,
                quantity=s.quantity,
                commercial_quantity=s.commercial_quantity,
                tariff_quantity=s.tariff_quantity,
                customs_value_mxn=s.customs_value_mxn,
            )
            for seq, sublines in checked.sublines.items()
            for s in sublines
        ]
    )
    owners: list[tuple[PedimentoLine | None, PedimentoDraft | LineDraft]] = [(None, draft)]
    owners += [(by_seq[line.seq], line) for line in draft.lines]
    Contribution.objects.bulk_create(
        [
            Contribution(
                pedimento=pedimento,
                line=owner,
                code=c.code,
                rate=c.rate,
                rate_type=c.rate_type,
                payment_form=c.payment_form,
                amount_mxn=c.amount_mxn,
            )
            for owner, part in owners
            for c in part.contributions
        ]
    )
    PedimentoIdentifier.objects.bulk_create(
        [
            PedimentoIdentifier(
                pedimento=pedimento,
                line=owner,
                code=i.code,
                complement_1=i.complements[0],
                complement_2=i.complements[1],
                complement_3=i.complements[2],
            )
            for owner, part in owners
            for i in part.identifiers
        ]
    )
    PedimentoInvoice.objects.bulk_create(
        [
            PedimentoInvoice(
                pedimento=pedimento,
                number=i.number,
                issued_on=i.issued_on,
                cove=i.cove,
                incoterm=i.incoterm,
                currency=i.currency,
                value=i.value,
                supplier=i.supplier,
            )
            for i in draft.invoices
        ]
    )


def _line(pedimento: Pedimento, line: LineDraft) -> PedimentoLine:
    """One line, not yet saved. The descargos block's source number is kept in its fifteen digits."""
    return PedimentoLine(
        pedimento=pedimento,
        seq=line.seq,
        tariff_code=line.tariff_code,
        nico=line.nico,
        description=line.description,
        commercial_unit=line.commercial_unit.lstrip("0"),
        commercial_quantity=line.commercial_quantity,
        tariff_unit=line.tariff_unit.lstrip("0"),
        tariff_quantity=line.tariff_quantity,
        origin_country=line.origin_country,
        seller_country=line.seller_country,
        valuation_method=line.valuation_method,
        customs_value_mxn=line.customs_value_mxn,
        price_paid_mxn=line.price_paid_mxn,
        unit_price_mxn=_unit_price(line),
        source_number="".join(c for c in line.source_number if c.isdigit()),
        source_seq=line.source_seq,
    )


def _unit_price(line: LineDraft) -> Decimal:
    """Price paid per commercial unit (Anexo 22 field 15), four decimals."""
    return round_half_up(line.price_paid_mxn / line.commercial_quantity, MONEY_SCALE)
