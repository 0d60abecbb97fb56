"""What a handler of long work hands back. Pure.

A handler is a callable `handler(job, report) -> Outcome | dict | None`, registered under its kind in `registry.py`.
It calls `report(done, total, stage)` often (at least every half minute), never inside a transaction of its own, and
writes what must happen once in `effect`, which runs in the transaction that ends the job: done and written, or
neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Parts:
    """Jobs of one kind, by their parameters, that are to end well or badly before the job that asks for them goes on."""

    kind: str
    parameters: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """The end of a job: numbers for people, a file to keep under a name, and the write that must happen once.

    `file` is moved into the job's storage; `effect` may add to the result by returning a mapping. With `parts` it is not the
    end: once all of them have ended the handler is called again, and finds what they left.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    file_name: str = ""
    effect: Callable[[], Mapping[str, Any] | None] | None = None
    parts: Parts | None = None

    @classmethod
    def of(cls, returned: "Outcome | Mapping[str, Any] | None") -> "Outcome":
        """The outcome a handler meant: plain numbers are a result, nothing is an empty one.

        >>> Outcome.of({"rows": 3}).result, Outcome.of(None).result
        ({'rows': 3}, {})
        """
        return returned if isinstance(returned, Outcome) else cls(result=returned or {})
