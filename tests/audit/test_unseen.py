"""Nothing in the product writes audited rows where the trail cannot see it: read from the code itself."""

import ast
from pathlib import Path

from config.settings import BASE_DIR

RAW = {"insert", "store", "update"}  # of inventory.statements
SQL = {"execute", "executemany", "_raw_delete", "disable_auditlog"}

# Where statements are written past the querysets, what they write, and why none of it is missing from the trail.
ALLOWED = {
    "inventory/statements.py": "the statements themselves",
    "inventory/audit/trail.py": "the trail itself, and the row whose trail is left beside it",
    "inventory/audit/services.py": "a lock, no row",
    "inventory/api/idempotency.py": "stored answers, not audited",
    "inventory/ledger/services.py": "postings, legs, balances and reservations, not audited (registry.TOLD_OTHERWISE)",
    "inventory/customs/services/discharging.py": "discharges, append-only, and what they carry along, not recorded",
    "inventory/ledger/append_only.py": "the triggers that keep books and trail permanent",
    "inventory/customs/services/entering.py": "what a pedimento holds; the pedimento's own trail tells it, part by part",
    "inventory/demand/bulk.py": "weeks of demand by the million; their import leaves one row (demand.services)",
}
# Programs that write no books of anybody's: benchmarks on a database of their own.
ASIDE = ("warehouse/bench/", "migrations/")


def sources():
    """Every module of the product, as (path, tree)."""
    for app in ("inventory", "warehouse"):
        for path in sorted(Path(BASE_DIR, app).rglob("*.py")):
            name = path.relative_to(BASE_DIR).as_posix()
            if not any(part in name for part in ASIDE):
                yield name, ast.parse(path.read_text())


def unseen(tree):
    """The calls of a module that write past the querysets."""
    raw, modules = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "inventory.statements":
            raw |= {one.asname or one.name for one in node.names if one.name in RAW}
        if isinstance(node, ast.ImportFrom) and node.module == "inventory":
            modules |= {one.asname or one.name for one in node.names if one.name == "statements"}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in raw | {"disable_auditlog"}:
            yield node.func.id, node.lineno
        if isinstance(node.func, ast.Attribute):
            of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if node.func.attr in SQL or (of in modules and node.func.attr in RAW):
                yield node.func.attr, node.lineno


def test_only_places_with_a_reason_write_past_the_trail():
    found = {(name, call, line) for name, tree in sources() for call, line in unseen(tree) if name not in ALLOWED}

    assert found == set(), "leave a trail, or say in ALLOWED why none is missing"


def test_every_reason_is_still_needed():
    needed = {name for name, tree in sources() if any(unseen(tree))} | {"inventory/statements.py"}

    assert set(ALLOWED) == needed


def test_the_reader_sees_each_way_past_the_trail():
    code = """
from inventory.statements import insert as put, update
from inventory import statements
put([row])
update(Item, {}, {})
statements.store([row], ["x"])
cursor.execute("UPDATE")
Item.objects.filter()._raw_delete("default")
Item.objects.update(x=1)
with disable_auditlog(): pass
"""
    assert [call for call, _line in unseen(ast.parse(code))] == [
        "put", "update", "store", "execute", "_raw_delete", "disable_auditlog",
    ]  # fmt: skip
