"""Child processes that never outlive their parent."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(by: signal.Signals = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel to send `by` to this process when its parent is gone (Linux; elsewhere nothing happens).

    Give `parent` where the parent's process id is known: a parent that died in between is noticed as well.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), by)


def start(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own that dies when we die; its output goes to `log`, or nowhere."""
    parent = os.getpid()
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            pass_fds=pass_fds,
            start_new_session=True,  # a Ctrl-C at the terminal reaches the supervisor alone, which stops them in order
            preexec_fn=lambda: die_with_parent(parent=parent),
        )


def ask(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> None:
    """Ask a child to stop."""
    if process.poll() is None:
        process.send_signal(by)


def finish(process: subprocess.Popen[bytes]) -> int:
    """Kill a child, if it still runs, with all its group; answer with its exit status."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def stop(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, patience: float = 10) -> int:
    """Stop a child politely, then by force; answer with its exit status."""
    ask(process, by)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    return finish(process)
