"""What journeys share with the tests of pages."""

from tests.web.conftest import come_in

__all__ = ["come_in"]
