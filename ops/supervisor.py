"""Keep programs running: start them, start again those that stop, and stop them all together."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops import processes

HEALTHY_AFTER = 60.0  # seconds a program must have lived for its earlier failures to be forgotten
LONGEST_WAIT = 60.0


def back_off(failures: int) -> float:
    """Seconds to wait before the next start, after so many failures in a row.

    >>> [back_off(count) for count in (1, 2, 3, 7, 40)]
    [1.0, 2.0, 4.0, 60.0, 60.0]
    """
    return min(LONGEST_WAIT, 2.0 ** (min(failures, 10) - 1))


@dataclass
class Program:
    """One program of the house: how to start it, where it writes, how patiently to stop it."""

    name: str
    command: Sequence[str | Path]
    log: Path
    env: Mapping[str, str]
    cwd: Path
    pass_fds: Sequence[int] = ()
    stop_by: signal.Signals = signal.SIGTERM
    patience: float = 10
    before: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    started: float = field(default=0.0, init=False)
    due: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it now."""
        self.before()
        self.started = time.monotonic()
        self.process = processes.start(self.command, log=self.log, env=self.env, cwd=self.cwd, pass_fds=self.pass_fds)

    def tend(self, say: Callable[[str], None]) -> None:
        """Notice that it stopped, and start it again when its wait is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            status, lived = self.process.returncode, now - self.started
            self.failures = 1 if lived > HEALTHY_AFTER else self.failures + 1
            wait = back_off(self.failures)
            self.due, self.process = now + wait, None
            say(f"The {self.name} stopped (status {status}); starting it again in {wait:.0f} s. Its log: {self.log}")
        if self.process is None and now >= self.due:
            self.start()

    def ask(self) -> None:
        """Ask it to stop."""
        if self.process is not None:
            processes.ask(self.process, self.stop_by)

    def finish(self) -> None:
        """Make sure that it and whatever it has started are gone."""
        if self.process is not None:
            processes.finish(self.process)
            self.process = None

    @property
    def is_running(self) -> bool:
        """True while its process is there."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Programs that live and die together; the first one is started first and stopped last."""

    def __init__(self, programs: Sequence[Program], say: Callable[[str], None]) -> None:
        """Take charge of the programs; nothing is started yet."""
        self.programs = list(programs)
        self.say = say
        self.signals = 0

    def listen(self) -> None:
        """From now on the signals that end a program ask us to stop."""
        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wanted, self._asked)

    def _asked(self, _number: int, _frame: object) -> None:
        self.signals += 1

    @property
    def is_stopping(self) -> bool:
        """True once we were asked to stop."""
        return self.signals > 0

    def tend_until(self, done: Callable[[], bool], *, pause: float = 0.2) -> None:
        """Keep every program running until `done()` or until asked to stop."""
        while not self.is_stopping and not done():
            for program in self.programs:
                program.tend(self.say)
            time.sleep(pause)

    def stop(self) -> None:
        """Stop every program, the first one after all others; a second signal takes away the patience."""
        self._stop_together(self.programs[1:])
        self._stop_together(self.programs[:1])

    def _stop_together(self, programs: Sequence[Program]) -> None:
        running = [program for program in programs if program.process is not None]
        for program in running:
            program.ask()
        asked = time.monotonic()
        while any(program.is_running and time.monotonic() - asked < program.patience for program in running):
            if self.signals > 1:
                break
            time.sleep(0.05)
        for program in running:
            program.finish()
