"""What the tests of pages share: the gallery's templates, and a browser that is already logged in."""

import copy
import logging
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from tests.builders import make_user
from tests.web.floor import make_floor
from tests.web.two_worlds import MARK, make_ground, make_world


@pytest.fixture
def gallery(settings):
    """The application with the gallery's pages and templates beside its own."""
    templates = copy.deepcopy(django_settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "tests.web.gallery"


@pytest.fixture
def floor(db):
    """A warehouse floor: the law, a zone, a US DC, a client's item, and people to come in as."""
    return make_floor()


@pytest.fixture
def worlds(db, settings, tmp_path):
    """Two clients with one of everything each, at the same sites: mine and theirs."""
    settings.MEDIA_ROOT = tmp_path
    ground = make_ground()
    theirs = make_world(ground, MARK)
    mine = make_world(ground, "ZQALFA")
    return mine, theirs


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
