"""Back up a Recinto that keeps its books in SQLite, while it runs: `python3 -m ops.backup /srv/backups`.

Makes a folder named for the moment, with the books as they were at one instant and the files that people may download.
The copy is checked before it gets its name, so that a folder with that name is always whole.
"""

import contextlib
import os
import shutil
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from ops.environment import ROOT
from ops.refusal import Refusal


def main() -> int:
    """Back up DATA_DIR into the folder named on the command line."""
    if len(sys.argv) != 2:
        print("Say where to: python3 -m ops.backup FOLDER", file=sys.stderr)
        return 2
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    try:
        made = back_up(data, Path(sys.argv[1]), at=datetime.now(UTC))
    except (Refusal, OSError, sqlite3.Error) as error:
        print(f"No backup was made: {error}", file=sys.stderr)
        return 1
    print(made)
    return 0


def back_up(data: Path, into: Path, *, at: datetime) -> Path:
    """Copy books and files; the folder made. Raises Refusal when there is nothing to copy or the copy is not sound."""
    books = data / "recinto.sqlite3"
    if not books.exists():
        raise Refusal(f"there are no books in {data}; set DATA_DIR.")
    made = into / f"recinto-{at:%Y%m%dT%H%M%SZ}"
    unfinished = made.with_suffix(".unfinished")
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        copy_books(books, unfinished / books.name)
        if (data / "files").is_dir():
            shutil.copytree(data / "files", unfinished / "files")
        return unfinished.rename(made)
    except BaseException:
        shutil.rmtree(unfinished)
        raise


def copy_books(source: Path, target: Path) -> None:
    """Copy a database as it is at one instant, whoever writes to it meanwhile, and read the copy through."""
    with (
        contextlib.closing(sqlite3.connect(source, timeout=30)) as books,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        books.backup(copy)
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise Refusal(f"the copy is not sound ({found}).")


if __name__ == "__main__":
    sys.exit(main())
