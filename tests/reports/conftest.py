import pytest

from tests.reports import world as worlds


@pytest.fixture
def world(db):
    """Acme's account and another client's, every figure known."""
    return worlds.build()
