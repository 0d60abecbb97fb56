"""What happens of itself: each row of the trail learns who, why and from where; each log-in and refusal leaves one."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import pre_save
from django.http import HttpRequest

from inventory.audit import context
from inventory.audit.middleware import address_of
from inventory.parties.models import User
from inventory.parties.scope import Actor

LOGIN, LOGOUT, REFUSED = "login", "logout", "login_refused"


def connect() -> None:
    """Listen. Called once, when Django is ready."""
    pre_save.connect(complete, sender=LogEntry, dispatch_uid="inventory.audit.complete")
    user_logged_in.connect(logged_in, dispatch_uid="inventory.audit.logged_in")
    user_logged_out.connect(logged_out, dispatch_uid="inventory.audit.logged_out")
    user_login_failed.connect(login_refused, dispatch_uid="inventory.audit.login_refused")


def complete(sender: type[LogEntry], instance: LogEntry, **kwargs: Any) -> None:
    """Write into a row of the trail who acts, why, from where, and in the course of which deed of the books."""
    now = context.current()
    actor = now.who()
    instance.cid = instance.cid or now.deed or None
    instance.remote_addr = instance.remote_addr or now.address
    instance.actor_id = instance.actor_id or actor.user_id
    said = {"actor": actor.label, "reason": now.reason}
    instance.additional_data = {**said, **(instance.additional_data or {})}


def logged_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A person came in."""
    _record(LOGIN, request, Actor.person(user), user)


def logged_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """A person left."""
    if user is not None:
        _record(LOGOUT, request, Actor.person(user), user)


def login_refused(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Someone gave a wrong name or password. The name is kept as it was typed, the password never."""
    name = str(credentials.get("username") or credentials.get("email") or "?")[:150]
    _record(REFUSED, request, Actor(label=name), User.objects.filter(username=name).first())


def _record(event: str, request: HttpRequest | None, actor: Actor, user: User | None) -> None:
    """One row of the trail about a person at the door."""
    with context.acting(actor, address_of(request) if request is not None else None):
        LogEntry.objects.create(
            content_type=ContentType.objects.get_for_model(User),
            object_pk=str(user.pk) if user else "",
            object_id=user.pk if user else None,
            object_repr=actor.label,
            action=LogEntry.Action.ACCESS,
            additional_data={"event": event},
        )
