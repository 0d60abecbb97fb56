"""The code lists of the law, loaded once in a run by the product's own loader, and written again as rows for every test."""

from django.db import connection

from inventory.models import LoadedList
from inventory.reference.lists import LISTS
from inventory.reference.services import load

LAW = [
    "regimes", "document_keys", "clave_effects", "permanence_rules", "rate_parameters", "units", "unit_conversions",
    "customs_offices", "customs_sections", "countries", "currencies", "identifiers", "listed_codes",
    "non_business_days",
]  # fmt: skip
_rows: dict[str, tuple[list[str], list[tuple]]] = {}


def load_lists() -> None:
    """Fill the lists of LAW: by the loader the first time, and where a test has rows of its own in them; else as it left them."""
    if any(_read(table)[1] for table in _tables()):
        load(LAW)
    elif _rows:
        for table, (columns, rows) in _rows.items():
            _write(table, columns, rows)
    else:
        load(LAW)
        _rows.update({table: _read(table) for table in _tables()})


def _tables() -> list[str]:
    models = dict.fromkeys(LISTS[name].model for name in LAW)
    return [model._meta.db_table for model in (*models, LoadedList)]


def _read(table: str) -> tuple[list[str], list[tuple]]:
    """The columns of a table but its key, and what they hold."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY id')
        names = [column[0] for column in cursor.description]
        at = names.index("id")
        return [*names[:at], *names[at + 1 :]], [(*row[:at], *row[at + 1 :]) for row in cursor.fetchall()]


def _write(table: str, columns: list[str], rows: list[tuple]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
