"""Each tick of the clock is one service call."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings

from inventory import tasks
from inventory.audit.models import AuditSeal
from inventory.findings.models import Finding
from inventory.jobs import selectors
from tests.builders import make_client, make_location, make_lot

pytestmark = pytest.mark.django_db
AFTER_MIDNIGHT = datetime(2026, 3, 4, 6, 20, tzinfo=UTC)  # 00:20 on 4 March in Mexico City


def test_every_tick_of_the_timetable_has_its_task():
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"].startswith(("inventory.tasks.", "warehouse.tasks.")), name
        if entry["task"].startswith("inventory.tasks."):
            assert getattr(tasks, entry["task"].rpartition(".")[2]).name == entry["task"]


@time_machine.travel(AFTER_MIDNIGHT, tick=False)
def test_the_day_that_has_just_ended_is_sealed():
    make_client()

    digest = tasks.seal_audit_daily()

    seal = AuditSeal.objects.get()
    assert (seal.sealed_on, seal.digest, seal.row_count) == (date(2026, 3, 3), digest, 1)
    assert tasks.seal_audit_daily() == digest


def test_books_that_do_not_add_up_leave_a_finding():
    lot, place = make_lot(), make_location()
    assert tasks.verify_books_nightly() == 0

    lot.balances.create(account=lot.account, location=place, is_virtual=False, quantity=5)

    assert tasks.verify_books_nightly() >= 1
    assert Finding.objects.filter(code="books_differ", severity="critical", closed_at=None).exists()


def test_nothing_is_due_in_empty_books():
    assert tasks.watch_deadlines_daily() == 0


@time_machine.travel(AFTER_MIDNIGHT, tick=False)
def test_a_heartbeat_shows_that_beat_and_worker_live():
    tasks.record_heartbeat()

    assert {selectors.last_seen(name) for name in ("beat", "worker")} == {AFTER_MIDNIGHT}
    assert selectors.last_seen("nobody") is None
