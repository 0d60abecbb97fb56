"""What the tests of pages share: the gallery's templates, and a browser that is already logged in."""

import copy
import logging
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from tests.builders import make_user
from tests.told import told_once
from tests.web.floor import make_floor
from tests.web.two_worlds import make_two_worlds


@pytest.fixture
def gallery(settings):
    """The application with the gallery's pages and templates beside its own."""
    templates = copy.deepcopy(django_settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.web.gallery"


floor_once = told_once(make_floor)
worlds_once = told_once(make_two_worlds)


@pytest.fixture
def floor(floor_once, db):
    """A warehouse floor: the law, a zone, a US DC, a client's item, and people to come in as."""
    return copy.deepcopy(floor_once)


@pytest.fixture
def worlds(worlds_once, db):
    """Two clients with one of everything each, at the same sites: mine and theirs."""
    return copy.deepcopy(worlds_once)


@pytest.fixture
def quiet():
    """Thousands of refusals are the point; their log lines are not."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def come_in(new_page, client, live):
    """Open a page as someone: `come_in(user, width=390)`, with the session in the browser already."""

    def enter(user=None, *, language="es-mx", **options):
        user = user or make_user(role="administrator")
        type(user).objects.filter(pk=user.pk).update(language=language)
        client.force_login(user)
        page = new_page(**options)
        page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url}])
        return page

    return enter
