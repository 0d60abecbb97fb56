"""The smallest HTTP client that keeps a connection, so that the measuring costs little beside what is measured."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

GOOD = range(200, 300)
IDLE = 2  # seconds; Gunicorn closes after five


@dataclass
class Timed:
    """Answers with how long each took, in seconds, and how long all took together."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    wall: float = 0
    problem: str = ""

    def note(self, status: int, took: float, body: bytes) -> None:
        """One answer."""
        self.seconds.append(took)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status not in GOOD:
            self.problem = body[:300].decode(errors="replace")

    @property
    def failures(self) -> int:
        """Answers that were no success."""
        return sum(count for status, count in self.statuses.items() if status not in GOOD)


class Connection:
    """One connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port, self.used = port, time.monotonic()
        self.socket = self._open()

    def call(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self.rest()
        self.socket.sendall(request)
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            head += self._more()
        head, _blank, body = head.partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def close(self) -> None:
        """End it."""
        self.socket.close()

    def rest(self) -> None:
        """Open the connection anew where it has been idle so long that the server may have closed it."""
        if time.monotonic() - self.used > IDLE:
            self.close()
            self.socket = self._open()
        self.used = time.monotonic()

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("The server hung up.")
        return data


def request(method: str, path: str, body: str = "", **headers: str) -> bytes:
    """A request as it goes over the wire; header names are written with underscores."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body.encode())}"]
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def one(connection: Connection, asked: bytes, timed: Timed) -> None:
    """One request on a connection, noted."""
    connection.rest()
    began = time.perf_counter()
    status, body = connection.call(asked)
    took = time.perf_counter() - began
    timed.note(status, took, body)
    timed.wall += took


def crowd(port: int, requests: Iterable[bytes], operators: int) -> Timed:
    """All requests by so many operators, each of whom asks again as soon as the answer is there."""
    feed, lock, timed = iter(requests), threading.Lock(), Timed()
    workers = [
        threading.Thread(target=_work, args=(port, feed, lock, timed), daemon=True) for _operator in range(operators)
    ]
    began = time.perf_counter()
    _run(workers)
    timed.wall = time.perf_counter() - began
    return timed


def timed_calls(deed: Callable[[], None], times: int) -> Timed:
    """A deed done so many times in this process."""
    timed, began = Timed(), time.perf_counter()
    for _turn in range(times):
        start = time.perf_counter()
        deed()
        timed.note(200, time.perf_counter() - start, b"")
    timed.wall = time.perf_counter() - began
    return timed


def _run(workers: list[threading.Thread]) -> None:
    """Start all and wait for all."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _work(port: int, feed: Iterator[bytes], lock: threading.Lock, timed: Timed) -> None:
    """One operator, who connects with the first request: a connection that asks for nothing keeps a server's thread."""
    connection = None
    while True:
        with lock:
            asked = next(feed, None)
        if asked is None:
            break
        connection = connection or Connection(port)
        began = time.perf_counter()
        status, body = connection.call(asked)
        took = time.perf_counter() - began
        with lock:
            timed.note(status, took, body)
    if connection:
        connection.close()
