"""What a unit's code is called on pages: 6 is pz, 1 is kg."""

from decimal import Decimal
from typing import Any

from inventory.reference.models import UnitOfMeasure
from inventory.web import formatting
from inventory.web.columns import QuantityColumn, _value_at

_SYMBOLS: dict[str, str] = {}


def unit_symbol(code: str) -> str:
    """The short name of a unit of Apéndice 7; its code where the list has none."""
    code = str(code or "").lstrip("0")
    if code and code not in _SYMBOLS:
        row = UnitOfMeasure.objects.filter(code=code).order_by("-valid_from").values_list("symbol", flat=True).first()
        if not row:
            return code
        _SYMBOLS[code] = row
    return _SYMBOLS.get(code, "")


class UnitColumn(QuantityColumn):
    """A quantity with the short name of its unit; `unit` is the path from the row to the unit's code."""

    def render(self, value: Decimal, record: Any) -> str:
        """The quantity and its unit."""
        return formatting.quantity_text(value, unit_symbol(_value_at(record, self.unit) or ""))
