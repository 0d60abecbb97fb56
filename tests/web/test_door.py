"""Coming in: password, authenticator app, recovery codes, passkey; each in a real browser, in our own look."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import expect

from tests.builders import make_user
from tests.web.looks import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = re.compile(r":\d+/$")
PASSWORD = "correct horse battery"


@pytest.fixture
def ana(settings):
    # allauth notes that a person logged in recently, and asks again for the password when that is long ago.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_user("ana", role="administrator")


def sign_in(page, name="ana", password=PASSWORD):
    page.goto("/accounts/login/")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(password)
    page.keyboard.press("Enter")


def code_of(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def go_after_confirming(page, path):
    """Open a page that asks for the password once more."""
    page.goto(path)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")


def enrol_app(page):
    """Enrol an authenticator app as a person would, and give back its secret."""
    go_after_confirming(page, "/accounts/2fa/totp/activate/")
    assert_sound(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("#id_code").fill(code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/recovery-codes/**")
    return secret


def sign_out(page):
    page.context.clear_cookies()


def test_a_person_comes_in_and_leaves(ana, new_page):
    page = new_page(width=390)

    sign_in(page)
    page.wait_for_url(HOME)
    page.locator(".topbar-user").click()
    page.get_by_role("button", name=re.compile("Cerrar sesión|Sign out")).click()

    page.wait_for_url("**/accounts/login/")


def test_a_wrong_password_is_told_apart_from_nothing(ana, new_page):
    page = new_page()

    sign_in(page, password="wrong")

    expect(page.locator(".form-summary")).to_be_visible()
    assert_sound(page)


def test_an_authenticator_app_is_enrolled_and_then_asked_for(ana, new_page):
    page = new_page(width=390)
    sign_in(page)
    page.wait_for_url(HOME)
    page.goto("/accounts/2fa/")
    assert_sound(page)
    secret = enrol_app(page)
    assert_sound(page)
    cache.clear()  # a code counts once, and the one that enrolled the app is still on
    sign_out(page)

    sign_in(page)
    page.wait_for_url("**/2fa/authenticate/")
    assert_sound(page)
    page.locator("#id_code").fill(code_of(secret))
    page.keyboard.press("Enter")

    page.wait_for_url(HOME)


def test_a_recovery_code_opens_once(ana, new_page):
    page = new_page()
    sign_in(page)
    page.wait_for_url(HOME)
    enrol_app(page)
    page.goto("/accounts/2fa/recovery-codes/")
    code = page.locator("#recovery_codes").input_value().split()[0]
    sign_out(page)

    sign_in(page)
    page.wait_for_url("**/2fa/authenticate/")
    page.locator("#id_code").fill(code)
    page.keyboard.press("Enter")

    page.wait_for_url(HOME)


def test_a_passkey_is_enrolled_and_opens_the_door_alone(ana, new_page):
    page = new_page()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page)
    page.wait_for_url(HOME)
    go_after_confirming(page, "/accounts/2fa/webauthn/add/")
    assert_sound(page)
    page.locator("#id_name").fill("Tableta del andén")
    page.locator("#id_passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Tableta del andén")
    assert_sound(page)
    sign_out(page)

    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()

    page.wait_for_url(HOME)
    assert Authenticator.objects.filter(user=ana, type="webauthn").count() == 1


@pytest.mark.parametrize("path", ["password/change/", "email/", "2fa/", "2fa/webauthn/", "logout/", "reauthenticate/"])
def test_pages_of_ones_own_account_are_sound(ana, come_in, path):
    page = come_in(ana, width=390)

    page.goto(f"/accounts/{path}")

    assert_sound(page)
    assert page.locator("h1").count() == 1
