"""A browser's session: whose it is, until when, and what is done with one that is not there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from inventory.models import User
from tests.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(client):
    """The status of the first page for somebody who has logged in."""
    client.force_login(make_user("ana", "operator"))
    assert client.get("/").status_code == 200
    return lambda: client.get("/").status_code


def test_a_session_ends_when_its_time_is_up(home):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert home() == 302


def test_a_session_that_is_gone_opens_nothing(home):
    Session.objects.all().delete()

    assert home() == 302


@pytest.mark.parametrize("key", ["x" * 32, "short", "", "' OR 1=1 --"])
def test_a_key_that_somebody_made_up_opens_nothing(client, home, key):
    client.cookies[settings.SESSION_COOKIE_NAME] = key

    assert home() == 302


def test_logging_out_ends_the_session_for_whoever_copied_its_key(client, home):
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))
    client.cookies[settings.SESSION_COOKIE_NAME] = key

    assert home() == 302


def test_a_person_who_may_not_come_in_any_more_is_out_at_the_next_page(home):
    User.objects.update(is_active=False)

    assert home() == 302
