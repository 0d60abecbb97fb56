"""The form of a whole pedimento: a header and rows within rows, read into the nested data that the customs books take.

Rows are found by their names (`lines-0-sublines-2-sku`), so there is no counter to keep: a row that was taken out is a
gap. What the books refuse comes back by path (`lines[0].sublines[1].sku`) and is put on the field it was typed in.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from inventory.customs.draft import ADDITIONS, DEDUCTIONS, INSURED
from inventory.errors import DomainError, InvalidInput, InvalidInputs
from inventory.models import Client, Item, Pedimento, Site
from inventory.units import plain
from inventory.web.actions import said_of
from inventory.web.pedimento_forms import (
    BankPaymentPart,
    Choices,
    ContainerPart,
    ContributionPart,
    HeaderPart,
    IdentifierPart,
    InvoicePart,
    LinePart,
    Part,
    PermitPart,
    SealPart,
    SerialPart,
    SublinePart,
    VehiclePart,
    WaybillPart,
)
from inventory.web.pedimento_money_forms import (
    ConsigneePart,
    CustomsAccountPart,
    OffsetPart,
    PaymentDocumentPart,
    RemesaNoticePart,
)

MOST_ROWS = 500


@dataclass(frozen=True)
class Kind:
    """One kind of row: its form, what it may hold, how it is called."""

    form: type[Part]
    label: Any
    add: Any
    children: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()  # those of its children that stay folded until there is one


KINDS = {
    "lines": Kind(
        LinePart,
        _("Line"),
        _("Add a line"),
        ("sublines", "contributions", "identifiers", "permits", "serials"),
        ("permits", "serials"),
    ),
    "sublines": Kind(SublinePart, _("Part number"), _("Add a part number")),
    "contributions": Kind(ContributionPart, _("Contribution"), _("Add a contribution")),
    "identifiers": Kind(IdentifierPart, _("Identifier"), _("Add an identifier")),
    "invoices": Kind(InvoicePart, _("Invoice"), _("Add an invoice")),
    "waybills": Kind(WaybillPart, _("Waybill"), _("Add a waybill")),
    "containers": Kind(ContainerPart, _("Container"), _("Add a container")),
    "seals": Kind(SealPart, _("Customs seal"), _("Add a customs seal")),
    "vehicles": Kind(VehiclePart, _("Vehicle"), _("Add a vehicle")),
    "payments": Kind(BankPaymentPart, _("Payment"), _("Add a payment")),
    "consignees": Kind(ConsigneePart, _("Consignee"), _("Add a consignee")),
    "remesa_notices": Kind(RemesaNoticePart, _("Notice of a remesa"), _("Add a notice of a remesa")),
    "customs_accounts": Kind(CustomsAccountPart, _("Customs account"), _("Add a customs account")),
    "offsets": Kind(OffsetPart, _("Offset"), _("Add an offset")),
    "payment_documents": Kind(PaymentDocumentPart, _("Payment document"), _("Add a payment document")),
    "permits": Kind(PermitPart, _("Permit"), _("Add a permit")),
    "serials": Kind(SerialPart, _("Serial number"), _("Add a serial number")),
}
PAPERS = ("invoices", "contributions", "identifiers")
FOLDED = (
    (_("Waybills, containers, seals and vehicles"), ("waybills", "containers", "seals", "vehicles")),
    (_("Payment at the bank"), ("payments",)),
    (_("Consignees, and notices of remesas"), ("consignees", "remesa_notices")),
    (_("Customs accounts, offsets and documents of payment"), ("customs_accounts", "offsets", "payment_documents")),
)
TOP = ("lines", *PAPERS, *(name for _label, names in FOLDED for name in names))
# An item's own values stand in for what a line leaves empty.
FROM_ITEM = ("tariff_code", "description", "commercial_unit", "tariff_unit", "origin_country")


@dataclass
class Row:
    """A row of the form with the rows it holds."""

    kind: str
    prefix: str
    form: Part
    children: dict[str, list["Row"]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def label(self) -> Any:
        """What the row is called."""
        return KINDS[self.kind].label

    @property
    def position(self) -> int:
        """The number at the end of its name, from one."""
        return int(self.prefix.rsplit("-", 1)[1]) + 1

    @property
    def is_blank(self) -> bool:
        """True when neither it nor what it holds was filled in."""
        return self.form.is_blank and all(row.is_blank for rows in self.children.values() for row in rows)

    def groups(self) -> list["Group"]:
        """The kinds of rows it may hold, those that few need aside."""
        return self._groups(rare=False)

    def rare_groups(self) -> list["Group"]:
        """The kinds of rows that few need."""
        return self._groups(rare=True)

    def _groups(self, *, rare: bool) -> list["Group"]:
        chosen = {name: rows for name, rows in self.children.items() if (name in KINDS[self.kind].rare) is rare}
        return [Group(name, f"{self.prefix}-{name}", rows) for name, rows in chosen.items()]

    @property
    def shows_more(self) -> bool:
        """True when something of what few lines need is there to see."""
        return getattr(self.form, "uses_more", False) or any(group.is_open for group in self.rare_groups())

    def walk(self) -> Iterator["Row"]:
        """The row and all rows in it."""
        yield self
        for rows in self.children.values():
            for row in rows:
                yield from row.walk()


@dataclass
class Group:
    """Rows of one kind under one heading."""

    kind: str
    prefix: str
    rows: list[Row]

    @property
    def add(self) -> Any:
        """What the button that adds one says."""
        return KINDS[self.kind].add

    @property
    def is_open(self) -> bool:
        """True when there is something to see."""
        return bool(self.rows)


class Entry:
    """The form as it stands: typed (`source` is what was posted), or begun from nested data."""

    def __init__(self, choices: Choices, source: Any = None, begun: Mapping[str, Any] | None = None) -> None:
        self.choices, self.source = choices, source
        self.problems: list[str] = []
        self.header = HeaderPart(source, choices=choices, initial=dict(begun or {}))
        self.rows: dict[str, list[Row]] = {
            name: self._typed(name, name) if source is not None else self._begun(name, name, (begun or {}).get(name))
            for name in TOP
        }
        if not self.rows["lines"] and source is None:
            self.add("lines")

    # ── Rows ────────────────────────────────────────────────────────────────────────────────────

    def _row(self, kind: str, prefix: str, initial: Mapping[str, Any] | None = None) -> Row:
        form = KINDS[kind].form(self.source, prefix=prefix, choices=self.choices, initial=dict(initial or {}))
        return Row(kind, prefix, form)

    def _typed(self, kind: str, prefix: str) -> list[Row]:
        numbers = sorted(
            {int(found[1]) for name in self.source if (found := re.match(rf"{prefix}-(\d{{1,4}})-", name))}
        )
        rows = []
        for place in numbers[:MOST_ROWS]:
            row = self._row(kind, f"{prefix}-{place}")
            row.children = {name: self._typed(name, f"{row.prefix}-{name}") for name in KINDS[kind].children}
            rows.append(row)
        return rows

    def _begun(self, kind: str, prefix: str, data: Any) -> list[Row]:
        rows = []
        for place, values in enumerate(data or []):
            row = self._row(kind, f"{prefix}-{place}", values)
            row.children = {
                name: self._begun(name, f"{row.prefix}-{name}", values.get(name)) for name in KINDS[kind].children
            }
            rows.append(row)
        return rows

    def groups(self) -> list[Group]:
        """The papers that nearly every pedimento has."""
        return [Group(name, name, self.rows[name]) for name in PAPERS]

    def folded(self) -> list[tuple[Any, list[Group], bool]]:
        """The rows that few pedimentos need, under their headings; open where there are some."""
        sections = [(label, [Group(name, name, self.rows[name]) for name in names]) for label, names in FOLDED]
        return [(label, groups, any(group.is_open for group in groups)) for label, groups in sections]

    def lines(self) -> Group:
        """The lines."""
        return Group("lines", "lines", self.rows["lines"])

    def walk(self) -> Iterator[Row]:
        """Every row."""
        for rows in self.rows.values():
            for row in rows:
                yield from row.walk()

    def list_at(self, prefix: str) -> tuple[str, list[Row]] | None:
        """The kind and the rows that stand under a name such as `lines-0-sublines`; None for any other text."""
        if prefix in TOP:
            return prefix, self.rows[prefix]
        head, _dash, kind = prefix.rpartition("-")
        row = next((one for one in self.walk() if one.prefix == head), None)
        return (kind, row.children[kind]) if row and kind in row.children else None

    def add(self, prefix: str) -> Row | None:
        """One more row under a name, empty; None when nothing may stand there."""
        place = self.list_at(prefix)
        if place is None or len(place[1]) >= MOST_ROWS:
            return None
        kind, rows = place
        number = max((row.position for row in rows), default=0)
        form = KINDS[kind].form(None, prefix=f"{prefix}-{number}", choices=self.choices)
        row = Row(kind, f"{prefix}-{number}", form, {name: [] for name in KINDS[kind].children})
        rows.append(row)
        return row

    def remove(self, prefix: str) -> None:
        """Take a row out."""
        place = self.list_at(prefix.rpartition("-")[0])
        if place:
            place[1][:] = [row for row in place[1] if row.prefix != prefix]

    def fill(self, prefix: str) -> Row | None:
        """The line of this name, its empty fields filled from its item; None when there is no such line."""
        row = next((one for one in self.walk() if one.prefix == prefix and one.kind == "lines"), None)
        client = self.client()
        if row is None or client is None:
            return row
        typed = row.form.typed()
        item = Item.objects.filter(client=client, sku__iexact=typed.get("sku", "")).first()
        if item:
            own = {name: getattr(item, name) for name in FROM_ITEM}
            row.form = LinePart(None, prefix=prefix, choices=self.choices, initial={**own, **typed, "sku": item.sku})
        return row

    # ── What was typed ──────────────────────────────────────────────────────────────────────────

    def client(self) -> Client | None:
        """The client chosen, one this person may see."""
        value = self.header["client"].value()
        clients = self.header.fields["client"].queryset
        return clients.filter(pk=value).first() if str(value or "").isdecimal() else None

    def data(self) -> tuple[dict[str, Any], dict[str, Row]]:
        """The nested data, and which row each of its paths came from. Rows left blank are left out."""
        origin: dict[str, Row] = {}
        data: dict[str, Any] = {name: value for name, value in self.header.typed().items() if name != "client"}
        for name in TOP:
            data[name] = self._data_of(self.rows[name], name, origin)
        for name in ("customs_value_mxn", "price_paid_mxn"):
            data.setdefault(name, _sum(line.get(name) for line in data["lines"]))
        data["total_mxn"] = _sum((data.get("cash_mxn"), data.get("other_mxn")))
        if "cleared_at" in data:
            data["cleared_at"] = self._at_site(data["cleared_at"], data.get("site", ""))
        return data, origin

    def _data_of(self, rows: list[Row], path: str, origin: dict[str, Row]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in rows:
            if row.is_blank:
                continue
            here = f"{path}[{len(found)}]"
            origin[here] = row
            values: dict[str, Any] = dict(row.form.typed())
            for name, children in row.children.items():
                values[name] = self._data_of(children, f"{here}.{name}", origin)
            found.append(values)
        return found

    def _at_site(self, value: str, site_code: str) -> str:
        """A moment typed on the clock of the site, with its offset; what is no moment stays as it was typed."""
        site = Site.objects.filter(code=site_code).first()
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        if moment.tzinfo is None and site:
            moment = moment.replace(tzinfo=ZoneInfo(site.time_zone))
        return moment.isoformat()

    # ── What was refused ────────────────────────────────────────────────────────────────────────

    def clashes(self) -> list[InvalidInput]:
        """What only the form can see: a part number on the line and below it."""
        return [
            InvalidInput(
                _("Name the part numbers here or below the line, not both."),
                field=f"{row.prefix}.sku",
                value=row.form.typed()["sku"],
                rule="one_place",
            )
            for row in self.rows["lines"]
            if "sku" in row.form.typed() and any(not child.is_blank for child in row.children.get("sublines", ()))
        ]

    def refuse(self, error: DomainError, origin: Mapping[str, Row]) -> None:
        """Put every error on the field it is about; what has no field is said above the form."""
        for one in error.errors if isinstance(error, InvalidInputs) else [error]:
            self._place(one, origin)

    def _place(self, error: DomainError, origin: Mapping[str, Row]) -> None:
        path = getattr(error, "field", "")
        head, _dot, name = path.rpartition(".")
        row = origin.get(head) or next((one for one in self.walk() if one.prefix == head), None)
        form: Part = row.form if row else self.header
        name = "sku" if row and row.kind == "lines" and name == "sublines" else name
        if isinstance(error, InvalidInput) and name in form.fields and (row or not head):
            label = form.fields[name].label
            form.errors  # noqa: B018  a form must be clean before it takes an error
            form.add_error(name, said_of(error, label))
            where = f"{row.label} {row.position} · {label}" if row else str(label)
            self.problems.append(f"{where}: {said_of(error, label)}")
        else:
            self.problems.append(said_of(error, _short(path)) if isinstance(error, InvalidInput) else str(error))


def _short(path: str) -> Any:
    """A path that has no field, for people."""
    return _("Lines") if path.startswith("lines") else path


def _sum(values: Any) -> str:
    """The sum of the numbers among these texts."""
    total = Decimal(0)
    for value in values:
        try:
            number = Decimal(str(value or "0").replace(",", ""))
        except InvalidOperation:
            continue
        total += number if number.is_finite() else 0
    return plain(total)


RARE_AMOUNTS = {INSURED, *ADDITIONS, *DEDUCTIONS, "value_added_mxn"}
# What a rectification takes over from its original; taxes and payments are its own.
CARRIED = ("invoices", "waybills", "containers", "seals", "vehicles", "consignees")
NOT_CARRIED = {
    "number", "document_key", "rectifies", "validated_on", "validation_ack", "paid_on", "cleared_at", "is_consolidated",
    "consolidated_opened_on", "cash_mxn", "other_mxn", "remarks",
}  # fmt: skip


def image_of(pedimento: Pedimento) -> dict[str, Any]:
    """A pedimento as it would be typed: where its rectification begins."""
    return {
        **_typed_again(pedimento, set(HeaderPart.base_fields) - NOT_CARRIED),
        "client": pedimento.client_id,
        "document_key": "R1",
        "rectifies": pedimento.number,
        "site": pedimento.site.code,
        "authorisation": pedimento.authorisation.number if pedimento.authorisation else "",
        "identifiers": _rows_image("identifiers", (row for row in pedimento.identifiers.all() if row.line_id is None)),
        **{kind: _rows_image(kind, getattr(pedimento, kind).all()) for kind in CARRIED},
        "lines": [_line_image(line, pedimento) for line in pedimento.lines.all()],
    }


def _line_image(line: Any, pedimento: Pedimento) -> dict[str, Any]:
    numbers = ("commercial_quantity", "tariff_quantity", "customs_value_mxn")
    own = {"sku", "batch", "serial", "tariff_code"}
    image: dict[str, Any] = {
        **_typed_again(line, set(LinePart.base_fields) - own),
        "tariff_code": line.tariff_code + line.nico,
        "identifiers": _rows_image(
            "identifiers", (row for row in pedimento.identifiers.all() if row.line_id == line.pk)
        ),
        **{kind: _rows_image(kind, getattr(line, kind).all()) for kind in ("permits", "serials")},
    }
    sublines = list(line.sublines.all())
    if len(sublines) == 1:
        only = sublines[0]
        return {**image, "sku": only.item.sku, "batch": only.batch, "serial": only.serial}
    image["sublines"] = [
        {
            "sku": one.item.sku,
            "batch": one.batch,
            "serial": one.serial,
            "quantity": plain(one.quantity),
            **{name: plain(getattr(one, name)) for name in numbers},
        }
        for one in sublines
    ]
    return image


def _rows_image(kind: str, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows of one kind as they would be typed."""
    return [_typed_again(row, KINDS[kind].form.base_fields) for row in rows]


def _typed_again(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Values as they would be typed; an amount that was never typed is left empty."""
    values = {name: getattr(row, name) for name in names}
    return {
        name: plain(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
        if value is not None and (value or name not in RARE_AMOUNTS)
    }
