"""What the instructivo asks of customs accounts, offsets and documents behind payment forms other than cash. Pure."""

from collections.abc import Iterator

from inventory.customs.draft import PedimentoDraft
from inventory.customs.money_papers import CustomsAccountDraft, PaymentDocumentDraft
from inventory.customs.pedimento_number import SEPARATORS, Circumstances, check
from inventory.customs.value_checks import Found, Known, listed, once, past, whole
from inventory.errors import Fault
from inventory.errors import gettext_noop as _

CUSTOMS_ACCOUNT, DEPOSIT = "0", "1"  # kind of account; the one kind of guarantee it may be
CASH = "0"


def money_faults(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """Everything that is wrong, in the order of the form."""
    for look in (_accounts, _offsets, _documents):
        yield from look(draft, known)


def _accounts(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """A folio is one constancia of its institution, made out before the pedimento was validated."""
    yield from once("folio", [(row.path, (row.folio, row.issuer)) for row in draft.customs_accounts])
    for row in draft.customs_accounts:
        yield from _account(row, known)
        yield from past(f"{row.path}.issued_on", row.issued_on, known.today)
        if draft.validated_on and row.issued_on > draft.validated_on:
            message = _("%(field)s: %(value)s lies after the validation of the pedimento on %(on)s.")
            fault = Fault("before_validation", "E", message, {"on": draft.validated_on})
            yield f"{row.path}.issued_on", row.issued_on, fault


def _account(row: CustomsAccountDraft, known: Known) -> Iterator[Found]:
    yield from listed(f"{row.path}.account_kind", row.account_kind, "account_kind", known)
    yield from listed(f"{row.path}.guarantee_kind", row.guarantee_kind, "guarantee_kind", known)
    yield from listed(f"{row.path}.issuer", row.issuer, "account_issuer", known)
    if row.account_kind == CUSTOMS_ACCOUNT and row.guarantee_kind != DEPOSIT:
        message = _("%(field)s: a customs account (0) is a deposit (1), not %(value)s.")
        yield f"{row.path}.guarantee_kind", row.guarantee_kind, Fault("deposit_only", "E", message)
    if not row.folio.strip("0"):
        yield f"{row.path}.folio", row.folio, Fault("not_zero", "E", _("%(field)s: %(value)s is no folio."))


def _offsets(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """What is set off comes from another pedimento, paid before, and is a contribution in whole pesos."""
    yield from once("original_number", [(row.path, (row.original_number, row.code)) for row in draft.offsets])
    # Its patent and its year of operation are on the original, and are not judged again.
    around = Circumstances(
        today=known.today,
        is_office=known.offices.__contains__,
        is_patent=lambda _patent: True,
        is_rectified_original=True,
    )
    for row in draft.offsets:
        path = f"{row.path}.original_number"
        for fault in check(row.original_number, around):
            if fault.is_error:
                yield path, row.original_number, fault
        if row.original_number == SEPARATORS.sub("", draft.number):
            message = _("%(field)s: %(value)s is this pedimento; what is set off comes from another one.")
            yield path, row.original_number, Fault("other_pedimento", "E", message)
        yield from past(f"{row.path}.original_paid_on", row.original_paid_on, known.today)
        yield from listed(f"{row.path}.code", row.code, "contribution", known)
        yield from whole(f"{row.path}.amount_mxn", row.amount_mxn)


def _documents(draft: PedimentoDraft, known: Known) -> Iterator[Found]:
    """A document stands for a payment form that is not cash, and pays no more than it has left."""
    yield from once("number", [(row.path, (row.number, row.issuer)) for row in draft.payment_documents])
    for row in draft.payment_documents:
        yield from listed(f"{row.path}.payment_form", row.payment_form, "payment_form", known)
        if row.payment_form == CASH:
            message = _("%(field)s: %(value)s is cash; a document stands for another payment form.")
            yield f"{row.path}.payment_form", row.payment_form, Fault("not_cash", "E", message)
        yield from past(f"{row.path}.issued_on", row.issued_on, known.today)
        yield from _amounts(row)


def _amounts(row: PaymentDocumentDraft) -> Iterator[Found]:
    if row.balance_mxn > row.amount_mxn:
        message = _("%(field)s: %(value)s is more than the document is for: %(most)s.")
        yield f"{row.path}.balance_mxn", row.balance_mxn, Fault("within_amount", "E", message, {"most": row.amount_mxn})
    if row.payable_mxn is not None:
        yield from whole(f"{row.path}.payable_mxn", row.payable_mxn)
        if row.payable_mxn > row.balance_mxn:
            message = _("%(field)s: %(value)s is more than the document has left: %(most)s.")
            fault = Fault("within_balance", "E", message, {"most": row.balance_mxn})
            yield f"{row.path}.payable_mxn", row.payable_mxn, fault
