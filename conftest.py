"""Tests read sentences in English, whatever language the pages start in; a request still speaks its own."""

import pytest


@pytest.fixture(autouse=True)
def _english():
    """Begin every test, doctests included, with English active in this thread."""
    from django.utils import translation

    with translation.override("en"):
        yield
