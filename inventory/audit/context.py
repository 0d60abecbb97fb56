"""Who acts, why and from where, for every row of the audit trail written meanwhile.

    with audit.because(_("Address changed by deed 4711")):
        client.save()

The middleware knows the person and the address of a request; the API's key check says `identify`, workers `acting`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.http import HttpRequest

from inventory.parties.scope import Actor

SYSTEM = Actor.system("recinto")


@dataclass(frozen=True)
class Circumstances:
    """What is known of the one who acts."""

    actor: Actor | None = None
    reason: str = ""
    deed: str = ""
    address: str | None = None
    request: HttpRequest | None = None

    def who(self) -> Actor:
        """Whoever was named; else the person logged in; else Recinto itself. A request's session is read only here."""
        if self.actor:
            return self.actor
        user = getattr(self.request, "user", None)
        return Actor.person(user) if user is not None and user.is_authenticated else SYSTEM


_current: ContextVar[Circumstances | None] = ContextVar("audit_circumstances", default=None)


def current() -> Circumstances:
    """The circumstances of what is being done now."""
    return _current.get() or Circumstances()


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Give the reason of every change made inside; an inner reason replaces an outer one."""
    with within(replace(current(), reason=str(reason))):
        yield


@contextmanager
def doing(deed: str) -> Iterator[None]:
    """Bind every change made inside to the key under which the books write the deed; an inner key replaces an outer one.

    Postings and discharges have no room for an address: by their key one finds what the trail says of it.
    """
    with within(replace(current(), deed=deed)):
        yield


@contextmanager
def acting(actor: Actor, address: str | None = None) -> Iterator[None]:
    """Name who makes every change inside: a person, an API key, a scheduled deed; and from which address."""
    now = current()
    with within(replace(now, actor=actor, address=address or now.address)):
        yield


def identify(actor: Actor) -> None:
    """Name who acts for the rest of the request, once it is known: an API key is checked in the middle of one."""
    _current.set(replace(current(), actor=actor))


@contextmanager
def within(circumstances: Circumstances) -> Iterator[None]:
    """Do everything inside under these circumstances, and go back to the former ones."""
    token = _current.set(circumstances)
    try:
        yield
    finally:
        _current.reset(token)
