"""The daily seal: every append-only row under exactly one link of a chain that shows any change."""

from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from inventory.audit import services
from inventory.audit.errors import SealedLater
from inventory.audit.models import AuditSeal
from inventory.ledger.append_only import create_append_only, drop_append_only
from tests.builders import NOON, make_client

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (2, 3, 4))


def seal(day):
    return services.seal(day=day, at=NOON)


def three_days():
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        make_client()
        seal(day)


def behind_the_back(table, statement, *values):
    """Change a table as someone with the database's own password could."""
    with connection.schema_editor() as editor:
        drop_append_only(editor, table)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    with connection.schema_editor() as editor:
        create_append_only(editor, table)


def test_each_row_is_under_exactly_one_seal():
    make_client()
    first = seal(MONDAY)
    make_client()
    make_client()
    second = seal(WEDNESDAY)

    rows = [kept.high_water["auditlog.LogEntry"]["rows"] for kept in (first, second)]

    assert sum(rows) == LogEntry.objects.count()
    assert rows[1] == 2
    assert second.previous_digest == first.digest


def test_a_day_is_sealed_once_and_never_before_a_later_one():
    make_client()
    first = seal(TUESDAY)
    make_client()

    assert seal(TUESDAY) == first
    with pytest.raises(SealedLater):
        seal(MONDAY)
    assert AuditSeal.objects.count() == 1


def test_a_quiet_day_is_a_link_too():
    seal(MONDAY)
    quiet = seal(TUESDAY)

    assert quiet.row_count == 0
    assert services.verify().holds


def test_the_chain_holds_as_long_as_nobody_touches_a_row():
    three_days()
    make_client()

    proof = services.verify()

    assert proof.holds
    assert (proof.days, proof.rows) == (3, LogEntry.objects.count() - 1)


@pytest.mark.django_db(transaction=True)
def test_a_changed_row_names_its_day_and_table():
    three_days()
    victim = LogEntry.objects.order_by("pk")[1]

    behind_the_back("auditlog_logentry", "UPDATE auditlog_logentry SET object_repr = %s WHERE id = %s", "X", victim.pk)

    proof = services.verify()
    assert (proof.broken_on, proof.table, proof.days) == (TUESDAY, "auditlog.LogEntry", 1)


@pytest.mark.django_db(transaction=True)
def test_a_deleted_row_shows():
    three_days()
    victim = LogEntry.objects.order_by("pk").last()

    behind_the_back("auditlog_logentry", "DELETE FROM auditlog_logentry WHERE id = %s", victim.pk)

    assert services.verify().broken_on == WEDNESDAY


@pytest.mark.django_db(transaction=True)
def test_a_seal_made_to_fit_breaks_the_next_link():
    three_days()
    victim = LogEntry.objects.order_by("pk")[1]
    behind_the_back("auditlog_logentry", "UPDATE auditlog_logentry SET object_repr = %s WHERE id = %s", "X", victim.pk)
    behind_the_back("inventory_auditseal", "DELETE FROM inventory_auditseal WHERE sealed_on = %s", TUESDAY)

    forged = AuditSeal.objects.get(sealed_on=MONDAY)
    kept = {label: services._seal_table(label, mark["last"]) for label, mark in forged.high_water.items()}
    AuditSeal.objects.create(
        sealed_on=TUESDAY,
        sealed_at=NOON,
        previous_digest=forged.digest,
        digest=services.chain(forged.digest, TUESDAY, kept),
        high_water=kept,
        row_count=1,
    )

    assert services.verify().broken_on == WEDNESDAY


@pytest.mark.parametrize(
    "change", [lambda: AuditSeal.objects.update(row_count=0), lambda: AuditSeal.objects.all().delete()]
)
def test_a_seal_is_permanent(change):
    seal(MONDAY)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change()


def test_every_sealed_table_refuses_changes():
    for label in services.SEALED:
        table = apps.get_model(label)._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname = %s", [f"{table}_append_only"])
            else:
                cursor.execute(
                    "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s", [f"{table}_append_only_update"]
                )
            assert cursor.fetchone(), table


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_row_whose_writer_was_slow_to_commit_is_sealed_too():
    """The id is handed out before the commit: without the lock, a later id would put it below the mark, for ever."""
    import threading

    begun, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            make_client("slow")
            begun.set()
            may_commit.wait(10)
        connection.close()

    def sealing():
        seal(MONDAY)
        connection.close()

    writer, sealer = threading.Thread(target=slow), threading.Thread(target=sealing)
    writer.start()
    begun.wait(10)
    make_client("quick")
    sealer.start()
    sealer.join(0.5)
    assert sealer.is_alive()
    may_commit.set()
    writer.join(10)
    sealer.join(10)

    assert AuditSeal.objects.get().high_water["auditlog.LogEntry"]["rows"] == LogEntry.objects.count() == 2


def test_what_is_recorded_later_does_not_change_a_seal():
    make_client()
    sealed = seal(MONDAY)
    services.seal(day=MONDAY + timedelta(days=1), at=NOON)
    make_client()

    assert services.verify().days == 2
    assert AuditSeal.objects.get(pk=sealed.pk).digest == sealed.digest
