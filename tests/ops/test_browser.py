"""The browser that page tests drive."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_way_in_opens_in_a_real_browser_without_a_fault(page):
    answer = page.goto("/accounts/login/")

    assert answer.status == 200
    assert page.locator("form input[name=password]").is_visible()
    assert page.locator("html").get_attribute("lang") == "es-mx"


def test_the_way_in_fits_a_phone(new_page):
    page = new_page(width=390, height=844, locale="en")

    page.goto("/accounts/login/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
