"""The nightly proof: re-add everything, compare, and leave findings. Nothing is ever repaired here."""

from collections.abc import Iterator
from datetime import datetime

from inventory.audit import services as audit
from inventory.customs import reconcile as customs_books
from inventory.findings import services as findings
from inventory.ledger import reconcile as physical_books
from inventory.ledger.reconcile import Difference

MOST_FINDINGS = 500
AUDIT_CHAIN = "21_audit_chain"


def verify_books() -> Iterator[Difference]:
    """Every difference in the physical books, the customs books and the audit chain."""
    yield from physical_books.differences()
    yield from customs_books.differences()
    proof = audit.verify()
    if not proof.holds:
        yield Difference(AUDIT_CHAIN, f"{proof.broken_on}", "as sealed", proof.table)


def report(*, at: datetime) -> int:
    """Leave a finding for each difference (at most 500), and return how many there were."""
    count = 0
    for count, difference in enumerate(verify_books(), start=1):
        if count <= MOST_FINDINGS:
            is_chain = difference.check == AUDIT_CHAIN
            findings.raise_finding(
                code="audit_chain_broken" if is_chain else "books_differ",
                subject=f"{difference.check}/{difference.subject}"[:120],
                context={
                    "check": difference.check,
                    "subject": difference.subject,
                    "computed": difference.expected,
                    "stored": difference.found,
                    **({"day": difference.subject, "table": difference.found} if is_chain else {}),
                },
                at=at,
            )
    return count
