"""Asking for a report as a file."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from inventory.errors import InvalidInput
from inventory.jobs import services as jobs
from inventory.jobs.models import Job
from inventory.parties.models import Client
from inventory.parties.scope import Actor, ClientScope
from inventory.reports import asking, registry
from inventory.reports.shapes import EXPORT, FORMATS


def request_export(
    *, code: str, form: str, values: Mapping[str, str], scope: ClientScope, actor: Actor, at: datetime
) -> Job:
    """A job that writes the report as a file; `jobs.messages.start(job)` has a worker do it now.

    Raises InvalidInputs when the question cannot be answered, InvalidInput for an unknown format, NotFound for a report.
    """
    report = registry.report(code)
    if form not in FORMATS:
        message = _("%(value)s is no format: take one of %(known)s.")
        raise InvalidInput(message, field="format", value=form, rule="choice", known=", ".join(FORMATS))
    asked = asking.read(report, values, scope=scope, at=at)
    given = {ask.value: str(values[ask.value]) for ask in report.asks if values.get(ask.value)}
    return jobs.request(
        kind=EXPORT,
        title=f"{report.title} ({form.upper()})",
        parameters={"report": code, "format": form, "asked": given},
        client=asked.client or _only_client(scope),
        actor=actor,
        at=at,
    )


def _only_client(scope: ClientScope) -> Client | None:
    """The client of a scope that has just one: its file is that client's."""
    ids = scope.client_ids
    return Client.objects.filter(pk__in=ids).first() if ids is not None and len(ids) == 1 else None
