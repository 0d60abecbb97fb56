"""Tests read sentences in English, whatever language the pages start in; a request still speaks its own."""

import pytest

# The benchmark's bare floor is a project of its own, with settings of its own.
collect_ignore_glob = ["warehouse/bench/floor/*"]


@pytest.fixture(autouse=True)
def _english():
    """Begin every test, doctests included, with English active in this thread."""
    from django.utils import translation

    with translation.override("en"):
        yield
