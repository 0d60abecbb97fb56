"""Running Recinto on a machine: set-up, supervision, servers for tests. Standard library only.

`python3 -m ops.launch` is `make run`, `python3 -m ops.check` is `make test`. Nothing in here imports Django,
so that it runs before anything is installed.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  whoever has an older Python is the one who needs this sentence
    have = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit("Recinto needs Python 3.11 or newer, not " + have + ": name one, as in 'make run PYTHON=python3.12'.")
