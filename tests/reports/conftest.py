import copy

import pytest

from tests.once import once
from tests.reports import world as worlds

world_once = once(worlds.build)


@pytest.fixture
def world(world_once, db):
    """Acme's account and another client's, every figure known."""
    return copy.deepcopy(world_once)
