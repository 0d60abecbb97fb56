"""The daily look at deadlines: findings for stays that end and for consolidated to be closed, and an end to those settled.

And at exits that left in part only, at the exchange rates, which somebody has to load as they are published, and at broken work.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from inventory.customs import selectors as customs
from inventory.customs.deadlines import close_by
from inventory.customs.models import BondedLot
from inventory.errors import ReferenceMissing
from inventory.findings import selectors as findings_read
from inventory.findings import services as findings
from inventory.findings.models import Finding
from inventory.jobs import selectors as jobs
from inventory.parties.scope import Actor, ClientScope
from inventory.places.clock import local_date
from inventory.reference import selectors as reference

NOTICE, URGENT = timedelta(days=90), timedelta(days=30)
SOON, WEEK = timedelta(days=3), timedelta(days=7)
NEAR, PASSED = "deadline_near", "deadline_passed"
CONSOLIDATED_DUE, CONSOLIDATED_LATE = "consolidated_due", "consolidated_late"
JOB_FAILED = "job_failed"
EXIT_INCOMPLETE, EXIT_REFUSED = "exit_incomplete", "exit_refused"
RATES_END, DOLLARS = "exchange_rates_end", "exchange_rates/USD"
WATCH = Actor.system("watch_deadlines")
RATES_WATCH = Actor.system("watch_exchange_rates")


def watch_deadlines(*, at: datetime) -> int:
    """Raise what is due on each site's own calendar and close what no longer is; returns how many findings stand."""
    soonest = at.date() + NOTICE + timedelta(days=1)
    lots = customs.lots_by_deadline(ClientScope.everyone(), until=soonest)
    standing: set[tuple[str, str]] = set()
    for lot in lots.select_related("account__authorisation__site_link__site").iterator(chunk_size=1_000):
        code = _look(lot, at)
        if code:
            standing.add((code, f"bonded_lot/{lot.pk}"))
    _close_settled(standing, at, {NEAR, PASSED})
    return len(standing)


def watch_exchange_rates(*, at: datetime) -> bool:
    """Raise a finding when no rate is loaded for a declaration of today, and close it once there is one; whether it stands."""
    today = local_date(at, settings.TIME_ZONE)
    try:
        reference.exchange_rate("USD", today)
    except ReferenceMissing:
        context = {"last": reference.last_rate_published("USD"), "on": today}
        findings.raise_finding(code=RATES_END, subject=DOLLARS, context=context, at=at)
        return True
    findings.resolve(
        code=RATES_END, subject=DOLLARS, at=at, actor=RATES_WATCH, resolution=_("Rates up to today were loaded.")
    )
    return False


def watch_jobs(*, at: datetime) -> int:
    """Raise each job that broke for good in the last week, once; returns how many were new.

    For administrators: the finding names no client and no site. A job that a rule refused is for the one who asked for it.
    """
    broken = {f"job/{job.pk}": job for job in jobs.broken(at - WEEK)}
    told = findings_read.findings(ClientScope.everyone()).filter(code=JOB_FAILED, subject__in=list(broken))
    for subject in told.values_list("subject", flat=True):
        broken.pop(subject, None)
    for subject, job in broken.items():
        context = {"job": job.pk, "kind": job.kind, "title": job.title, "error": job.error_message}
        findings.raise_finding(code=JOB_FAILED, subject=subject, context=context, at=at)
    return len(broken)


def _look(lot: BondedLot, at: datetime) -> str | None:
    """The code of the finding that a lot deserves today, raised; None while there is time."""
    site = lot.account.authorisation.site_link.site if lot.account.authorisation else None
    if site is None or lot.must_leave_by is None:
        return None
    today = local_date(at, site.time_zone)
    if lot.must_leave_by > today + NOTICE:
        return None
    code = PASSED if lot.must_leave_by < today else NEAR
    findings.raise_finding(
        code=code,
        subject=f"bonded_lot/{lot.pk}",
        client=lot.account.client_id,
        site_code=site.code,
        severity=_severity(code, lot.must_leave_by, today),
        context={
            "pedimento": lot.pedimento_number,
            "line": lot.line_seq,
            "sku": lot.account.item.sku,
            "remaining": lot.remaining,
            "must_leave_by": lot.must_leave_by,
        },
        due_on=lot.must_leave_by,
        at=at,
    )
    return code


def _severity(code: str, must_leave_by: date, today: date) -> str:
    """Critical once it passed, a warning in the last month, information before."""
    if code == PASSED:
        return Finding.Severity.CRITICAL
    return Finding.Severity.WARNING if must_leave_by <= today + URGENT else Finding.Severity.INFO


def watch_consolidated(*, at: datetime) -> int:
    """Raise the open consolidated pedimentos whose week's limit comes or has passed; returns how many findings stand.

    The limit is the one in force on the site's own day, for an open one has yet to be transmitted.
    """
    standing: set[tuple[str, str]] = set()
    for pedimento in customs.open_consolidated(ClientScope.everyone()):
        today = local_date(at, pedimento.site.time_zone)
        opened_on = pedimento.consolidated_opened_on or pedimento.entered_on
        if opened_on is None:
            continue
        limit = close_by(opened_on, int(reference.rate_parameter("CONSOLIDADO-SEM", today)))
        if today < limit - SOON:
            continue
        code, subject = CONSOLIDATED_LATE if limit < today else CONSOLIDATED_DUE, f"pedimento/{pedimento.number}"
        findings.raise_finding(
            code=code,
            subject=subject,
            client=pedimento.client_id,
            site_code=pedimento.site.code,
            context={"pedimento": pedimento.number, "opened_on": opened_on, "limit": limit},
            due_on=limit,
            at=at,
        )
        standing.add((code, subject))
    _close_settled(standing, at, {CONSOLIDATED_DUE, CONSOLIDATED_LATE})
    return len(standing)


def watch_exits(*, at: datetime) -> int:
    """Raise the lines that an exit has still to let go, and close what left, and what was refused and is settled since."""
    standing: set[tuple[str, str]] = set()
    for line in customs.exits_left_open():
        exit_, left = line.pedimento, line.declared - line.discharged
        subject = f"pedimento/{exit_.number}/{line.seq}/{line.sku}"
        told = {"exit": exit_.number, "line": line.seq, "sku": line.sku, "declared": line.declared, "left": left}
        client, site = exit_.client_id, exit_.site.code
        findings.raise_finding(
            code=EXIT_INCOMPLETE, subject=subject, client=client, site_code=site, context=told, at=at
        )
        standing.add((EXIT_INCOMPLETE, subject))
    open_ = findings_read.open_findings(ClientScope.everyone()).filter(code=EXIT_REFUSED)
    refused = {subject.partition("/")[2] for subject in open_.values_list("subject", flat=True)}
    standing |= {(EXIT_REFUSED, f"pedimento/{number}") for number in refused - customs.exits_settled(refused)}
    _close_settled(standing, at, {EXIT_INCOMPLETE, EXIT_REFUSED})
    return len(standing)


def _close_settled(standing: set[tuple[str, str]], at: datetime, codes: set[str]) -> None:
    """Close the findings of these codes whose cause is gone, or whose deadline passed into the next finding."""
    open_ = findings_read.open_findings(ClientScope.everyone()).filter(code__in=codes)
    late = codes & {PASSED, CONSOLIDATED_LATE}
    for code, subject in open_.values_list("code", "subject"):
        if (code, subject) not in standing:
            has_passed = any((other, subject) in standing for other in late)
            text = _("Its deadline passed.") if has_passed else _("It left, was closed, or its deadline moved.")
            findings.resolve(code=code, subject=subject, at=at, actor=WATCH, resolution=text)
