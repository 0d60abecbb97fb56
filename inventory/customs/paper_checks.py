"""What the law asks of the papers, the values and the boxes of a declaration, judged against the lists of the day. Pure.

Each finding is a path, the value there and a `Fault`: `E` refuses, `W` asks a person to look (mexico.md §2.2-§2.4, §5.1, §8).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial

from inventory.customs.draft import ADDITIONS, DEDUCTIONS, INSURED, LineDraft, PedimentoDraft
from inventory.customs.money_checks import money_faults
from inventory.customs.papers import IdentifierDraft, PaymentDraft, RemesaNoticeDraft
from inventory.customs.pedimento_number import SEPARATORS
from inventory.customs.value_checks import Found, Known, at, country, form, listed, once, past, whole
from inventory.errors import Fault
from inventory.errors import gettext_noop as _
from inventory.parties.identifiers import check_container, check_format, check_rfc
from inventory.units import round_half_up

# The first types of Apéndice 10 are containers, numbered by ISO 6346; the rest are trailers, numbered by their owner.
ISO_CONTAINERS = frozenset(str(number) for number in range(1, 26))
RETURNS = ("RT", "J4")  # value added is declared by returns abroad only (field 16)
NO_PRORATION = ("GC", "CT")  # adjust or complete another declaration
TRANSACTION_VALUE = "1"


def faults(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """Everything that is wrong or odd, in the order of the form."""
    for look in (_header, _people, _invoices, _transport, _remesas, _payments, money_faults, _customs_value):
        yield from look(draft, known)
    yield from _identifiers(draft.identifiers, "G", known)
    for line in draft.lines:
        yield from _line(line, known)


def _header(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    for name in ("transport_mode", "arrival_mode", "departure_mode"):
        yield from listed(name, getattr(draft, name), "transport_mode", known)
    yield from listed("destination_zone", draft.destination_zone, "destination_zone", known)
    yield from form("validation_ack", draft.validation_ack, partial(check_format, "validation_ack"))
    for name in (INSURED, *ADDITIONS, *DEDUCTIONS):
        yield from whole(name, getattr(draft, name))
    office = SEPARATORS.sub("", draft.number)[2:4]
    if draft.customs_section[:2] != office:
        context = {"section": draft.customs_section, "office": office}
        yield "customs_section", draft.customs_section, Fault("section_of_number", "W", "", context)
    if known.asks_constancia and not draft.rfe_constancia:
        message = _("%(field)s is required: the zone's constancia is declared from %(on)s on (RGCE 1.6.37).")
        yield "rfe_constancia", "", Fault("required", "E", message, {"on": known.on})


def _invoices(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    yield from once("number", [(row.path, row.number) for row in draft.invoices])
    for row in draft.invoices:
        yield from listed(f"{row.path}.incoterm", row.incoterm, "incoterm", known)
        yield from form(f"{row.path}.cove", row.cove, partial(check_format, "cove"))


def _people(draft: PedimentoDraft, _known: Known) -> Iterator[Found]:
    yield from once("name", [(row.path, (row.name, row.tax_id, row.address)) for row in draft.consignees])


def _remesas(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """Only a consolidated pedimento has remesas; each has one notice."""
    yield from once("remesa", [(row.path, row.remesa) for row in draft.remesa_notices])
    yield from once("number", [(row.path, row.number) for row in draft.remesa_notices])
    for row in draft.remesa_notices:
        if not draft.is_consolidated:
            message = _("%(field)s: only a consolidated pedimento has remesas, such as %(value)s.")
            yield f"{row.path}.remesa", row.remesa, Fault("consolidated_only", "E", message)
        yield from remesa_faults(row, known.today, draft.consolidated_opened_on)


def remesa_faults(
    row: RemesaNoticeDraft, today: date, opened_on: date | None, closed_on: date | None = None
) -> Iterator[Found]:
    """A notice is of a day on which its consolidated pedimento was open."""
    path = at(row.path, "issued_on")
    yield from past(path, row.issued_on, today)
    if closed_on and row.issued_on > closed_on:
        message = _("%(field)s: %(value)s lies after the closing of the consolidated on %(on)s.")
        yield path, row.issued_on, Fault("before_closing", "E", message, {"on": closed_on})
    if opened_on and row.issued_on < opened_on:
        message = _("%(field)s: %(value)s lies before the opening of the consolidated on %(on)s.")
        yield path, row.issued_on, Fault("after_opening", "E", message, {"on": opened_on})


def _transport(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    for rows in (draft.waybills, draft.containers, draft.seals):
        yield from once("number", [(row.path, row.number) for row in rows])
    yield from once("identification", [(row.path, row.identification) for row in draft.vehicles])
    for waybill in draft.waybills:
        if waybill.kind not in ("M", "H"):
            message = _("%(field)s: %(value)s is neither M (master) nor H (house).")
            yield f"{waybill.path}.kind", waybill.kind, Fault("known", "E", message)
    for container in draft.containers:
        yield from listed(f"{container.path}.type_code", container.type_code, "container_type", known)
        if container.type_code in ISO_CONTAINERS:
            yield from form(f"{container.path}.number", container.number, check_container)
    for seal in draft.seals:
        for name in ("number", "first_review", "second_review"):
            yield from form(f"{seal.path}.{name}", getattr(seal, name), partial(check_format, "seal"))
    for vehicle in draft.vehicles:
        yield from country(f"{vehicle.path}.country", vehicle.country, known)
        yield from form(f"{vehicle.path}.carrier_rfc", vehicle.carrier_rfc, check_rfc)


def _payments(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """Payments at a bank: their numbers, and that they add up to what was paid in cash."""
    yield from once("capture_line", [(row.path, row.capture_line) for row in draft.payments])
    for row in draft.payments:
        yield from payment_forms(row)
        yield from listed(f"{row.path}.payment_form", row.payment_form, "payment_form", known)
        yield from whole(f"{row.path}.amount_mxn", row.amount_mxn)
        yield from past(f"{row.path}.paid_on", row.paid_on, known.today)
    paid = sum((row.amount_mxn for row in draft.payments), Decimal(0))
    if draft.payments and paid != draft.cash_mxn:
        message = _("%(field)s: the header declares %(value)s in cash, the payments add up to %(total)s.")
        yield "payments", draft.cash_mxn, Fault("sum_of_payments", "E", message, {"total": paid})


def payment_forms(row: PaymentDraft) -> Iterator[Found]:
    """The numbers of a payment have their form."""
    for name, kind in (("capture_line", "capture_line"), ("operation_number", "bank_operation")):
        yield from form(at(row.path, name), getattr(row, name), partial(check_format, kind))


def _customs_value(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """On an import by transaction value: price paid × (prices + additions - deductions) ÷ prices, whole pesos, line by line.

    Where the price itself is declared, and to the peso: the last line takes what rounding leaves (§5.1). The first line that
    is off is named.
    """
    prices = sum((line.price_paid_mxn for line in draft.lines), Decimal(0))
    methods = {line.valuation_method for line in draft.lines}
    if draft.operation != "IMP" or known.document_key in NO_PRORATION or not prices or methods != {TRANSACTION_VALUE}:
        return
    total = prices + _sum(draft, ADDITIONS) - _sum(draft, DEDUCTIONS)
    left = total
    for line in draft.lines:
        is_last = line is draft.lines[-1]
        exact = Fraction(line.price_paid_mxn) * Fraction(total) / Fraction(prices)
        expected = left if is_last else round_half_up(exact, 0)
        if abs(line.customs_value_mxn - expected) > (0 if is_last else 1):
            context = {"line": line.seq, "declared": line.customs_value_mxn, "expected": expected}
            yield f"{line.path}.customs_value_mxn", line.customs_value_mxn, Fault("customs_value_off", "W", "", context)
            return
        left -= line.customs_value_mxn


def _line(line: LineDraft, known: Known) -> Iterator[Found]:
    yield from listed(f"{line.path}.valuation_method", line.valuation_method, "valuation_method", known)
    if line.relationship not in ("", "0", "1", "2"):
        message = _("%(field)s: %(value)s is none of 0, 1, 2.")
        yield f"{line.path}.relationship", line.relationship, Fault("known", "E", message)
    yield from _value_added(line, known)
    for tax in line.contributions:
        yield from listed(f"{tax.path}.rate_type", tax.rate_type, "rate_type", known)
    yield from _identifiers(line.identifiers, "P", known)
    for permit in line.permits:
        yield from listed(f"{permit.path}.code", permit.code, "non_tariff", known)
    yield from once("number", [(row.path, f"{row.code} {row.number}") for row in line.permits])
    yield from once("number", [(row.path, row.number) for row in line.serials])


def _value_added(line: LineDraft, known: Known) -> Iterator[Found]:
    """Returns abroad declare it; that of IMMEX is part of the price (field 14)."""
    path, value = f"{line.path}.value_added_mxn", line.value_added_mxn
    if value and known.document_key not in RETURNS:
        message = _("%(field)s: only returns (RT, J4) declare value added; the key is %(key)s.")
        yield path, value, Fault("returns_only", "E", message, {"key": known.document_key})
    elif known.document_key == "RT" and value > line.price_paid_mxn:
        message = _("%(field)s: %(value)s is more than the price of the line, which it is part of: %(price)s.")
        yield path, value, Fault("within_price", "E", message, {"price": line.price_paid_mxn})


def _identifiers(rows: Iterable[IdentifierDraft], level: str, known: Known) -> Iterator[Found]:
    """Identifiers are on the list of Apéndice 8, for the pedimento (G) or for the line (P)."""
    for row in rows:
        levels = known.identifiers.get(row.code)
        if levels is None:
            message = _("%(field)s: %(value)s is no identifier of Apéndice 8.")
            yield f"{row.path}.code", row.code, Fault("known", "E", message)
        elif level not in levels:
            message = (
                _("%(field)s: %(value)s is declared for the pedimento (G), not for a line.")
                if level == "P"
                else _("%(field)s: %(value)s is declared for a line (P), not for the pedimento.")
            )
            yield f"{row.path}.code", row.code, Fault("level", "E", message)


def _sum(draft: PedimentoDraft, names: Iterable[str]) -> Decimal:
    return sum((getattr(draft, name) for name in names), Decimal(0))
