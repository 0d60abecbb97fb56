"""Builders: each makes one valid thing and lets the test state only what it is about."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from inventory.customs.models import BondedLot
from inventory.customs.pedimento_models import Pedimento, PedimentoLine, PedimentoSubline
from inventory.models import (
    Account,
    ApiKey,
    Authorisation,
    Broker,
    Client,
    Item,
    Lane,
    Location,
    Lot,
    Membership,
    OperatorCompany,
    Site,
    SiteAuthorisation,
    User,
)
from inventory.parties.scope import Actor

NOON = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)
ACTOR = Actor(label="tester")
_number = count(1)


def make_client(code: str | None = None, **values: Any) -> Client:
    code = code or f"client-{next(_number)}"
    return Client.objects.create(code=code, **{"name": code.title(), "rfc": "EKU9003173C9", **values})


def make_user(
    username: str | None = None,
    role: str | None = None,
    client: Client | None = None,
    **values: Any,
) -> User:
    username = username or f"user-{next(_number)}"
    user = User.objects.create_user(username, f"{username}@example.com", "correct horse battery", **values)
    if role:
        Membership.objects.create(user=user, role=role, client=client)
    return user


def make_site(code: str | None = None, kind: str = Site.Kind.BONDED, **values: Any) -> Site:
    code = code or f"site-{next(_number)}"
    defaults = {
        "name": code.upper(),
        "country": "USA" if kind == Site.Kind.US_DC else "MEX",
        "latitude": 22.15,
        "longitude": -100.98,
        "time_zone": "America/Chicago" if kind == Site.Kind.US_DC else "America/Mexico_City",
    }
    return Site.objects.create(code=code, kind=kind, **{**defaults, **values})


def make_lane(origin: Site | None = None, destination: Site | None = None, **values: Any) -> Lane:
    """A road by truck that states a lead time of one week, sometimes two."""
    defaults: dict[str, Any] = {
        "transit_hours_p50": 60,
        "transit_hours_p80": 90,
        "lead_weeks": {"values": [1, 2], "probs": [0.85, 0.15]},
    }
    return Lane.objects.create(
        origin=origin or make_site(),
        destination=destination or make_site(kind=Site.Kind.US_DC),
        **{**defaults, **values},
    )


def make_location(
    site: Site | None = None,
    regime: str = "RFS",
    kind: str = Location.Kind.STORAGE,
    **values: Any,
) -> Location:
    is_virtual = kind in Location.VIRTUAL_KINDS
    defaults = {
        "code": f"L-{next(_number)}",
        "is_virtual": is_virtual,
        "regime": "" if is_virtual else regime,
    }
    return Location.objects.create(site=site or make_site(), kind=kind, **{**defaults, **values})


def make_authorisation(
    regime: str = "RFS",
    client: Client | None = None,
    site: Site | None = None,
    **values: Any,
) -> Authorisation:
    """An authorisation linked to its site; held by `client` when given, else by the operator company."""
    holder: dict[str, Any] = {"client": client}
    if client is None:
        company, _created = OperatorCompany.objects.get_or_create(
            rfc="SAT970701NN3", defaults={"name": "Recinto Potosino"}
        )
        holder = {"operator": company}
    defaults = {"number": f"{regime}-{next(_number)}", "valid_from": date(2020, 1, 1)}
    authorisation = Authorisation.objects.create(regime=regime, **{**defaults, **holder, **values})
    SiteAuthorisation.objects.create(site=site or make_site(), authorisation=authorisation)
    return authorisation


def make_item(client: Client | None = None, sku: str | None = None, **values: Any) -> Item:
    defaults: dict[str, Any] = {
        "description": "Rueda",
        "stock_unit": "6",
        "commercial_unit": "6",
        "tariff_unit": "6",
        "tariff_code": "8302200100",
        "origin_country": "CHN",
        "unit_value_usd": Decimal("12.5"),
        "weight_kg": Decimal("0.5"),
        "volume_m3": Decimal("0.004"),
    }
    return Item.objects.create(
        client=client or make_client(),
        sku=sku or f"SKU-{next(_number)}",
        **{**defaults, **values},
    )


def make_account(
    item: Item | None = None,
    regime: str = "RFS",
    authorisation: Authorisation | None = None,
) -> Account:
    item = item or make_item()
    if regime not in ("IMD", "EXD") and authorisation is None:
        authorisation = make_authorisation(regime)
    account, _created = Account.objects.get_or_create(
        client=item.client, regime=regime, authorisation=authorisation, item=item
    )
    return account


def make_lot(account: Account | None = None, batch: str = "", **values: Any) -> Lot:
    return Lot.objects.create(account=account or make_account(), batch=batch, **values)


def make_broker(patente: str = "3456") -> Broker:
    broker, _created = Broker.objects.get_or_create(patente=patente, defaults={"name": f"Agencia {patente}"})
    return broker


def pedimento_number(serial: int | None = None, year: int = 26, office: str = "24", patente: str = "3456") -> str:
    """A valid 15-digit number: the ninth digit is the year's last."""
    return f"{year:02d}{office}{patente}{year % 10}{serial or next(_number):06d}"


def make_pedimento(
    client: Client | None = None,
    site: Site | None = None,
    authorisation: Authorisation | None = None,
    **values: Any,
) -> Pedimento:
    client = client or make_client()
    site = site or (authorisation.site_link.site if authorisation else make_site())
    defaults: dict[str, Any] = {
        "number": pedimento_number(),
        "operation": "IMP",
        "document_key": "M3",
        "regime": "RFS",
        "effect": Pedimento.Effect.INBOUND,
        "state": Pedimento.State.PAID,
        "customs_section": "240",
        "fx_rate": Decimal("18.25"),
        "value_usd": Decimal(1000),
        "customs_value_mxn": Decimal(0),
        "price_paid_mxn": Decimal(0),
        "paid_on": TODAY,
        "entered_on": TODAY,
        "recorded_at": NOON,
    }
    return Pedimento.objects.create(client=client, site=site, authorisation=authorisation, **{**defaults, **values})


def make_subline(pedimento: Pedimento, item: Item, quantity: Decimal | int, **values: Any) -> PedimentoSubline:
    """A line with one subline, in which stock, commercial and tariff units are the same."""
    quantity = Decimal(quantity)
    value = Decimal(values.pop("value", round(quantity * 10, 2)))
    tariff = Decimal(values.pop("tariff_quantity", quantity))
    line = PedimentoLine.objects.create(
        pedimento=pedimento,
        seq=values.pop("seq", pedimento.lines.count() + 1),
        tariff_code=item.tariff_code[:8],
        nico=item.tariff_code[8:],
        description=item.description,
        commercial_unit=item.commercial_unit,
        commercial_quantity=quantity,
        tariff_unit=item.tariff_unit,
        tariff_quantity=tariff,
        origin_country=item.origin_country,
        customs_value_mxn=value,
        price_paid_mxn=value,
    )
    pedimento.customs_value_mxn += value
    pedimento.price_paid_mxn += value
    pedimento.save(update_fields=["customs_value_mxn", "price_paid_mxn"])
    return PedimentoSubline.objects.create(
        line=line,
        item=item,
        quantity=quantity,
        commercial_quantity=quantity,
        tariff_quantity=tariff,
        customs_value_mxn=value,
        **values,
    )


def make_bonded_lot(account: Account | None = None, remaining: Decimal | int = 50, **values: Any) -> BondedLot:
    """An open bonded lot with its pedimento and subline, as `customs.open_bonded_lots` would leave it."""
    account = account or make_account()
    day = values.pop("day", TODAY)
    subline = values.pop("subline", None) or make_subline(
        make_pedimento(
            client=account.client,
            authorisation=account.authorisation,
            paid_on=day,
            entered_on=day,
        ),
        account.item,
        remaining,
        **{key: values.pop(key) for key in ("value", "tariff_quantity") if key in values},
    )
    opening = {
        "goods": BondedLot.Goods.FOREIGN,
        "quantity": subline.quantity,
        "tariff_quantity": subline.tariff_quantity,
        "value_mxn": subline.customs_value_mxn,
        "remaining": subline.quantity,
        "remaining_tariff": subline.tariff_quantity,
        "remaining_value_mxn": subline.customs_value_mxn,
        "declared": subline.quantity,
        "declared_tariff": subline.tariff_quantity,
        "declared_value_mxn": subline.customs_value_mxn,
        "legal_date": day,
        "available_from": day,
        "recorded_at": NOON,
        "clock_start": day,
        "stay_limit_code": "RFS-60M",
        "must_leave_by": day.replace(year=day.year + 5),
        "legal_deadline": day.replace(year=day.year + 5),
        "paid_on": day,
        "pedimento_number": subline.line.pedimento.number,
        "line_seq": subline.line.seq,
    }
    return BondedLot.objects.create(account=account, subline=subline, **{**opening, **values})


def make_outbound_line(account: Account, quantity: Decimal | int, **values: Any) -> PedimentoLine:
    """A line of a paid outbound pedimento (J4 unless told otherwise) that clears this much of the account's item."""
    defaults = {
        "operation": "EXP",
        "document_key": "J4",
        "regime": "EXD",
        "effect": Pedimento.Effect.OUTBOUND,
    }
    pedimento = make_pedimento(
        client=account.client,
        authorisation=account.authorisation,
        **{**defaults, **values},
    )
    return make_subline(pedimento, account.item, quantity).line


def make_api_key_row(client: Client, **values: Any) -> ApiKey:
    """A key's row with a known hash of nothing in particular, for tests that need a key to exist, not to open doors."""
    defaults = {
        "name": "key",
        "prefix": f"p{next(_number)}",
        "secret_hash": "0" * 64,
        "created_at": NOON,
    }
    return ApiKey.objects.create(client=client, **{**defaults, **values})
