"""Pieces of the engine's work done by several processes of one machine.

Each process begins as a copy of this one, so that what all pieces share (the history above all) is neither handed over nor held
twice. Only what a piece finds is. So this is for a command, and not for a process with threads or open connections: a copy can
share neither.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from inventory.placement.engine.over import Found, Given

_at_hand: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


@dataclass(frozen=True)
class Processes:
    """So many processes; each call makes them anew, so that they have what is known by then."""

    hands: int

    def __call__(self, work: Callable[[Given], Found], given: Sequence[Given]) -> Iterable[Found]:
        """What each piece finds; of one piece, or with one process, here."""
        return map(work, given) if self.hands < 2 or len(given) < 2 else self._shared(work, given)

    def _shared(self, work: Callable[[Given], Found], given: Sequence[Given]) -> Iterator[Found]:
        global _at_hand  # noqa: PLW0603  how a process finds what it cannot be sent: it begins with a copy of it
        _at_hand = (work, given)
        try:
            with ProcessPoolExecutor(min(self.hands, len(given)), mp_context=get_context("fork")) as pool:
                yield from pool.map(_piece, range(len(given)))
        finally:
            _at_hand = None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _piece(number: int) -> Any:
    if _at_hand is None:
        raise RuntimeError("a process was made that knows no work")
    work, given = _at_hand
    return work(given[number])
