"""movements.csv: what was really shipped and ordered. Pure.

Source: placement.md §11 (docs/placement.md).
"""

import csv
from datetime import date
from pathlib import Path

from inventory.placement.engine.model import Network
from inventory.placement.engine.recorded import Movement
from inventory.placement.files.checks import BadInput, Checker

COLUMNS = ("sku", "from_node", "to_node", "ship_week", "quantity")
WAYS = {("bonded", "dc"), ("supplier", "bonded")}


def read_movements(path: Path, network: Network) -> tuple[Movement, ...]:
    """The movements of a file with the columns of out.csv's moves. Raises BadInput with one line per cause."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, missing = list(reader), [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    except OSError as error:
        raise BadInput([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput([f"{path.name}: is not CSV: {error}"]) from error
    if missing:
        raise BadInput([f"{path.name}: column {name} is missing" for name in missing])
    checker, types = Checker(path.name), {node.id: node.type for node in network.nodes}
    skus = {sku.id for sku in network.skus}
    found = []
    for n, row in enumerate(rows, start=2):
        where = f"line {n}"
        if row["sku"] not in skus:
            checker.blame(f"{where}.sku", f"{row['sku']!r} is no item of the network")
        ends = types.get(row["from_node"], ""), types.get(row["to_node"], "")
        if ends not in WAYS:
            way = f"{row['from_node']!r} to {row['to_node']!r}"
            checker.blame(f"{where}.to_node", f"bonded to dc or supplier to bonded is needed, not {way}")
        day, quantity = _day(row["ship_week"], where, checker), _quantity(row["quantity"], where, checker)
        found.append(Movement(row["sku"], row["from_node"], row["to_node"], day, quantity))
    checker.done()
    return tuple(found)


def _day(text: str | None, where: str, checker: Checker) -> date:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        checker.blame(f"{where}.ship_week", f"an ISO date is needed, not {text!r}")
        return date.min


def _quantity(text: str | None, where: str, checker: Checker) -> float:
    try:
        number: object = float((text or "").strip())
    except ValueError:
        number = text or "nothing"
    return checker.needed({"quantity": number}, "quantity", where)
