"""Who may see whose rows, and who acts: two small values that every selector and service is handed."""

from dataclasses import dataclass
from typing import Any, TypeVar

Rows = TypeVar("Rows", bound=Any)


@dataclass(frozen=True)
class ClientScope:
    """The clients whose rows may be seen. `client_ids=None` means all of them (the operator's own staff)."""

    client_ids: frozenset[int] | None

    @classmethod
    def everyone(cls) -> "ClientScope":
        """A scope that sees the rows of every client."""
        return cls(None)

    @classmethod
    def of(cls, *client_ids: int) -> "ClientScope":
        """A scope that sees only these clients."""
        return cls(frozenset(client_ids))

    @property
    def sees_everyone(self) -> bool:
        """True for the operator's staff."""
        return self.client_ids is None

    def allows(self, client_id: int | None) -> bool:
        """True when rows of this client may be seen."""
        return self.client_ids is None or client_id in self.client_ids

    def filter(self, rows: Rows, path: str = "client") -> Rows:
        """The rows of a queryset that this scope may see; `path` leads from a row to its client."""
        if self.client_ids is None:
            return rows
        seen: Rows = rows.filter(**{f"{path}__in": self.client_ids})
        return seen


@dataclass(frozen=True)
class Actor:
    """Who does a thing: a person, an API key, or Recinto's own clock."""

    label: str
    user_id: int | None = None

    @classmethod
    def person(cls, user: Any) -> "Actor":
        """The actor a logged-in user is."""
        return cls(label=user.get_username(), user_id=user.pk)

    @classmethod
    def system(cls, name: str) -> "Actor":
        """A scheduled deed of Recinto itself, named for the task."""
        return cls(label=f"system:{name}")
