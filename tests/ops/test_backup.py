"""Backing up the books while they are written to."""

import contextlib
import sqlite3
from datetime import UTC, datetime

import pytest

from ops import backup
from ops.refusal import Refusal

pytestmark = pytest.mark.ops
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path):
    """A data folder whose books a writer holds open, with one row not yet committed."""
    folder = tmp_path / "data"
    (folder / "files" / "jobs").mkdir(parents=True)
    (folder / "files" / "jobs" / "report.csv").write_text("a,b\n")
    with contextlib.closing(sqlite3.connect(folder / "recinto.sqlite3", isolation_level=None)) as books:
        books.execute("PRAGMA journal_mode=WAL")
        books.execute("CREATE TABLE leg (quantity INTEGER)")
        books.execute("INSERT INTO leg VALUES (1)")
        books.execute("BEGIN IMMEDIATE")
        books.execute("INSERT INTO leg VALUES (2)")
        yield folder


def test_a_backup_holds_what_was_committed_and_the_files(data, tmp_path):
    made = backup.back_up(data, tmp_path / "kept", at=NOON)

    assert made.name == "recinto-20260302T120000Z"
    assert (made / "files" / "jobs" / "report.csv").read_text() == "a,b\n"
    with contextlib.closing(sqlite3.connect(made / "recinto.sqlite3")) as copy:
        assert copy.execute("SELECT quantity FROM leg").fetchall() == [(1,)]


def test_books_that_are_not_sound_give_no_backup(data, tmp_path):
    (data / "recinto.sqlite3-wal").unlink()
    (data / "recinto.sqlite3").write_bytes(b"SQLite format 3\0" + b"x" * 4096)

    with pytest.raises((Refusal, sqlite3.DatabaseError)):
        backup.back_up(data, tmp_path / "kept", at=NOON)

    assert list((tmp_path / "kept").iterdir()) == []


def test_a_folder_without_books_is_refused(tmp_path):
    with pytest.raises(Refusal, match="there are no books"):
        backup.back_up(tmp_path, tmp_path / "kept", at=NOON)
