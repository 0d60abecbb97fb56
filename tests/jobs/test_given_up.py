"""Work that broke for good is a finding for administrators; what a rule refused is for the one who asked for it."""

from datetime import timedelta

import pytest
import time_machine

from inventory import tasks
from inventory.errors import InvalidInput
from inventory.findings import selectors as findings
from inventory.findings import services as books
from inventory.findings.catalogue import sentence
from inventory.findings.models import Finding
from inventory.jobs import services
from inventory.jobs.timing import BACK_OFF, LEASE
from inventory.parties.scope import ClientScope
from inventory.reports.watching import watch_jobs
from tests.builders import ACTOR, NOON, make_client
from tests.jobs.test_jobs import SECOND, ask, claim

pytestmark = pytest.mark.django_db


def fail(job, error, at=NOON):
    services.fail(job=claim(job, at=at), error=error, at=at)


def told():
    return list(Finding.objects.filter(code="job_failed").values_list("subject", flat=True))


def test_a_job_is_a_finding_once_it_is_given_up_and_not_while_it_is_tried_again():
    job = ask(title="Placement of ACME", max_attempts=2)

    fail(job, ZeroDivisionError())
    assert watch_jobs(at=NOON) == 0
    fail(job, ZeroDivisionError(), at=NOON + BACK_OFF[0])

    assert (watch_jobs(at=NOON + LEASE), told()) == (1, [f"job/{job.pk}"])
    assert f"Job {job.pk} (Placement of ACME)" in sentence(Finding.objects.get())
    assert "ZeroDivisionError" in sentence(Finding.objects.get())


def test_it_is_told_once_also_after_somebody_closed_the_finding():
    job = ask(max_attempts=1)
    fail(job, ZeroDivisionError())

    assert [watch_jobs(at=NOON), watch_jobs(at=NOON)] == [1, 0]
    books.close(finding=Finding.objects.get(), at=NOON, actor=ACTOR, resolution="Mended")

    assert (watch_jobs(at=NOON + timedelta(hours=1)), told()) == (0, [f"job/{job.pk}"])


def test_what_a_rule_refused_or_somebody_stopped_is_no_finding():
    refused, stopped = ask(), ask()
    fail(refused, InvalidInput("%(field)s is no number.", field="row 7", value="abc"))
    services.cancel(job=stopped, at=NOON)

    assert (watch_jobs(at=NOON), told()) == (0, [])


def test_a_job_whose_workers_vanished_or_that_nobody_can_do_is_one():
    lost, strange = claim(ask(max_attempts=1)), ask(kind="conjure")
    services.recover(at=NOON + LEASE + SECOND)
    with time_machine.travel(NOON + LEASE, tick=False):
        tasks.run_job(strange.pk)

        assert tasks.watch_jobs() == 2

    assert set(told()) == {f"job/{lost.pk}", f"job/{strange.pk}"}


def test_those_see_it_who_see_every_client_and_every_site():
    acme = make_client()
    fail(ask(client=acme, max_attempts=1), ZeroDivisionError())
    watch_jobs(at=NOON)

    assert findings.open_findings(ClientScope.everyone()).count() == 1
    assert not findings.open_findings(ClientScope.of(acme.pk)).exists()
    assert not findings.open_findings(ClientScope.everyone(), ["slp"]).exists()
