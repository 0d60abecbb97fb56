"""What `test_processes` has done in a process of its own, since a process with open connections is not one to be copied."""

import os

import pytest

from inventory.placement.engine import parts
from inventory.placement.engine.recommend import recommend
from inventory.placement.files import output
from inventory.placement.processes import Processes
from tests.placement.test_parts import world


def main() -> None:
    """Raises AssertionError where more processes find anything else than one."""
    parts.LEAST_SERIES = 5
    for is_tuned in (False, True):
        same_run(is_tuned)
    pieces()


def same_run(is_tuned):
    problem, reached = world(), []
    whole = recommend(problem, is_tuned=is_tuned)

    found = recommend(
        problem, is_tuned=is_tuned, over=Processes(3), progress=lambda done, total: reached.append((done, total))
    )

    assert output.recommendations_csv(found) == output.recommendations_csv(whole)
    assert output.explanations_jsonl(found) == output.explanations_jsonl(whole)
    assert found.metrics == whole.metrics
    assert found.tuning == whole.tuning
    assert len(reached) == (3 if is_tuned else 0), reached


def pieces():
    (zero, nine), who = zip(*Processes(2)(ninth_of, [0, 1]), strict=True)

    assert (zero, nine) == (0, 9)
    assert os.getpid() not in who
    assert [value for value, _who in Processes(1)(ninth_of, [1, 3])] == [9, 27]
    with pytest.raises(ValueError, match="2 fits nothing"):
        list(Processes(2)(ninth_of, [1, 2]))


def ninth_of(number):
    """Nine times a number, and which process found it. Raises ValueError for 2."""
    if number == 2:
        raise ValueError(f"{number} fits nothing")
    return number * 9, os.getpid()


if __name__ == "__main__":
    import django

    django.setup()
    main()
