import copy

import pytest

from tests.reports import world as worlds
from tests.told import told_once

world_once = told_once(worlds.build)


@pytest.fixture
def world(world_once, db):
    """Acme's account and another client's, every figure known."""
    return copy.deepcopy(world_once)
