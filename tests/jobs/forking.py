"""A process that has loaded all a worker needs, and forks one for each line it reads: how many pool processes it has.

`python -m tests.jobs.forking`. It answers with the process id. Loading takes longer than the work of the tests, and what
is forked here is the worker that `celery -A tests.jobs.worker_app worker` starts; how `make run` starts it is for tests/ops.
"""

import os
import signal
import sys

import django

from tests.jobs.worker_app import app


def main() -> None:
    """Fork until nobody asks any more."""
    django.setup()
    import config.urls  # noqa: F401  what a worker's checks load

    app.loader.import_default_modules()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that ended
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _be_a_worker(int(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _be_a_worker(processes: int) -> None:
    os.setsid()
    os.dup2(2, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    app.worker_main(["worker", "-c", str(processes), "--without-gossip", "--without-mingle", "--loglevel", "ERROR"])
    os._exit(0)


if __name__ == "__main__":
    main()
