"""Which rows leave a trail when they change, field by field, and which of their fields stay out of it.

Models are named by label, so that this topic needs none of those above it. The books themselves (postings, legs,
discharges) are append-only and their own trail. Bulk writes pass unseen: services must not use them on these models.
"""

from auditlog.registry import auditlog
from django.apps import apps

AUDITED = (
    "User", "Membership", "OperatorCompany", "Client", "Authorisation", "Broker", "Carrier", "ApiKey",
    "Item", "BillOfMaterials", "BomLine",
    "Site", "SiteAuthorisation", "SiteAssignment", "Location", "Lane", "Market",
    "ClaveEffect", "PermanenceRule", "RateParameter", "UnitConversion", "DocumentKey", "Regime", "ExchangeRate",
    "NonBusinessDay",
    "Pedimento", "BondedLotHold", "StockDifference", "LegalNotice", "Finding",
)  # fmt: skip
OF_THE_WORK = ("Receipt", "Shipment", "MovementOrder", "CountSheet")

# Noise, and what nobody may read: a key's hash opens doors to whoever can make one collide with a leak.
UNRECORDED = {"User": {"last_login"}, "ApiKey": {"secret_hash", "last_used_on"}}
HIDDEN = {"User": ["password"]}


def register() -> None:
    """Switch the trail on. Called once, when Django is ready."""
    for name in AUDITED:
        _register("inventory", name)
    for name in OF_THE_WORK:
        _register("warehouse", name)


def mask(value: str) -> str:
    """What a hidden field shows of its value: that it was set, and nothing more."""
    return "•••" if value and value != "None" else ""


def _register(app: str, name: str) -> None:
    """Record every concrete field: reverse relations would put manager objects into the trail."""
    model = apps.get_model(app, name)
    unrecorded = UNRECORDED.get(name, set())
    auditlog.register(
        model,
        include_fields=[field.name for field in model._meta.concrete_fields if field.name not in unrecorded],
        mask_fields=HIDDEN.get(name),
        mask_callable="inventory.audit.registry.mask",
    )
