"""A small world to tell scenarios in: the law loaded, a client with goods, and each step of the trade as one call."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from inventory.customs import services as customs
from inventory.customs.models import BondedLot
from inventory.customs.pedimento_models import Pedimento
from inventory.models import Account, Location, Site, TariffCode
from inventory.parties.scope import Actor, ClientScope
from inventory.places.services import open_site
from tests.builders import make_broker, make_item
from tests.scenarios.law import load_lists
from warehouse.counting import services as counting
from warehouse.counting.models import CountSheet
from warehouse.receiving import services as receiving
from warehouse.shipping import services as shipping

ACTOR = Actor(label="operadora")
OTHER = Actor(label="supervisor")
SEES_ALL = ClientScope.everyone()
MEXICO = ZoneInfo("America/Mexico_City")
TARIFF_CODES = {"8302200100": "6", "7408110100": "1", "8503009999": "1", "8501100100": "6"}


def load_law() -> None:
    """The code lists a declaration is checked against, and the few tariff codes these scenarios use."""
    load_lists()
    make_broker("3456")
    TariffCode.objects.bulk_create(
        [
            TariffCode(code=code, description=code, unit_code=unit, valid_from=date(2020, 1, 1))
            for code, unit in TARIFF_CODES.items()
        ]
    )


def at(day: str, hour: int = 12, zone: ZoneInfo = MEXICO) -> datetime:
    """A moment of a day in Mexico City."""
    year, month, dom = map(int, day.split("-"))
    return datetime(year, month, dom, hour, tzinfo=zone)


def make_zone(code: str = "slp", regime: str = "RFS", **values) -> Site:
    """A bonded zone with a dock and a shelf for goods of one regime."""
    site = open_site(
        **{
            "code": code,
            "name": code.upper(),
            "kind": Site.Kind.BONDED,
            "country": "MEX",
            "latitude": 22.15,
            "longitude": -100.98,
            "time_zone": "America/Mexico_City",
            **values,
        }
    )
    add_locations(site, regime)
    return site


def add_locations(site: Site, regime: str) -> None:
    """A dock and a shelf for goods of one regime."""
    Location.objects.create(site=site, code=f"ANDEN-{regime}", kind=Location.Kind.DOCK, regime=regime)
    Location.objects.create(site=site, code=f"A-01-{regime}", kind=Location.Kind.STORAGE, regime=regime)


def make_dc(code: str = "dallas") -> Site:
    """A US distribution center with a shelf."""
    site = open_site(
        code=code,
        name="Dallas DC",
        kind=Site.Kind.US_DC,
        country="USA",
        latitude=32.78,
        longitude=-96.8,
        time_zone="America/Chicago",
    )
    Location.objects.create(site=site, code="D-01", kind=Location.Kind.STORAGE, regime="EXD")
    return site


def make_consignee(code: str = "consignee") -> Site:
    """Somebody in Mexico, or another warehouse, that goods are handed to."""
    return open_site(
        code=code,
        name="Consignee",
        kind=Site.Kind.CONSIGNEE,
        country="MEX",
        latitude=19.4,
        longitude=-99.1,
        time_zone="America/Mexico_City",
    )


def declaration(number: str, site: Site, authorisation, lines: list[dict], **header) -> dict:
    """What a person types for a pedimento. `lines` give sku, quantity and value; the rest follows."""
    value = sum(int(line["value"]) for line in lines)
    return {
        "number": number,
        "operation": "IMP",
        "document_key": "M3",
        "regime": "RFS",
        "authorisation": authorisation.number,
        "site": site.code,
        "customs_section": "240",
        "fx_rate": "18.25",
        "value_usd": "1000",
        "customs_value_mxn": str(value),
        "price_paid_mxn": str(value),
        "lines": [_line(line) for line in lines],
        **header,
    }


def _line(line: dict) -> dict:
    tariff = line.get("tariff_code", "8302200100")
    unit = line.get("unit", "6")
    return {
        "sku": line["sku"],
        "tariff_code": tariff,
        "description": line["sku"],
        "commercial_unit": unit,
        "commercial_quantity": str(line["quantity"]),
        "tariff_unit": line.get("tariff_unit", unit),
        "tariff_quantity": str(line.get("tariff_quantity", line["quantity"])),
        "origin_country": "CHN",
        "customs_value_mxn": str(line["value"]),
        "price_paid_mxn": str(line["value"]),
        **{
            key: line[key] for key in ("source_number", "source_seq", "batch", "serial", "contributions") if key in line
        },
    }


def with_everything(data: dict, mark: str = "ABCD") -> dict:
    """A declaration (of import, one line or more) with every field and block that Anexo 22 has for it, marked in its texts.

    It is not consolidated, so it has no notices of remesas. Of the customs value of each line 150 pesos are freight,
    insurance and the like, less deductions.
    """
    value, count = int(data["customs_value_mxn"]), len(data["lines"])
    paid = data.get("paid_on") or "2026-03-02"
    return {
        **data,
        "entry_section": "240", "transport_mode": "7", "arrival_mode": "1", "departure_mode": "7",
        "destination_zone": "9", "gross_kg": "120.5", "packages": 3, "marks": f"{mark} 1/3",
        "price_paid_mxn": str(value - 150 * count), "inc_freight_mxn": str(100 * count),
        "inc_insurance_mxn": str(40 * count), "inc_packing_mxn": str(20 * count), "inc_other_mxn": str(10 * count),
        "insured_value_mxn": str(value * 2), "dec_transport_mxn": str(5 * count), "dec_insurance_mxn": str(4 * count),
        "dec_loading_mxn": str(3 * count), "dec_unloading_mxn": str(2 * count), "dec_other_mxn": str(6 * count),
        "presented_on": "2026-03-01", "extracted_on": "2026-03-01", "foreign_import_on": "2026-02-28",
        "rfe_constancia": f"{mark}-C1", "cash_mxn": "10", "total_mxn": "10",
        "contributions": [{"code": "1", "payment_form": "0", "amount_mxn": "10", "rate": "0.008", "rate_type": "7"}],
        "identifiers": [{"code": "IR", "complement_1": mark, "complement_2": "2", "complement_3": "0051"}],
        "invoices": [{
            "number": f"{mark}-F1", "issued_on": "2026-02-20", "currency": "USD", "value": "10", "incoterm": "FCA",
            "cove": "COVE26ABC123", "supplier": mark, "supplier_tax_id": f"{mark}-TAX", "supplier_address": f"{mark} St 1",
            "is_related": True, "usd_factor": "1",
        }],
        "waybills": [{"number": f"{mark}-BL1", "kind": "M"}, {"number": f"{mark}-BL2", "kind": "H"}],
        "containers": [{"number": "CSQU3054383", "type_code": "3"}, {"number": f"{mark}R1", "type_code": "31"}],
        "seals": [{"number": f"{mark}1", "first_review": f"{mark}2", "second_review": f"{mark}3"}],
        "vehicles": [{"identification": f"{mark}77", "country": "USA", "carrier": mark, "carrier_rfc": "EKU9003173C9"}],
        "payments": [{
            "capture_line": f"{mark:0<20}"[:20], "amount_mxn": "10", "payment_form": "0", "bank": mark,
            "operation_number": "12345678901234", "paid_on": paid,
        }],
        "consignees": [{"name": f"{mark} Consignee", "tax_id": f"{mark}-ID", "address": f"{mark} Ave 2"}],
        "customs_accounts": [{
            "account_kind": "0", "guarantee_kind": "1", "issuer": "2", "contract_number": f"{mark}-K1",
            "folio": f"{mark}-FOLIO", "amount_mxn": "500.5", "issued_on": "2026-02-27",
        }],
        "offsets": [{
            "original_number": "252434565000777", "original_paid_on": "2025-12-01", "code": "6", "amount_mxn": "70",
        }],
        "payment_documents": [{
            "payment_form": "2", "issuer": f"{mark} Afianzadora", "number": f"{mark}-BOND", "issued_on": "2026-02-26",
            "amount_mxn": "900", "balance_mxn": "800", "payable_mxn": "300",
        }],
        "lines": [{
            **line, "price_paid_mxn": str(int(line["customs_value_mxn"]) - 150), "seller_country": "USA",
            "relationship": "1", "brand": mark, "model": f"{mark} M", "product_code": f"{mark}-PC",
            "identifiers": [{"code": "PS", "complement_1": mark, "complement_2": "R1", "complement_3": "X"}],
            "permits": [{"code": "C1", "number": f"{mark}-P1", "signature": f"{mark}-S", "value_usd": "9", "quantity": "5"}],
            "serials": [{"number": f"{mark}-NIV1", "kilometres": 12}, {"number": f"{mark}-NIV2", "kilometres": 0}],
        } for line in data["lines"]],
    }  # fmt: skip


def enter(client, data: dict, day: str) -> Pedimento:
    """Enter a declaration on a day."""
    return customs.enter_pedimento(client=client, data=data, at=at(day, 18), actor=ACTOR)


def bring_in(pedimento: Pedimento, day: str, counted: dict[str, Decimal] | None = None, *, hour: int = 9) -> None:
    """Receive a pedimento's goods on a day: everything good and as declared, unless `counted` says otherwise by SKU."""
    site, regime = pedimento.site, pedimento.authorisation.regime
    dock = Location.objects.get(site=site, code=f"ANDEN-{regime}")
    shelf = Location.objects.get(site=site, code=f"A-01-{regime}")
    receipt = receiving.expect(pedimento=pedimento, at=at(day, hour), actor=ACTOR)
    receipt = receiving.arrive(receipt=receipt, arrived_at=at(day, hour), dock=dock, at=at(day, hour), actor=ACTOR)
    counts = {
        line.pk: receiving.Count(
            good=Decimal((counted or {}).get(line.subline.item.sku, line.declared)), location=shelf
        )
        for line in receipt.lines.select_related("subline__item")
    }
    receipt = receiving.count(receipt=receipt, counts=counts, at=at(day, hour + 1), actor=ACTOR)
    for notice in pedimento.notices.filter(closed_at=None):
        customs.close_notice(notice=notice, acknowledgement="ACUSE-1", at=at(day, hour + 1), actor=ACTOR)
    receiving.close(receipt=receipt, at=at(day, hour + 2), actor=ACTOR)


def send_out(pedimento: Pedimento, destination: Site, items: dict, day: str):
    """Ship items (by item, quantity) under a paid outbound pedimento and dispatch them on a day; returns the shipment."""
    site, moment = pedimento.site, at(day, 15)
    wanted = [shipping.Wanted(item, Decimal(quantity)) for item, quantity in items.items()]
    shipment = shipping.draft(
        client=pedimento.client, origin=site, destination=destination, wanted=wanted, at=moment, actor=ACTOR
    )
    shipment = shipping.reserve(shipment=shipment, at=moment, actor=ACTOR)
    dock = Location.objects.get(site=site, code=f"ANDEN-{pedimento.authorisation.regime}")
    shipment = shipping.pick(shipment=shipment, dock=dock, at=moment, actor=ACTOR)
    shipment = shipping.assign_pedimento(shipment=shipment, pedimento=pedimento, at=moment, actor=ACTOR)
    return shipping.dispatch(shipment=shipment, at=moment, actor=ACTOR)


def take_count(shelf: Location, found: dict[Account, Decimal], day: str) -> CountSheet:
    """Count a shelf on a day: all as expected but for what was `found` of an account; recounted, approved and posted."""
    sheet = counting.open_sheet(site=shelf.site, locations=[shelf], at=at(day, 8), actor=ACTOR)
    lines = list(sheet.lines.select_related("lot__account"))
    counts = {line.pk: found.get(line.lot.account, line.expected) for line in lines}
    sheet = counting.record_counts(sheet=sheet, counts=counts, at=at(day, 9), actor=ACTOR)
    differing = {line.pk: counts[line.pk] for line in lines if counts[line.pk] != line.expected}
    sheet = counting.record_counts(sheet=sheet, counts=differing, at=at(day, 10), actor=OTHER)
    return counting.post_sheet(sheet=sheet, at=at(day, 11), actor=Actor(label="cumplimiento"))


def legal_balance(account: Account) -> Decimal:
    """What an account owes customs now."""
    return sum((lot.remaining for lot in BondedLot.objects.filter(account=account)), Decimal(0))


__all__ = [
    "ACTOR", "MEXICO", "OTHER", "SEES_ALL", "UTC", "add_locations", "at", "bring_in", "declaration", "enter",
    "legal_balance", "load_law", "make_consignee", "make_dc", "make_item", "make_zone", "send_out", "take_count",
    "timedelta", "with_everything",
]  # fmt: skip
