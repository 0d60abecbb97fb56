"""`make run`: set up what is missing, start everything under one supervisor, say where it answers.

Everything runs from this folder and DATA_DIR: SQLite, an embedded Valkey, gunicorn, a Celery worker and its beat.
DATABASE_URL and the other variables of production are not heeded here; docs/deploy.md is about those.
"""

import contextlib
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ops import environment, processes, valkey
from ops.refusal import Refusal
from ops.supervisor import Program, Supervisor

DEFAULT_PORT = 8000
START_WITHIN = 90.0
LARGEST_LOG = 5 * 2**20
NOT_HEEDED = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "PRODUCTION", "DJANGO_SETTINGS_MODULE", "STATIC_ROOT")


@dataclass(frozen=True)
class Place:
    """Where this Recinto answers and where it keeps its files."""

    host: str
    port: int
    data: Path

    @property
    def database(self) -> Path:
        """The books."""
        return self.data / "recinto.sqlite3"

    @property
    def unfinished(self) -> Path:
        """Stands while a new database is being made, so that an interrupted one is never taken for whole."""
        return self.data / "recinto.unfinished"

    @property
    def logs(self) -> Path:
        """What the programs say."""
        return self.data / "logs"


def main() -> int:
    """Run until told to stop; one sentence and status 1 when that cannot be."""
    if os.environ.get("MAKELEVEL"):
        processes.die_with_parent(signal.SIGTERM)  # a killed make takes us along
    try:
        return run(read_place())
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def read_place() -> Place:
    """What PORT, HOST and DATA_DIR ask for."""
    given = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not given.isdecimal() or int(given) > 65535:
        raise Refusal(f"PORT must be a number from 0 to 65535, not {given!r}: try 'make run PORT=8001'.")
    data = Path(os.environ.get("DATA_DIR") or environment.ROOT / "var").expanduser().absolute()
    return Place(host=os.environ.get("HOST") or "127.0.0.1", port=int(given), data=data)


def run(place: Place) -> int:
    """Set up, start, supervise, stop."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    bind(place).close()  # before anything slow, so that a port in use is told at once
    with claim(place):
        python = environment.ensure("runtime")
        os.umask(0o077)  # books, keys and logs are for the one who runs this
        env = variables(place)
        logins = prepare(place, python, env)
        with bind(place) as door:
            broker, web, *others = programs(place, python, env, door)
            house = Supervisor([broker, web], say)
            house.listen()
            try:
                serve(house, others, door, logins)
                return 0
            finally:
                house.stop()


def bind(place: Place) -> socket.socket:
    """A socket on the port asked for."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((place.host, place.port))
        door.listen(1024)
    except OSError as error:
        door.close()
        if isinstance(error, PermissionError):
            raise Refusal(f"Only root may listen on port {place.port}: try 'make run PORT=8001'.") from None
        raise Refusal(
            f"Port {place.port} on {place.host} is in use or not to be had ({error.strerror}): "
            f"stop what listens there, or choose another, as in 'make run PORT={(place.port + 1) % 65536}'."
        ) from None
    return door


@contextlib.contextmanager
def claim(place: Place) -> Iterator[None]:
    """Be the only one at work on this data folder, from now until the end."""
    try:
        place.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.logs.mkdir(exist_ok=True)
        lock = (place.data / "recinto.lock").open("a")
    except OSError as error:
        raise Refusal(
            f"{place.data} is not to be written to ({error.strerror}): "
            "name a folder where you may write, as in 'make run DATA_DIR=/tmp/recinto'."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(
                f"Recinto already runs on {place.data}: stop it first, or name another folder with DATA_DIR=."
            ) from None
        yield


def variables(place: Place) -> dict[str, str]:
    """The environment of our programs: the person's own, with everything about where things are set by us."""
    sock = valkey.socket_path(place.data)
    env = {name: value for name, value in os.environ.items() if name not in NOT_HEEDED}
    if os.environ.get("DATABASE_URL"):
        say("DATABASE_URL is set and not heeded: 'make run' keeps its books in DATA_DIR. See docs/deploy.md.")
    hosts = ["localhost", "127.0.0.1", "[::1]", *([place.host] if place.host not in ("0.0.0.0", "::") else [])]  # noqa: S104
    return {
        "LOG_LEVEL": "INFO",
        "ALLOWED_HOSTS": ",".join(hosts),
        "SECRET_KEY": secret(place),
        **env,
        "PRODUCTION": "false",
        "DATA_DIR": str(place.data),
        "DATABASE_URL": f"sqlite:///{quote(str(place.database))}",
        "CELERY_BROKER_URL": valkey.broker_url(sock),
        "CACHE_URL": valkey.cache_url(sock),
    }


def secret(place: Place) -> str:
    """The key that signs sessions, made once for each data folder."""
    path = place.data / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()


def prepare(place: Place, python: Path, env: dict[str, str]) -> str:
    """Bring the database up to date, and answer with the demonstration logins."""
    if place.unfinished.exists():
        for part in place.data.glob("recinto.sqlite3*"):
            part.unlink()
    is_new = not place.database.exists()
    if is_new:
        place.unfinished.touch()
    parent = os.getpid()
    done = subprocess.run(
        [python, "-m", "ops.prepare", *(["--new"] if is_new else [])],
        env=env,
        cwd=environment.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=lambda: processes.die_with_parent(parent=parent),
    )
    if done.returncode != 0:
        raise Refusal("The database could not be brought up to date; the reason stands above.")
    place.unfinished.unlink(missing_ok=True)
    return done.stdout.strip()


def programs(place: Place, python: Path, env: dict[str, str], door: socket.socket) -> list[Program]:
    """What runs, in the order of starting."""
    sock, folder = valkey.socket_path(place.data), place.data / "valkey"
    site_packages = next((environment.VENV / "lib").glob("python*/site-packages"))
    celery: list[str | Path] = [python, "-m", "celery", "--app", "config"]
    commands: dict[str, list[str | Path]] = {
        "broker": list(valkey.command(valkey.binary(site_packages), sock, folder, keep=True)),
        "web server": [python, "-m", "gunicorn", "--config", "ops/gunicorn_conf.py"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--pidfile", ""],
    }
    house = []
    for name, command in commands.items():
        log = place.logs / f"{name.replace(' ', '-')}.log"
        turn_over(log)
        house.append(Program(name, command, log, env, environment.ROOT))
    broker, web, worker, _beat = house
    broker.before = lambda: valkey.prepare(sock, folder)
    web.pass_fds = [door.fileno()]
    web.env = {**env, "BIND": f"fd://{door.fileno()}", "WEB_WORKERS": env.get("WEB_WORKERS", "1")}
    worker.patience = 20
    return house


def turn_over(log: Path) -> None:
    """Keep one earlier log of a size that nobody minds."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        shutil.move(log, log.with_suffix(".log.1"))


def serve(house: Supervisor, others: list[Program], door: socket.socket, logins: str) -> None:
    """Start the web server, then all others; say so when it answers; keep everything running until told to stop."""
    address, port = door.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    began = time.monotonic()
    house.tend_until(lambda: answers(address, port) or time.monotonic() - began > START_WITHIN)
    if not house.is_stopping:
        if time.monotonic() - began > START_WITHIN:
            raise Refusal(
                f"The web server did not answer within {START_WITHIN:.0f} seconds: see {house.programs[1].log}."
            )
        say(f"\nRecinto answers at http://{shown}:{port}/   (Ctrl-C stops it)\n")
        if logins:
            say(f"{logins}\n")
        house.programs += others
        house.tend_until(lambda: False)
    say("Stopping …")


def answers(address: str, port: int) -> bool:
    """True when the web server says that it lives."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    link = http.client.HTTPConnection(target, port, timeout=2)
    try:
        link.request("GET", "/livez", headers={"Host": "localhost"})
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def say(text: str) -> None:
    """Tell the person at the terminal."""
    with contextlib.suppress(OSError):  # a closed terminal is no reason to stop in disorder
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
