"""Reading JSON that people wrote: each wrong value is one line that says where it stands and what is wrong. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST = 1e12


class BadInput(Exception):
    """A file that cannot be used at all, one line per cause."""

    def __init__(self, causes: list[str]) -> None:
        super().__init__("\n".join(causes))
        self.causes = causes


@dataclass
class Checker:
    """Takes values out of mappings and gathers what is wrong with them."""

    file: str
    causes: list[str] = field(default_factory=list)

    def blame(self, where: str, wrong: str) -> None:
        """Remember one cause."""
        self.causes.append(f"{self.file}: {where}: {wrong}")

    def done(self) -> None:
        """Raise BadInput if anything was wrong."""
        if self.causes:
            raise BadInput(self.causes)

    def rows(self, holder: Mapping[str, Any], name: str, where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The objects of a list, each with the place it stands at."""
        listed = holder.get(name) or []
        place = f"{where}.{name}" if where else name
        if not isinstance(listed, list):
            self.blame(place, "a list is needed")
            return
        for n, row in enumerate(listed):
            if isinstance(row, Mapping):
                yield f"{place}[{n}]", row
            else:
                self.blame(f"{place}[{n}]", "an object is needed")

    def text(self, row: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
        """A text; ids keep the form they have."""
        value = row.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not 0 < len(value) <= 64:
            self.blame(f"{where}.{name}" if where else name, "a text of 1 to 64 characters is needed")
            return ""
        return value

    def number(
        self,
        row: Mapping[str, Any],
        name: str,
        where: str,
        default: float | None = 0.0,
        *,
        positive: bool = False,
        most: float = MOST,
    ) -> float | None:
        """A finite number not below zero (above it, if `positive`) and not above `most`."""
        value = row.get(name)
        if value is None:
            return default
        # Compared, and not asked whether it is finite: a whole number may be too large to be a float.
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
        if not is_number or (positive and not value):
            rule = f"{'above' if positive else 'not below'} zero" if most == MOST else f"from 0 to {most:g}"
            self.blame(f"{where}.{name}" if where else name, f"a number {rule} is needed, not {value!r}")
            return default
        return float(value)

    def whole(self, row: Mapping[str, Any], name: str, where: str, *, positive: bool = False) -> int | None:
        """A whole number not below zero (above it, if `positive`); None where none is stated."""
        value = self.number(row, name, where, None, positive=positive)
        if value is not None and value != int(value):
            self.blame(f"{where}.{name}", f"a whole number is needed, not {value!r}")
        return None if value is None else int(value)

    def needed(self, row: Mapping[str, Any], name: str, where: str, *, positive: bool = False) -> float:
        """A number that has no default."""
        if row.get(name) is None:
            self.blame(f"{where}.{name}", "is missing")
            return 0.0
        return self.number(row, name, where, positive=positive) or 0.0


def load_json(path: Path) -> Mapping[str, Any]:
    """The object of a JSON file. Raises BadInput when it cannot be read or is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise BadInput([f"{path.name}: is not JSON: {error}"]) from error
    if not isinstance(found, Mapping):
        raise BadInput([f"{path.name}: an object is needed"])
    return found
