"""How independent pieces of work are done: one after the other, unless the caller has more hands. Pure.

No result depends on it: pieces know nothing of each other, and come back in the order in which they were given.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


class Over(Protocol):
    """A way to do pieces of work: what `work` finds of each of these, in their order."""

    @property
    def hands(self) -> int:
        """How many pieces are done at a time."""

    def __call__(self, work: Callable[[Given], Found], given: Sequence[Given]) -> Iterable[Found]:
        """What each piece finds."""


class OneByOne:
    """One after the other."""

    hands = 1

    def __call__(self, work: Callable[[Given], Found], given: Sequence[Given]) -> Iterable[Found]:
        """What each piece finds, as it is asked for."""
        return map(work, given)


ONE_BY_ONE = OneByOne()
