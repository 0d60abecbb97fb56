"""A whole pedimento as a CSV, one row for each part number: read into the data that `enter_pedimento` takes, and written. Pure.

The first row carries the header; later rows repeat it or leave it empty. Rows with the same `line` are part numbers of
one line. Records that a pedimento or a line has any number of are written `part/part` in one cell (taxes
`code/form/amount/rate`, containers `number/type` …), several of them parted by semicolons; `form_of` tells the parts.
A slash, semicolon or backslash of a part stands behind a backslash. A text that a spreadsheet would take for a formula
stands behind an apostrophe, which is not part of it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from inventory.customs.draft import ADDITIONS, DEDUCTIONS, INSURED
from inventory.errors import DomainError, InvalidInput, InvalidInputs
from inventory.errors import gettext_noop as _
from inventory.spreadsheet import bare, quoted
from inventory.units import plain

HEADER = (
    "number", "operation", "document_key", "regime", "authorisation", "site", "customs_section", "transport_mode",
    "destination_zone", "fx_rate", "gross_kg", "packages", "value_usd", "customs_value_mxn", "price_paid_mxn",
    "validation_ack", "validated_on", "entered_on", "paid_on", "cleared_at", "is_consolidated",
    "consolidated_opened_on", "update_option", "rectifies", "cash_mxn", "other_mxn", "total_mxn", "remarks",
    "entry_section", "arrival_mode", "departure_mode", "marks", "extracted_on", "presented_on", "foreign_import_on",
    "rfe_constancia", INSURED, *ADDITIONS, *DEDUCTIONS,
)  # fmt: skip
LINE = (
    "tariff_code", "nico", "description", "commercial_unit", "commercial_quantity", "tariff_unit", "tariff_quantity",
    "origin_country", "seller_country", "valuation_method", "customs_value_mxn", "price_paid_mxn", "source_number",
    "source_seq", "relationship", "value_added_mxn", "brand", "model", "product_code",
)  # fmt: skip
PART = ("sku", "batch", "serial", "quantity", "commercial_quantity", "tariff_quantity", "customs_value_mxn")
# Names that header, line and part number share are told apart by a prefix.
_SHARED = {"customs_value_mxn", "price_paid_mxn"}
HEADER_COLUMNS = {(f"total_{name}" if name in _SHARED else name): name for name in HEADER}
LINE_COLUMNS = {(f"line_{name}" if name in PART else name): name for name in LINE}
PART_COLUMNS = {(f"part_{name}" if name in LINE or name == "quantity" else name): name for name in PART}
TAXES, IDENTIFIERS = ("code", "payment_form", "amount_mxn", "rate", "rate_type"), (
    "code", "complement_1", "complement_2", "complement_3",
)  # fmt: skip
# Records written in one cell, `part/part`: the column's name, the block it fills, the parts of a record.
CELLS_OF_THE_HEADER = {
    "invoices": ("invoices", ("number", "issued_on", "currency", "value", "cove", "incoterm", "supplier",
                              "supplier_tax_id", "supplier_address", "is_related", "usd_factor")),
    "header_contributions": ("contributions", TAXES),
    "header_identifiers": ("identifiers", IDENTIFIERS),
    "waybills": ("waybills", ("kind", "number")),
    "containers": ("containers", ("number", "type_code")),
    "seals": ("seals", ("number", "first_review", "second_review")),
    "vehicles": ("vehicles", ("identification", "country", "carrier", "carrier_rfc")),
    "payments": ("payments", ("capture_line", "amount_mxn", "payment_form", "bank", "operation_number", "paid_on")),
    "consignees": ("consignees", ("name", "tax_id", "address")),
    "remesa_notices": ("remesa_notices", ("remesa", "number", "issued_on")),
    "customs_accounts": ("customs_accounts", ("account_kind", "guarantee_kind", "issuer", "contract_number", "folio",
                                              "amount_mxn", "issued_on")),
    "offsets": ("offsets", ("original_number", "original_paid_on", "code", "amount_mxn")),
    "payment_documents": ("payment_documents", ("payment_form", "issuer", "number", "issued_on", "amount_mxn",
                                                "balance_mxn", "payable_mxn")),
}  # fmt: skip
CELLS_OF_A_LINE = {
    "contributions": ("contributions", TAXES),
    "identifiers": ("identifiers", IDENTIFIERS),
    "permits": ("permits", ("code", "number", "signature", "value_usd", "quantity")),
    "serials": ("serials", ("number", "kilometres")),
}
COLUMNS = ("line", *PART_COLUMNS, *LINE_COLUMNS, *CELLS_OF_A_LINE, *HEADER_COLUMNS, *CELLS_OF_THE_HEADER)
EXAMPLE = {
    "line": "1", "sku": "RUEDA-75", "batch": "L-2601", "tariff_code": "8302200199", "description": "Ruedas",
    "commercial_unit": "6", "line_commercial_quantity": "1200", "tariff_unit": "1", "line_tariff_quantity": "600",
    "origin_country": "CHN", "seller_country": "CHN", "line_customs_value_mxn": "219000", "price_paid_mxn": "219000",
    "contributions": "1/0/350", "header_identifiers": "IR/048/1", "brand": "ACME", "relationship": "0",
    "number": "26 24 3456 6000123", "operation": "IMP",
    "document_key": "M3", "regime": "RFS", "authorisation": "RFS-001", "site": "slp", "customs_section": "240",
    "fx_rate": "18.25", "value_usd": "12000", "entered_on": "2026-03-02", "paid_on": "2026-03-03",
    "invoices": "INV-77/2026-02-20/USD/12000//FOB/ACME", "waybills": "M/MAEU123456789", "containers": "CSQU3054383/3",
}  # fmt: skip
MOST_ROWS = 20_000


def form_of(column: str) -> str:
    """How a record is written in a column's cell; nothing for a column of single values.

    >>> form_of("containers")
    'number/type_code'
    """
    return "/".join({**CELLS_OF_THE_HEADER, **CELLS_OF_A_LINE}.get(column, ("", ()))[1])


class UnreadablePedimentoFile(DomainError):
    """The file is no CSV of a pedimento."""

    code = "unreadable_file"
    status = 422


@dataclass
class FlatFile:
    """What a file says, and the row each part of it came from."""

    data: dict[str, Any]
    rows: dict[str, int] = field(default_factory=dict)

    def take(self, records: list[dict[str, str]], path: str, more: list[dict[str, str]], number: int) -> None:
        """Add the records of one cell, and note its row."""
        for record in more:
            self.rows[f"{path}[{len(records)}]"] = number
            records.append(record)

    def where(self, path: str) -> tuple[int, str]:
        """The row of the file and the column that a path such as `lines[0].sku` was read from.

        >>> FlatFile({}, {"": 2, "lines[0]": 4}).where("lines[0].tariff_unit")
        (4, 'tariff_unit')
        >>> FlatFile({}, {"": 2, "containers[1]": 3}).where("containers[1].number")
        (3, 'containers')
        """
        head, _dot, name = path.rpartition(".")
        block, cells = _block(head), CELLS_OF_A_LINE if head.startswith("lines") else CELLS_OF_THE_HEADER
        name = next((column for column, (own, _parts) in cells.items() if own == block), name)
        row = next((self.rows[one] for one in (path, head, _parent(head), "") if one in self.rows), 2)
        kind = PART_COLUMNS if ".sublines" in head else LINE_COLUMNS if head.startswith("lines") else HEADER_COLUMNS
        column = name if block else next((shown for shown, own in kind.items() if own == name), name)
        return row, column


def read(content: bytes, most_bytes: int) -> FlatFile:
    r"""The pedimento in a file. Raises UnreadablePedimentoFile, or InvalidInputs for columns and cells that say nothing.

    >>> read(b"line,sku,number\n1,A-1,262434566000123\n", 1000).data["lines"]
    [{'sublines': [{'sku': 'A-1'}], 'contributions': [], 'identifiers': [], 'permits': [], 'serials': []}]
    """
    lines = _table(content, most_bytes)
    blocks: dict[str, Any] = {block: [] for block, _parts in CELLS_OF_THE_HEADER.values()}
    result = FlatFile({"lines": [], **blocks}, {"": 2})
    errors: list[InvalidInput] = []
    header: dict[str, str] = {}
    seqs: dict[str, int] = {}
    for number, row in lines:
        _take_header(header, row, number, errors)
        for column, (block, parts) in CELLS_OF_THE_HEADER.items():
            result.take(result.data[block], block, _cells(row, column, parts, number, errors), number)
        _take_line(result, seqs, row, number, errors)
    if errors:
        raise InvalidInputs(errors)
    result.data |= header
    for name in sorted(_SHARED):
        result.data.setdefault(name, _total(result.data["lines"], name))
    result.data.setdefault("total_mxn", _sum([header.get("cash_mxn", ""), header.get("other_mxn", "")]))
    return result


def example() -> str:
    """A file with every column and one line."""
    return _file([EXAMPLE])


def write(data: Mapping[str, Any]) -> str:
    r"""The file that is read into this data; its lines stand in order.

    >>> line = {"sublines": [{"sku": "A/1"}], "permits": [{"code": "C1", "number": "7/8"}]}
    >>> read(write({"number": "1", "lines": [line]}).encode(), 10_000).data["lines"][0]["permits"]
    [{'code': 'C1', 'number': '7/8'}]
    """
    return _file(_rows(data))


# ── Writing ─────────────────────────────────────────────────────────────────────────────────────


def _file(rows: Iterable[Mapping[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: quoted(text) for name, text in row.items()} for row in rows)
    return file.getvalue()


def _rows(data: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The header stands in the first row, what a line has once in the first of its part numbers."""
    head = _columns(data, HEADER_COLUMNS, CELLS_OF_THE_HEADER)
    for number, line in enumerate(data["lines"], start=1):
        own = _columns(line, LINE_COLUMNS, CELLS_OF_A_LINE)
        for part in line["sublines"]:
            yield {"line": str(number), **head, **own, **_columns(part, PART_COLUMNS, {})}
            head, own = {}, {}


def _columns(
    data: Mapping[str, Any], single: Mapping[str, str], cells: Mapping[str, tuple[str, Sequence[str]]]
) -> dict[str, str]:
    texts = {column: _text(data.get(name)) for column, name in single.items()}
    for column, (block, names) in cells.items():
        texts[column] = ";".join(_record(row, names) for row in data.get(block, ()))
    return texts


def _record(row: Mapping[str, Any], names: Sequence[str]) -> str:
    parts = [re.sub(r"[\\/;]", r"\\\g<0>", _text(row.get(name))) for name in names]
    while parts and not parts[-1]:
        parts.pop()
    return "/".join(parts)


def _text(value: Any) -> str:
    """A value as it is typed; nothing for what is not there, and for false."""
    if value is None or value is False:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else "true" if value is True else str(value)


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────


def _table(content: bytes, most_bytes: int) -> list[tuple[int, dict[str, str]]]:
    """The rows of the file by column, each with its number; empty rows are left out."""
    if len(content) > most_bytes:
        raise UnreadablePedimentoFile(_("The file is larger than %(most)s MB."), most=most_bytes // 1_048_576)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text or not text.strip():
        raise UnreadablePedimentoFile(_("This is no CSV: it is empty, or it is no text."))
    first = text.split("\n", 1)[0]
    try:
        table = list(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count), strict=True))
    except csv.Error:
        raise UnreadablePedimentoFile(_("This is no CSV: a quote is not closed, or a line is too long.")) from None
    names = [name.strip().lower() for name in table[0]]
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown or not {"number", "sku"} <= set(names) or len(names) != len(set(names)):
        raise UnreadablePedimentoFile(
            _("The columns %(unknown)s are not known, or number and sku are missing. Start from the template."),
            unknown=", ".join(name[:30] for name in unknown[:5]) or "—",
        )
    if len(table) > MOST_ROWS:
        raise UnreadablePedimentoFile(_("The file has more than %(most)s rows."), most=MOST_ROWS)
    rows = [
        (number, {name: text for name, cell in zip(names, row, strict=False) if (text := bare(cell.strip()))})
        for number, row in enumerate(table[1:], start=2)
    ]
    rows = [(number, row) for number, row in rows if row]
    if not rows:
        raise UnreadablePedimentoFile(_("The file has a header and nothing below it."))
    return rows


def _take_header(header: dict[str, str], row: Mapping[str, str], number: int, errors: list[InvalidInput]) -> None:
    for column, name in HEADER_COLUMNS.items():
        value = row.get(column)
        if value and header.setdefault(name, value) != value:
            message = _("Row %(row)s, %(field)s: %(value)s differs from %(first)s above; one file is one pedimento.")
            errors.append(
                InvalidInput(message, field=column, value=value, rule="one_pedimento", row=number, first=header[name])
            )


def _take_line(
    result: FlatFile, seqs: dict[str, int], row: Mapping[str, str], number: int, errors: list[InvalidInput]
) -> None:
    seq = row.get("line") or f"row {number}"
    lines: list[dict[str, Any]] = result.data["lines"]
    if seq not in seqs:
        seqs[seq] = len(lines)
        lines.append({name: row[column] for column, name in LINE_COLUMNS.items() if column in row} | {"sublines": []})
        lines[-1] |= {block: [] for block, _parts in CELLS_OF_A_LINE.values()}
        result.rows[f"lines[{seqs[seq]}]"] = number
    place = seqs[seq]
    line = lines[place]
    part = {name: row[column] for column, name in PART_COLUMNS.items() if column in row}
    if part:
        result.rows[f"lines[{place}].sublines[{len(line['sublines'])}]"] = number
        line["sublines"].append(part)
    for column, (block, parts) in CELLS_OF_A_LINE.items():
        result.take(line[block], f"lines[{place}].{block}", _cells(row, column, parts, number, errors), number)


def _cells(
    row: Mapping[str, str], column: str, names: Sequence[str], number: int, errors: list[InvalidInput]
) -> list[dict[str, str]]:
    """The records written in one cell."""
    found = []
    for text in filter(None, (part.strip() for part in _parted(row.get(column, ""), ";"))):
        values = [re.sub(r"\\([\\/;])", r"\1", value).strip() for value in _parted(text, "/")]
        if len(values) > len(names):
            message = _("Row %(row)s, %(field)s: %(value)s has more parts than %(form)s.")
            errors.append(
                InvalidInput(
                    message, field=column, value=text[:80], rule="parts", row=number, form="/".join(names)
                )
            )  # fmt: skip
            continue
        found.append({name: value for name, value in zip(names, values, strict=False) if value})
    return found


def _parted(text: str, mark: str) -> list[str]:
    r"""The parts of a text, which a mark behind a backslash does not part.

    >>> _parted(r"a\/b/c", "/")
    ['a\\/b', 'c']
    """
    parts = [""]
    for piece in re.findall(r"\\[\\/;]|[^\\/;]+|.", text, re.DOTALL):
        if piece == mark:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _block(path: str) -> str:
    """The block that a row of records is of, nothing for a line or a part number: `lines[0].permits[1]` is of `permits`."""
    name = path.rpartition(".")[2].partition("[")[0]
    return "" if name in ("lines", "sublines") else name


def _parent(path: str) -> str:
    """The row that a row within it belongs to: `lines[0].sublines[1]` is in `lines[0]`."""
    return re.sub(r"\.[a-z_]+(\[\d+\])?$", "", path)


def _total(lines: list[dict[str, Any]], name: str) -> str:
    return _sum([line.get(name, "") for line in lines])


def _sum(texts: list[str]) -> str:
    total = Decimal(0)
    for text in texts:
        try:
            value = Decimal(text.replace(",", "") or "0")
        except InvalidOperation:
            continue
        total += value if value.is_finite() else 0
    return format(total, "f")
