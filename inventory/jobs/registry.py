"""Which handler does which kind of long work, by dotted path, so that a lower layer can name a higher one's.

Registered in `AppConfig.ready()`: `register("report_export", "inventory.reports.exports.export")`. The module is
imported when a worker first does such a job, so pandas and the like cost the web process nothing.
"""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from inventory.jobs.errors import UnknownKind

Handler = Callable[..., Any]
_handlers: dict[str, str] = {}
_alone: set[str] = set()


def register(kind: str, path: str, *, is_alone: bool = False) -> None:
    """Let the callable at `path` do jobs of this kind. See `outcome.py` for what it is called with and hands back.

    Of a kind that is alone, one job of a client is done at a time, in the order in which they were asked for.
    """
    _handlers[kind] = path
    _alone.discard(kind)
    if is_alone:
        _alone.add(kind)


def handler_of(kind: str) -> Handler:
    """The callable that does jobs of this kind. Raises UnknownKind."""
    if kind not in _handlers:
        raise UnknownKind(_("No worker knows how to do %(kind)s."), kind=kind)
    handler: Handler = import_string(_handlers[kind])
    return handler


def alone() -> list[str]:
    """The kinds of which one job of a client is done at a time."""
    return sorted(_alone)


def kinds() -> list[str]:
    """Every registered kind."""
    return sorted(_handlers)
