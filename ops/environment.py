"""The virtual environment: made once, filled from a hash-locked list, and left alone while that list stays the same."""

import errno
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from ops import processes
from ops.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "recinto.stamp"
# An environment filled from one of these lists holds all of the list asked for (tests/ops keep it true).
SERVED_BY = {"runtime": ("runtime", "prod", "dev", "e2e"), "e2e": ("e2e",)}


def ensure(lock: str) -> Path:
    """The Python of an environment that holds everything of `requirements/<lock>.lock`; made or brought up to date first."""
    if _is_current(lock):
        return PYTHON
    try:
        with _alone():
            if not _is_current(lock):  # another `make` may just have done it
                _make()
                _install(lock)
    except OSError as error:
        raise Refusal(
            f"{error.filename or ROOT} is not to be written to ({error.strerror}): "
            "copy Recinto to a folder where you may write, and run make there."
        ) from None
    return PYTHON


def _lock_file(lock: str) -> Path:
    return ROOT / "requirements" / f"{lock}.lock"


def _mark(lock: str) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{lock} {version} {hashlib.sha256(_lock_file(lock).read_bytes()).hexdigest()}"


def _is_current(lock: str) -> bool:
    try:
        stamp = STAMP.read_text().strip()
    except OSError:
        return False
    return stamp in [_mark(name) for name in SERVED_BY[lock]] and _works()


def _works() -> bool:
    """True when the environment's Python starts: it may point to one that is gone."""
    try:
        return subprocess.run([PYTHON, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def _alone() -> Iterator[None]:
    """Let one `make` at a time change the environment."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make() -> None:
    if _works() and _has_pip() and _same_version():
        return
    if find_spec("venv") is None or not _has_ensurepip():
        raise Refusal(
            "This Python cannot make virtual environments: install its venv module "
            "(on Debian and Ubuntu: 'sudo apt-get install python3-venv') and run make again."
        )
    _say("Making the virtual environment in .venv …")
    made = _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made.returncode == 0:
        return
    if not os.access(ROOT, os.W_OK):
        raise PermissionError(errno.EROFS, os.strerror(errno.EROFS), str(ROOT))
    raise Refusal(f"The virtual environment could not be made: {_last_line(made.stdout)}")


def _has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401, PLC0415  Debian ships Python without it
    except ImportError:
        return False
    return True


def _has_pip() -> bool:
    return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _same_version() -> bool:
    ask = "import sys; print(*sys.version_info[:2])"
    told = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False).stdout.split()
    return told == [str(part) for part in sys.version_info[:2]]


def _install(lock: str) -> None:
    path = _lock_file(lock)
    count = sum(line[:1].isalnum() for line in path.read_text().splitlines())
    _say(
        f"Installing {count} packages from requirements/{lock}.lock; this takes a minute or two, the first time only …"
    )
    STAMP.unlink(missing_ok=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    # The list is whole, so nothing is left to resolve: asked to, older pips look at releases made since, and refuse them.
    done = _run([*pip, "--no-compile", "--no-deps", "--require-hashes", "-r", str(path)])
    if done.returncode != 0:
        raise Refusal(
            f"The packages could not be installed: {_last_line(done.stdout)} "
            "Check the network connection (or pip's configuration) and run make again."
        )
    STAMP.write_text(_mark(lock) + "\n")


def _run(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    parent = os.getpid()
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        preexec_fn=lambda: processes.die_with_parent(parent=parent),
    )


def _last_line(text: str) -> str:
    """What a program said last that looks like a reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    found = (errors or lines or ["it said nothing"])[-1].removeprefix("ERROR: ")
    return found if found.endswith(".") else f"{found}."


def _say(text: str) -> None:
    print(text, flush=True)
