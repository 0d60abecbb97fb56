"""Reading what a person or a program asks of a report, and saying it back on the report itself."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.errors import InvalidInput, InvalidInputs
from inventory.parties.models import Client
from inventory.parties.scope import ClientScope
from inventory.places.clock import local_date
from inventory.reports.shapes import Ask, Asked, Report

TITLES: dict[Ask, Promise] = {
    Ask.AS_OF: _("As of"),
    Ask.KNOWN_ON: _("As known on"),
    Ask.SINCE: _("From"),
    Ask.UNTIL: _("To"),
    Ask.CLIENT: _("Client"),
    Ask.SITE: _("Site"),
    Ask.REGIME: _("Customs regime"),
    Ask.SKU: _("SKU"),
    Ask.PEDIMENTO: _("Pedimento"),
}
DATES = (Ask.AS_OF, Ask.KNOWN_ON, Ask.SINCE, Ask.UNTIL)
LONGEST_TEXT = 64


def read(report: Report, values: Mapping[str, str], *, scope: ClientScope, at: datetime) -> Asked:
    """The question that these texts ask (days as YYYY-MM-DD, the client by its code).

    What is left out: today, as known now, the year so far. What a report does not ask is ignored. Raises InvalidInputs
    naming each value that cannot be; a client out of scope is as unknown as one that does not exist.
    """
    errors: list[InvalidInput] = []
    given = {ask: str(values.get(ask) or "").strip() for ask in report.asks}
    days = {ask: _day(ask, given[ask], errors) for ask in report.asks if ask in DATES}
    today = local_date(at, settings.TIME_ZONE)
    client = _client(given.get(Ask.CLIENT, ""), scope, errors)
    texts = {ask: text for ask, text in given.items() if ask not in (*DATES, Ask.CLIENT)}
    errors += [
        InvalidInput(_("Say which one."), field=ask.value, value="", rule="required")
        for ask in report.required
        if not given[ask]
    ]
    errors += [
        InvalidInput(_("Too long."), field=ask.value, value=text[:LONGEST_TEXT], rule="max_length")
        for ask, text in texts.items()
        if len(text) > LONGEST_TEXT
    ]
    until = days.get(Ask.UNTIL) or today
    since = days.get(Ask.SINCE) or until.replace(month=1, day=1)
    if since > until:
        message = _("%(value)s lies after %(until)s.")
        errors.append(InvalidInput(message, field="since", value=since, rule="order", until=until))
    if errors:
        raise InvalidInputs(errors)
    known_on = days.get(Ask.KNOWN_ON)
    return Asked(
        scope=ClientScope.of(client.pk) if client else scope,
        as_of=days.get(Ask.AS_OF) or today,
        known_at=end_of(known_on) if known_on else None,
        since=since if Ask.SINCE in report.asks else None,
        until=until if Ask.UNTIL in report.asks else None,
        client=client,
        **{ask.value: text for ask, text in texts.items()},
    )


def said(report: Report, asked: Asked) -> list[tuple[Promise, str]]:
    """The question, as it is printed on the report: title and value of everything it was limited by."""
    known = asked.known_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date().isoformat() if asked.known_at else ""
    values = {
        Ask.AS_OF: asked.as_of.isoformat(),
        Ask.KNOWN_ON: known,
        Ask.SINCE: asked.since.isoformat() if asked.since else "",
        Ask.UNTIL: asked.until.isoformat() if asked.until else "",
        Ask.CLIENT: f"{asked.client.name} ({asked.client.rfc})" if asked.client else "",
        Ask.SITE: asked.site,
        Ask.REGIME: asked.regime,
        Ask.SKU: asked.sku,
        Ask.PEDIMENTO: asked.pedimento,
    }
    return [(TITLES[ask], values[ask]) for ask in report.asks if values[ask]]


def end_of(day: date) -> datetime:
    """The last moment of a day on the company's clock."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    return midnight - timedelta(microseconds=1)


def _day(ask: Ask, text: str, errors: list[InvalidInput]) -> date | None:
    """The day a text names; None when it is empty or wrong."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("%(value)s is no date: write it as 2026-03-31.")
        errors.append(InvalidInput(message, field=ask.value, value=text[:LONGEST_TEXT], rule="date"))
        return None


def _client(code: str, scope: ClientScope, errors: list[InvalidInput]) -> Client | None:
    """The client of a code, if it is in scope."""
    if not code:
        return None
    client = scope.filter(Client.objects.filter(code=code), "pk").first()
    if client is None:
        message = _("There is no client %(value)s.")
        errors.append(InvalidInput(message, field="client", value=code[:LONGEST_TEXT], rule="choice"))
    return client
