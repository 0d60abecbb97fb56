"""Raising and closing findings. Nothing here repairs what is wrong."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError, InvalidInput, json_safe
from inventory.findings.catalogue import entry
from inventory.findings.errors import AlreadyResolved
from inventory.findings.models import Finding
from inventory.parties.models import Client
from inventory.parties.scope import Actor

LONGEST = 300


@transaction.atomic
def raise_finding(
    *,
    code: str,
    subject: str,
    at: datetime,
    client: Client | int | None = None,
    context: Mapping[str, Any] | None = None,
    due_on: date | None = None,
    site_code: str = "",
    severity: str | None = None,
) -> Finding:
    """The open finding of this code and subject, opened if there was none.

    One that is open already stays one row; its numbers, due day and severity become the newest. Unless given, the
    severity is the catalogue's.
    """
    newest = {
        "severity": severity or entry(code).severity,
        "context": json_safe(dict(context or {})),
        "due_on": due_on,
        "site_code": site_code,
    }
    opening = {**newest, "client_id": client.pk if isinstance(client, Client) else client, "opened_at": at}
    finding, created = Finding.objects.get_or_create(code=code, subject=subject, closed_at=None, defaults=opening)
    changed = [field for field, value in newest.items() if getattr(finding, field) != value]
    if changed and not created:
        for field in changed:
            setattr(finding, field, newest[field])
        finding.save(update_fields=changed)
    return finding


@contextmanager
def atomic() -> Iterator[None]:
    """A transaction that a refusal undoes, but for the finding that the refusal carries: that is raised after it.

    Wherever one such transaction lies in another the outermost has the last word, so that the finding stands at the edge.
    """
    try:
        with transaction.atomic():
            yield
    except DomainError as refusal:
        if refusal.finding:
            raise_finding(**refusal.finding)
        raise


def resolve(*, code: str, subject: str, at: datetime, actor: Actor, resolution: str) -> Finding | None:
    """Close the open finding of this code and subject, because its cause is gone; None when there is none."""
    finding = Finding.objects.filter(code=code, subject=subject, closed_at=None).first()
    return close(finding=finding, at=at, actor=actor, resolution=resolution) if finding else None


@transaction.atomic
def close(*, finding: Finding, at: datetime, actor: Actor, resolution: str) -> Finding:
    """Close a finding by saying what was done about it. Raises InvalidInput without a text, AlreadyResolved."""
    text = resolution.strip()
    if not text:
        raise InvalidInput(_("Say what was done about it."), field="resolution", value="", rule="required")
    if len(text) > LONGEST:
        raise InvalidInput(
            _("At most %(limit)s characters."), field="resolution", value=len(text), rule="max_length", limit=LONGEST
        )
    finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if finding.closed_at:
        raise AlreadyResolved(_("%(who)s closed it on %(when)s."), who=finding.closed_by, when=finding.closed_at.date())
    finding.closed_at, finding.closed_by, finding.resolution = at, actor.label, text
    finding.save(update_fields=["closed_at", "closed_by", "resolution"])
    return finding
