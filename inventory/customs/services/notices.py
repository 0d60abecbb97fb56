"""Notices the law wants within hours of an arrival in fiscal deposit (mexico.md §7.1, RGCE 4.5.33)."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from inventory.customs.models import LegalNotice
from inventory.customs.pedimento_models import Pedimento
from inventory.errors import InvalidInput
from inventory.findings import services as findings
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.reference import selectors as reference


def open_notice(
    *, pedimento: Pedimento, kind: str, document: str, arrived_at: datetime, details: dict[str, Any], at: datetime
) -> LegalNotice:
    """Open a notice due as many hours after arrival as the law allows on that day, with a finding for who must send it.

    Opened again before it was sent, it says what is known now, and is due again where it had been excepted.
    """
    hours = reference.rate_parameter("AVISO-DFI", local_date(arrived_at, pedimento.site.time_zone))
    notice, created = LegalNotice.objects.get_or_create(
        document=document,
        kind=kind,
        defaults={
            "pedimento": pedimento,
            "due_at": arrived_at + timedelta(hours=int(hours)),
            "details": details,
        },
    )
    if created or _restate(notice, details):
        findings.raise_finding(
            code=f"notice_{kind}_due",
            subject=f"notice/{notice.pk}",
            client=pedimento.client_id,
            site_code=pedimento.site.code,
            context={"pedimento": pedimento.number, "document": document, "due_at": notice.due_at},
            due_on=local_date(notice.due_at, pedimento.site.time_zone),
            at=at,
        )
    return notice


def _restate(notice: LegalNotice, details: dict[str, Any]) -> bool:
    """Let a notice that was not sent say something else; returns whether it had to."""
    if notice.acknowledgement or notice.details == details:
        return False
    notice.details, notice.exception_reason, notice.closed_at, notice.closed_by = details, "", None, ""
    notice.save(update_fields=["details", "exception_reason", "closed_at", "closed_by"])
    return True


def withdraw_notice(*, document: str, kind: str, reason: str, at: datetime, actor: Actor) -> None:
    """Close a document's open notice of a kind, if it has one, because there is nothing to notify any more."""
    notice = LegalNotice.objects.filter(document=document, kind=kind, closed_at=None).first()
    if notice is not None:
        notice.details = {}
        notice.save(update_fields=["details"])
        close_notice(notice=notice, exception_reason=reason, at=at, actor=actor)


def close_notice(
    *, notice: LegalNotice, at: datetime, actor: Actor, acknowledgement: str = "", exception_reason: str = ""
) -> LegalNotice:
    """Close a notice with the authority's acknowledgement, or with the reason why there is none.

    Raises InvalidInput when neither is given. Closing twice changes nothing.
    """
    if notice.closed_at is not None:
        return notice
    if not acknowledgement.strip() and not exception_reason.strip():
        raise InvalidInput(
            _("Give the acknowledgement number, or the reason why there is none."),
            field="acknowledgement",
            value=acknowledgement,
            rule="required",
        )
    notice.acknowledgement, notice.exception_reason = acknowledgement.strip(), exception_reason.strip()
    notice.closed_at, notice.closed_by = at, actor.label
    notice.save(update_fields=["acknowledgement", "exception_reason", "closed_at", "closed_by"])
    findings.resolve(
        code=f"notice_{notice.kind}_due",
        subject=f"notice/{notice.pk}",
        at=at,
        actor=actor,
        resolution=notice.acknowledgement or notice.exception_reason,
    )
    return notice
