"""Which rows leave a trail when they change, field by field, and which of their fields stay out of it.

Models are named by label, so that this topic needs none of those above it. The books themselves (postings, legs,
discharges) are append-only and their own trail. Saves and deletions are heard of by signal; bulk writes leave their
trail by the queryset (`watched.py`). Only the raw statements of `inventory/statements.py` pass unseen.
"""

from auditlog.registry import auditlog
from django.apps import apps

from inventory.audit.watched import watch

AUDITED = (
    "User", "Membership", "OperatorCompany", "Client", "Authorisation", "Broker", "Carrier", "ApiKey",
    "Item", "BillOfMaterials", "BomLine",
    "Site", "SiteAuthorisation", "SiteAssignment", "Location", "Lane", "Market",
    "ClaveEffect", "PermanenceRule", "RateParameter", "Requirement", "UnitConversion", "DocumentKey", "Regime", "ExchangeRate",
    "NonBusinessDay", "UnitOfMeasure", "CustomsOffice", "CustomsSection", "Country", "Currency", "ListedCode",
    "Identifier", "TariffCode", "HtsCode", "PatentNumber", "LoadedList",
    "Pedimento", "PedimentoLine", "PedimentoSubline", "Contribution", "PedimentoIdentifier", "PedimentoInvoice",
    "PedimentoWaybill", "PedimentoContainer", "PedimentoSeal", "PedimentoVehicle", "PedimentoPayment",
    "PedimentoPermit", "PedimentoSerial", "PedimentoConsignee", "PedimentoRemesaNotice", "PedimentoCustomsAccount",
    "PedimentoOffset", "PedimentoPaymentDocument",
    "BondedLot", "BondedLotHold", "StockDifference", "LegalNotice", "Finding", "Lot", "Hold",
    "DemandRecord", "CustomerOrderLine", "PlacementRun", "PlacementLevel", "LevelOverride", "PlannedEvent", "Recommendation",
    "Job", "Scenario",
)  # fmt: skip
OF_THE_WORK = (
    "Receipt", "ReceiptLine", "ReceiptSeal", "Shipment", "Delivery", "DeliveryLine", "MovementOrder", "BinMove",
    "CountSheet", "CountLine",
)  # fmt: skip
OF_THE_LOGIN = {"mfa": ("Authenticator",), "account": ("EmailAddress",)}

# What leaves no trail of its own, and why none is missing.
TOLD_OTHERWISE = {
    "Account": "client × regime × authorisation × item, never changed; its postings tell the rest",
    "Posting": "append-only, with its own who, when and why; its key finds from where (selectors.told_of)",
    "Leg": "append-only, part of its posting",
    "Balance": "the sum of its legs, added up anew every night",
    "Reservation": "part of a document, whose every step leaves a trail",
    "Discharge": "append-only, with its own who, when and why; its key finds from where (selectors.told_of)",
    "LotCorrection": "append-only, with its own who, when and why",
    "ClockChange": "append-only, with its own who, when and why",
    "Milestone": "append-only, with its own who, when and source",
    "LeadTimeStat": "learned anew every night from shipments and receipts, whose every step leaves a trail",
    "PlacementInput": "append-only, part of its run, which leaves a trail",
    "PlacementPart": "passing work of a job, which leaves a trail; it goes when the run is published",
    "BacktestResult": "append-only, written once by a job that leaves its own trail",
    "BacktestInput": "append-only, part of its back-test",
    "ScenarioResult": "append-only, written once by a job that leaves its own trail",
    "AuditSeal": "append-only, the seal of the trail itself",
    "IdempotentRequest": "a stored answer, forgotten after some days",
    "Heartbeat": "the pulse of a process",
    "ShipmentLine": "part of a shipment: split, picked and cleared by its steps, each of which leaves a trail",
    "MovementOrderLine": "part of an order, written with it and never changed",
}

# Rows made many at once, by a document or a file whose own row of the trail tells of all of them. An edit or a
# deletion of one leaves its own.
MADE_BY = {
    "Lot": "Posting", "BondedLot": "Receipt", "ReceiptLine": "Receipt", "DeliveryLine": "Delivery",
    "CountLine": "CountSheet", "PlacementLevel": "PlacementRun", "Recommendation": "PlacementRun",
    "DemandRecord": "its import, or the order lines it sums",
    **dict.fromkeys(
        ("PedimentoLine", "PedimentoSubline", "Contribution", "PedimentoIdentifier", "PedimentoInvoice",
         "PedimentoWaybill", "PedimentoContainer", "PedimentoSeal", "PedimentoVehicle", "PedimentoPayment",
         "PedimentoPermit", "PedimentoSerial", "PedimentoConsignee", "PedimentoRemesaNotice", "PedimentoCustomsAccount",
         "PedimentoOffset", "PedimentoPaymentDocument"), "Pedimento"
    ),
    **dict.fromkeys(
        ("ClaveEffect", "PermanenceRule", "RateParameter", "Requirement", "UnitConversion", "DocumentKey", "Regime", "ExchangeRate",
         "NonBusinessDay", "UnitOfMeasure", "CustomsOffice", "CustomsSection", "Country", "Currency", "ListedCode",
         "Identifier", "TariffCode", "HtsCode", "PatentNumber"), "LoadedList"
    ),
}  # fmt: skip

# Noise; what append-only rows carry along; and what nobody may read: a key's hash opens doors to whoever can make one
# collide with a leak.
UNRECORDED = {
    "User": {"last_login"},
    "ApiKey": {"secret_hash", "last_used_on"},
    "PlacementLevel": {"footing"},
    "Authenticator": {"last_used_at"},
    "BondedLot": {
        "remaining", "remaining_tariff", "remaining_value_mxn", "declared", "declared_tariff", "declared_value_mxn",
    },
    "Job": {
        "state", "done", "total", "stage", "attempts", "lease_until", "not_before", "runner", "result", "result_file",
        "error_code", "error_message", "started_at", "finished_at",
    },
}  # fmt: skip
HIDDEN = {"User": ["password"], "Authenticator": ["data"]}


def register() -> None:
    """Switch the trail on. Called once, when Django is ready."""
    for app, names in {"inventory": AUDITED, "warehouse": OF_THE_WORK, **OF_THE_LOGIN}.items():
        for name in names:
            _register(app, name)


def mask(value: str) -> str:
    """What a hidden field shows of its value: that it was set, and nothing more."""
    return "•••" if value and value != "None" else ""


def _register(app: str, name: str) -> None:
    """Record every concrete field: reverse relations would put manager objects into the trail."""
    model = apps.get_model(app, name)
    unrecorded = UNRECORDED.get(name, set())
    recorded = [field.name for field in model._meta.concrete_fields if field.name not in unrecorded]
    auditlog.register(
        model,
        include_fields=recorded,
        mask_fields=HIDDEN.get(name),
        mask_callable="inventory.audit.registry.mask",
    )
    watch(model, recorded, is_told_elsewhere=name in MADE_BY)
