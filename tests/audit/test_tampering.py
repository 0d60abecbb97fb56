"""Someone with the database's own password changes a row and covers the tracks: `manage.py verify_books` says so."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from inventory.audit import services
from inventory.findings.models import Finding
from inventory.reports import verification
from tests.audit.test_seal import behind_the_back
from tests.scenarios.test_account_life import Life
from tests.scenarios.world import at

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 4, 30)

# Each change leaves every sum of the books as it was: only the chain can tell.
CHANGES = {
    "who posted": ("inventory.Posting", "inventory_posting", "actor_label", "somebody else"),
    "why it was written off": ("inventory.Discharge", "inventory_discharge", "reason", "another reason"),
    "from where": ("auditlog.LogEntry", "auditlog_logentry", "remote_addr", "198.51.100.99"),
    "what stood before": ("auditlog.LogEntry", "auditlog_logentry", "changes_text", "nothing"),
    "when": ("inventory.Discharge", "inventory_discharge", "recorded_at", "2025-03-01 12:00:00+00:00"),
}


@pytest.fixture
def sealed():
    """Books with exits and a reversal in them, sealed, and found right."""
    Life().walk(until="2025-04-13")
    services.seal(day=DAY, at=at("2025-04-30"))


def first_of(table, column):
    """What the first row has in this column, as the database keeps it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return cursor.fetchone()[0]


def verify(capsys):
    """What the command exits with, and what it says."""
    capsys.readouterr()
    try:
        call_command("verify_books")
    except SystemExit as stop:
        return stop.code, capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_a_row_changed_under_the_triggers_makes_verify_books_exit_with_one_and_name_day_and_table(sealed, capsys):
    for label, table, column, value in CHANGES.values():
        assert verify(capsys)[0] == 0  # the one before was put back
        was = first_of(table, column)

        behind_the_back(table, f"UPDATE {table} SET {column} = %s WHERE id = (SELECT min(id) FROM {table})", value)

        code, said = verify(capsys)
        assert code == 1
        assert said.splitlines()[0] == f"21_audit_chain: {DAY}: computed as sealed, stored {label}"
        assert said.splitlines()[1].startswith("1 differences; read ")
        # The triggers are back, as if nothing had happened.
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
        behind_the_back(table, f"UPDATE {table} SET {column} = %s WHERE id = (SELECT min(id) FROM {table})", was)


def test_a_row_taken_away_under_the_triggers_shows_too(sealed, capsys):
    behind_the_back(
        "auditlog_logentry", "DELETE FROM auditlog_logentry WHERE id = (SELECT max(id) FROM auditlog_logentry)"
    )

    assert verify(capsys)[0] == 1


def test_a_row_put_back_as_it_was_is_right_again(sealed, capsys):
    before = services.verify()
    behind_the_back("inventory_posting", "UPDATE inventory_posting SET reason = 'x' || reason")
    assert verify(capsys)[0] == 1

    behind_the_back("inventory_posting", "UPDATE inventory_posting SET reason = substr(reason, 2)")

    assert verify(capsys)[0] == 0
    assert services.verify() == before


def test_the_nightly_proof_leaves_a_critical_finding_of_it(sealed):
    behind_the_back("inventory_posting", "UPDATE inventory_posting SET actor_label = 'somebody else'")

    assert verification.report(at=at("2025-05-01")) == 1

    finding = Finding.objects.get(code="audit_chain_broken")
    assert (finding.severity, finding.context["day"], finding.context["table"]) == (
        "critical",
        DAY.isoformat(),
        "inventory.Posting",
    )
