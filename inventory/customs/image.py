"""A pedimento of the books as the data it would be entered with once more: what `flat_file` writes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from inventory.customs.flat_file import CELLS_OF_A_LINE, CELLS_OF_THE_HEADER, HEADER, LINE, PART
from inventory.customs.pedimento_models import Pedimento, PedimentoLine

Rows = dict[int | None, list[Any]]
ON_BOTH = ("contributions", "identifiers")  # the blocks that a line and the header have, kept in one table


def declared(pedimento: Pedimento) -> dict[str, Any]:
    """What a pedimento declares, block by block; nothing of what was done with it since.

    Give it a pedimento of `selectors.pedimento`, which has read all its parts.
    """
    shared = {block: _by_line(getattr(pedimento, block).all()) for block in ON_BOTH}
    told_apart = {
        "site": pedimento.site.code,
        "authorisation": pedimento.authorisation.number if pedimento.authorisation else "",
        "rectifies": pedimento.rectifies.number if pedimento.rectifies else "",
    }
    return {
        **_values(pedimento, [name for name in HEADER if name not in told_apart]),
        **told_apart,
        **{
            block: _records(shared[block][None] if block in shared else getattr(pedimento, block).all(), names)
            for block, names in CELLS_OF_THE_HEADER.values()
        },
        "lines": [_line(line, shared) for line in pedimento.lines.all()],
    }


def _line(line: PedimentoLine, shared: dict[str, Rows]) -> dict[str, Any]:
    return {
        **_values(line, LINE),
        **{
            block: _records(shared[block][line.pk] if block in shared else getattr(line, block).all(), names)
            for block, names in CELLS_OF_A_LINE.values()
        },
        "sublines": [
            {"sku": part.item.sku, **_values(part, [name for name in PART if name != "sku"])}
            for part in line.sublines.all()
        ],
    }


def _by_line(rows: Iterable[Any]) -> Rows:
    found: Rows = defaultdict(list)
    for row in rows:
        found[row.line_id].append(row)
    return found


def _records(rows: Iterable[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    return [_values(row, names) for row in rows]


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
