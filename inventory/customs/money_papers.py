"""What stands for money on a pedimento that is not cash, as somebody typed it: customs accounts, offsets, documents. Pure.

The fields are those of Anexo 22's instructivo, blocks “cuentas aduaneras y cuentas aduaneras de garantía (nivel pedimento)”,
“compensaciones” and “documentos que amparan las formas de pago distintas a efectivo” (docs/sources.md).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory.customs.pedimento_number import SEPARATORS
from inventory.customs.reader import Reader
from inventory.units import MONEY_SCALE

MOST = 500  # of one kind on a pedimento


@dataclass(frozen=True)
class CustomsAccountDraft:
    """A deposit in a customs account or a customs guarantee account, by its constancia."""

    path: str
    account_kind: str
    guarantee_kind: str
    issuer: str
    contract_number: str
    folio: str
    amount_mxn: Decimal
    issued_on: date


@dataclass(frozen=True)
class OffsetDraft:
    """An amount in one's favour of another pedimento, set off against what this one owes (compensación)."""

    path: str
    original_number: str
    original_paid_on: date
    code: str
    amount_mxn: Decimal


@dataclass(frozen=True)
class PaymentDocumentDraft:
    """A document behind a payment form other than cash: a bond, a charge to the budget, a certificate."""

    path: str
    payment_form: str
    issuer: str
    number: str
    issued_on: date
    amount_mxn: Decimal
    balance_mxn: Decimal
    payable_mxn: Decimal | None = None


def read_customs_accounts(reader: Reader) -> tuple[CustomsAccountDraft, ...]:
    """The deposits in customs accounts."""
    return tuple(
        CustomsAccountDraft(
            path=row.path,
            account_kind=row.text("account_kind", 1, required=True),
            guarantee_kind=row.text("guarantee_kind", 1, required=True),
            issuer=row.text("issuer", 2, required=True).lstrip("0"),
            contract_number=row.text("contract_number", 17, required=True, upper=True),
            folio=row.text("folio", 17, required=True, upper=True),
            amount_mxn=row.required_number("amount_mxn", MONEY_SCALE, positive=True),
            issued_on=row.required_day("issued_on"),
        )
        for row in reader.rows("customs_accounts", MOST)
    )


def read_offsets(reader: Reader) -> tuple[OffsetDraft, ...]:
    """The offsets; the number of the other pedimento without what parts its digits."""
    return tuple(
        OffsetDraft(
            path=row.path,
            original_number=SEPARATORS.sub("", row.text("original_number", 30, required=True)),
            original_paid_on=row.required_day("original_paid_on"),
            code=row.text("code", 3, required=True),
            amount_mxn=row.required_number("amount_mxn", MONEY_SCALE, positive=True),
        )
        for row in reader.rows("offsets", MOST)
    )


def read_payment_documents(reader: Reader) -> tuple[PaymentDocumentDraft, ...]:
    """The documents behind payment forms other than cash."""
    return tuple(
        PaymentDocumentDraft(
            path=row.path,
            payment_form=row.text("payment_form", 2, required=True),
            issuer=row.text("issuer", 120, required=True),
            number=row.text("number", 40, required=True, upper=True),
            issued_on=row.required_day("issued_on"),
            amount_mxn=row.required_number("amount_mxn", MONEY_SCALE, positive=True),
            balance_mxn=row.required_number("balance_mxn", MONEY_SCALE),
            payable_mxn=row.number("payable_mxn", MONEY_SCALE, positive=True),
        )
        for row in reader.rows("payment_documents", MOST)
    )
