"""What the shelf has more or less than the customs books: recorded, never repaired in silence."""

from datetime import date, datetime
from decimal import Decimal

from inventory.customs.models import StockDifference
from inventory.findings import services as findings
from inventory.ledger.models import Account
from inventory.parties.scope import Actor
from inventory.places.models import SiteAuthorisation


def record_difference(
    *, account: Account, quantity: Decimal, origin: str, document: str, found_on: date, at: datetime, actor: Actor
) -> StockDifference | None:
    """Record that a document found so much more (+) or less (−) than the customs books say; None when nothing differs.

    The customs balance does not change: a shortage needs R1, A3 or an acta (mexico.md §3.8). A finding asks for it.
    """
    if quantity == 0:
        return None
    difference, created = StockDifference.objects.get_or_create(
        account=account,
        document=document,
        defaults={
            "quantity": quantity,
            "origin": origin,
            "found_on": found_on,
            "recorded_at": at,
            "actor_label": actor.label,
        },
    )
    if created:
        findings.raise_finding(
            code="stock_shortage" if quantity < 0 else "stock_overage",
            subject=f"difference/{difference.pk}",
            client=account.client_id,
            site_code=_site_code(account),
            context={"sku": account.item.sku, "quantity": quantity, "document": document},
            at=at,
        )
    return difference


def _site_code(account: Account) -> str:
    """The code of the one site where goods of the account's authorisation are held."""
    held = SiteAuthorisation.objects.filter(authorisation=account.authorisation_id)
    return held.values_list("site__code", flat=True).first() or ""


def resolve_difference(*, difference: StockDifference, resolution: str, at: datetime, actor: Actor) -> StockDifference:
    """Close a difference that a document of law has explained, and its finding."""
    if difference.resolved_at is None:
        difference.resolved_at, difference.resolution = at, resolution
        difference.save(update_fields=["resolved_at", "resolution"])
        code = "stock_shortage" if difference.quantity < 0 else "stock_overage"
        findings.resolve(code=code, subject=f"difference/{difference.pk}", at=at, actor=actor, resolution=resolution)
    return difference
