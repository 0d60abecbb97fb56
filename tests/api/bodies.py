"""A body for every write of the API that names the tenant's own things: (what the URL names, what the body says)."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.builders import pedimento_number
from tests.scenarios import world


def _declaration(t):
    lines = [{"sku": t.item.sku, "quantity": 1, "value": 1000, "batch": f"{t.mark}-B1"}]
    data = world.declaration(pedimento_number(), t.entry.site, t.own_authorisation, lines, rectifies=t.entry.number)
    return world.with_everything(data, t.mark)


def _upload(t, content):
    """How a file of the tenant is handed in."""

    def upload(caller, url, key=None, **fields):
        return caller.upload(url, {"file": SimpleUploadedFile(f"{t.mark}.csv", content.encode()), **fields}, key)

    return upload


def _file(t):
    return _upload(t, f"sku,market,date,quantity\n{t.item.sku},tx,2026-03-02,5\n")


def _orders(t):
    return _upload(t, f"order,line,sku,market,requested_on,quantity\n{t.mark}-PO,7,{t.item.sku},tx,2026-03-02,5\n")


def _reason(t):
    return {"reason": f"{t.mark} motivo"}


def _nothing(_t):
    return {}


_ITEM = {"description": "Rueda", "stock_unit": "6", "tariff_code": "8302200100", "origin_country": "CHN"}
_SCENARIO = {"schema": "placement-scenario/1", "changes": [{"kind": "duty", "delta": -0.05}]}
_LINES = [{"line": 1, "good": "1"}]
_at = "2026-03-20T11:00:00-06:00"

# The URLs of a step name the draft: it is the one that may still go on.
_entry, _spare, _draft = (lambda t: t.entry.number), (lambda t: t.spare.number), (lambda t: t.draft.number)
_receipt, _order = (lambda t: t.receipt.number), (lambda t: t.order.number)

BODIES = {
    "post items": (None, lambda t: {**_ITEM, "sku": t.item.sku}),
    "patch item": (lambda t: t.item.sku, lambda t: {"description": f"{t.mark} otra"}),
    "post pedimentos": (None, _declaration),
    "post pay_pedimento": (_entry, lambda t: {"paid_on": "2026-03-03"}),
    "post clear_pedimento": (_entry, lambda t: {"cleared_at": _at}),
    "post record_remesa": (
        _entry,
        lambda t: {"remesa": 1, "number": f"{t.mark}-AV1", "issued_on": "2026-03-02"},
    ),
    "post close_pedimento": (_entry, lambda t: {"closed_on": "2026-03-03", "paid_on": "2026-03-03"}),
    "post withdraw_pedimento": (_spare, _reason),
    "post apply_rectification": (_entry, _nothing),
    "post close_notice": (lambda t: t.notice.pk, lambda t: {"acknowledgement": f"{t.mark}-ACK"}),
    "post receipts": (None, lambda t: {"pedimento": t.entry.number}),
    "post arrive_receipt": (_receipt, lambda t: {"arrived_at": _at, "dock": "ANDEN-RFS"}),
    "post count_receipt": (_receipt, lambda t: {"lines": [{"id": t.receipt.lines.first().pk, "good": "1"}]}),
    "post close_receipt": (_receipt, _nothing),
    "post cancel_receipt": (_receipt, _nothing),
    "post movement_orders": (
        None,
        lambda t: {"origin": "slp", "destination": "dallas", "lines": [{"sku": t.item.sku, "quantity": "1"}]},
    ),
    "post cancel_movement_order": (_order, _nothing),
    "post shipments": (
        None,
        lambda t: {"origin": "slp", "destination": "dallas", "lines": [{"sku": t.item.sku, "quantity": "1"}]},
    ),
    "post reserve_shipment": (_draft, _nothing),
    "post pick_shipment": (_draft, lambda t: {"dock": "ANDEN-RFS"}),
    "post assign_pedimento": (_draft, lambda t: {"pedimento": t.spare.number}),
    "post dispatch_shipment": (_draft, lambda t: {"seal": "X"}),
    "post reverse_shipment": (_draft, _reason),
    "post cancel_shipment": (_draft, _nothing),
    "post record_milestone": (
        lambda t: t.shipment.number,
        lambda t: {"code": "ARR_DC", "occurred_at": _at, "event_id": f"{t.mark}-1"},
    ),
    "post deliveries": (None, lambda t: {"shipment": t.shipment.number, "received_at": _at, "lines": _LINES}),
    "post demand": (
        None,
        lambda t: {"rows": [{"sku": t.item.sku, "market": "tx", "date": "2026-03-02", "quantity": "5"}]},
    ),
    "post demand_orders": (
        None,
        lambda t: {
            "lines": [
                {
                    "order": f"{t.mark}-9",
                    "line": 1,
                    "sku": t.item.sku,
                    "market": "tx",
                    "requested_on": "2026-03-11",
                    "quantity": "5",
                    "shipped": "2",
                },
            ]
        },
    ),
    "post placement_runs": (None, lambda t: {"as_of": "2026-03-02"}),
    "post level_overrides": (
        None,
        lambda t: {"sku": t.item.sku, "site": "dallas", "value": "15", "until": "2026-04-30", **_reason(t)},
    ),
    "post end_override": (lambda t: t.override.pk, _nothing),
    "post planned_events": (
        None,
        lambda t: {"kind": "tariff", "sku": t.item.sku, "first_day": "2026-04-01", "value": "0.35", **_reason(t)},
    ),
    "post end_event": (lambda t: t.event.pk, _nothing),
    "post scenarios": (None, lambda t: {**_SCENARIO, "name": f"{t.mark} cheaper"}),
    "patch scenario": (lambda t: t.draft_scenario.pk, lambda t: {"name": f"{t.mark} otra"}),
    "post delete_scenario": (lambda t: t.draft_scenario.pk, _nothing),
    "post scenario_results": (None, lambda t: {"scenarios": [t.scenario.pk]}),
    "post accept_recommendation": (lambda t: t.recommendation.pk, lambda t: {"quantity": "6"}),
    "post accept_recommendations": (None, lambda t: {"recommendations": [t.recommendation.pk]}),
    "post refuse_recommendation": (lambda t: t.recommendation.pk, _reason),
    "post demand_imports": (None, _file),
    "post order_imports": (None, _orders),
}
