"""The virtual environment: made once, filled from a hash-locked list, and left alone while that list stays the same."""

import errno
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
    """The Python of an environment that holds everything of `requirements/<lock>.lock`; made or brought up to date first.

    What is started from here on keeps what it compiles: two thousand modules take longer to compile than to run.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
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
    """Install the list in two halves at once: most of it is unpacking. It is whole, so that nothing is left to resolve."""
    packages = re.split(r"^(?=\w)", _lock_file(lock).read_text(), flags=re.MULTILINE)
    _say(
        f"Installing {len(packages) - 1} packages from requirements/{lock}.lock; this takes a minute, the first time only …"
    )
    STAMP.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        halves = [Path(folder) / name for name in ("one.lock", "other.lock")]
        for start, half in enumerate(halves):
            half.write_text("".join(packages[start::2]))
        for done in list(pool.map(_pip_install, halves)):
            if done.returncode != 0:
                raise Refusal(
                    f"The packages could not be installed: {_last_line(done.stdout)} "
                    "Check the network connection (or pip's configuration) and run make again."
                )
    STAMP.write_text(_mark(lock) + "\n")


def _pip_install(lock: Path) -> subprocess.CompletedProcess[str]:
    # Asked to resolve, older pips look at releases made since, and refuse the list.
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    return _run([*pip, "--no-compile", "--no-deps", "--require-hashes", "-r", lock])


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
