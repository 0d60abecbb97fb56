"""The parts every page is made of, in a real Chromium: at three widths, in both themes, in both languages."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.builders import make_client, make_item, make_user
from tests.web.looks import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [
    (390, "light", "es-mx"),
    (820, "dark", "es-mx"),
    (390, "dark", "en"),
    (1280, "light", "en"),
]


@pytest.fixture
def items():
    client = make_client()
    return [
        make_item(client=client, sku=f"SKU-{number:03}", description="Rueda giratoria de 4 pulgadas")
        for number in range(30)
    ]


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_every_part_is_sound_at_every_size(gallery, come_in, items, width, theme, language):
    page = come_in(width=width, color_scheme=theme, language=language)

    for path in (
        "items/",
        "items/?q=zzz",
        "items/?origin_country=CHN&as_of=2026-03-01",
        "charts/",
        "detail/",
        "scan/",
        "admins/none",
    ):
        page.goto(f"/gallery/{path}")
        if path == "charts/":
            page.wait_for_selector("[data-drawn]")
        if "as_of" in path:
            page.get_by_role("button", name=re.compile("^(Filtros|Filters)")).click()
            page.wait_for_selector("#filters.show")
        assert_sound(page, f"{width} {theme} {language}")
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS[1:])
def test_a_refused_form_is_sound_and_the_eye_goes_to_what_is_wrong(gallery, come_in, width, theme, language):
    page = come_in(width=width, color_scheme=theme, language=language)
    page.goto("/gallery/form/")

    page.locator("main form .btn-primary").click()

    page.wait_for_selector(".form-summary")
    assert_sound(page)
    assert page.evaluate("document.activeElement.classList.contains('form-summary')")
    field = page.locator("#id_quantity")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.locator(f"#{field.get_attribute('aria-describedby').split()[-1]}").inner_text() != ""


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS[1:])
def test_the_door_is_sound(new_page, live, width, theme, language):
    page = new_page(width=width, color_scheme=theme)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live.url}])

    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"):
        page.goto(path)
        assert_sound(page)


def test_a_menu_opens_and_closes_without_a_mouse(gallery, come_in):
    page = come_in(width=390)
    page.goto("/gallery/scan/")

    page.locator(".thumbbar button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#menu.show .menu-link")
    assert_sound(page)
    page.keyboard.press("Escape")

    page.wait_for_selector("#menu:not(.show)", state="attached")


def test_the_first_tab_skips_to_the_content(gallery, come_in):
    page = come_in()
    page.goto("/gallery/items/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_a_chosen_theme_is_remembered(gallery, come_in):
    page = come_in(color_scheme="light")
    page.goto("/gallery/scan/")

    page.locator("[data-theme-switch]").click()
    page.reload()

    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_a_chosen_language_follows_the_person(gallery, come_in):
    user = make_user(role="administrator")
    page = come_in(user)
    page.goto("/gallery/items/")

    page.get_by_role("button", name="English").click()

    page.wait_for_selector("html[lang=en]")
    user.refresh_from_db()
    assert user.language == "en"


def test_a_search_and_a_filter_change_the_list_alone(gallery, come_in, items):
    page = come_in(width=820)
    page.goto("/gallery/items/")
    page.evaluate("window.still = 'the same page'")

    page.locator("#search").fill("SKU-007")

    expect(page.locator("#list-results tbody tr")).to_have_count(1)
    assert page.url.endswith("/gallery/items/?q=SKU-007")
    assert page.evaluate("window.still") == "the same page"


def test_a_tap_anywhere_on_a_row_opens_it(gallery, come_in, items):
    page = come_in(width=390)
    page.goto("/gallery/items/")

    page.locator("tbody tr").first.locator("td").nth(2).click()

    page.wait_for_url("**/gallery/detail/**")


# A scanner strikes its keys within milliseconds; struck one by one from here, a busy machine would set their pace.
AT_ONCE = """([code, end]) => [...code, end].forEach(
  (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}))
)"""


def test_what_a_person_types_with_no_field_in_focus_is_no_scan(gallery, come_in):
    page = come_in()
    page.goto("/gallery/scan/")
    page.evaluate("document.activeElement.blur()")

    page.keyboard.type("SKU-001", delay=120)
    page.keyboard.press("Enter")

    assert page.locator("#scan-code").input_value() == ""
    assert page.locator(".scan-result.is-right").count() == 0


def test_a_hardware_scan_lands_in_the_field_wherever_the_focus_is(gallery, come_in):
    page = come_in()
    page.goto("/gallery/scan/")
    page.evaluate("document.activeElement.blur()")

    page.evaluate(AT_ONCE, ["SKU-001", "Enter"])

    page.wait_for_selector(".scan-result.is-right")
    assert page.locator("#lines").inner_text() == "SKU-001"
    assert page.locator("#scan-code").input_value() == ""
    assert page.evaluate("document.activeElement.id") == "scan-code"


def test_a_wrong_scan_says_so_and_can_be_typed_over(gallery, come_in):
    page = come_in()
    page.goto("/gallery/scan/")

    page.locator("#scan-code").fill("NADA")
    page.keyboard.press("Enter")

    page.wait_for_selector(".scan-result.is-wrong")
    assert page.locator(".scan-result").inner_text() == "No existe."
    assert page.evaluate("getSelection().toString()") == "NADA"


def test_a_deed_is_asked_about_first(gallery, come_in):
    page = come_in()
    page.goto("/gallery/detail/")

    page.get_by_role("button", name="Despachar").click()
    dialog = page.locator("dialog[open]")
    assert "E-0012" in dialog.inner_text()
    assert_sound(page)
    dialog.locator("[value=no]").click()
    assert page.url.endswith("/gallery/detail/")
    page.get_by_role("button", name="Despachar").click()
    dialog.locator("[value=yes]").click()

    page.wait_for_url("**/gallery/form/")


def test_a_running_job_is_asked_after_until_it_is_finished(gallery, come_in):
    page = come_in()
    page.goto("/gallery/detail/")

    page.wait_for_selector("#job-1:not([hx-get])")

    assert page.locator("#job-1 a").first.get_attribute("href") == "/x"


def test_a_message_becomes_a_toast(gallery, come_in):
    page = come_in()

    page.goto("/gallery/detail/")

    assert page.locator("#toasts .tone-success").inner_text().startswith("Guardado.")


def test_the_chart_is_drawn_as_svg_in_our_colours_and_told_as_a_table(gallery, come_in):
    page = come_in()
    page.goto("/gallery/charts/")
    page.wait_for_selector("[data-chart=share][data-drawn] svg")

    fills = page.eval_on_selector_all("[data-chart=share] svg path", "all => all.map(one => one.getAttribute('fill'))")
    page.locator("[data-chart=share]").hover()

    assert "#cf4343" in [fill.lower() for fill in fills if fill]
    assert page.locator("[data-chart=map] svg path").count() > 80
    assert page.locator(".chart-table table").count() == 1


def test_a_page_without_scripts_still_works(chromium, live, gallery, client):
    make_item(sku="SKU-001")
    client.force_login(make_user(role="administrator"))
    context = chromium.new_context(base_url=live.url, java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url}])
    page = context.new_page()

    page.goto("/gallery/items/?q=SKU-001")
    assert page.locator("tbody tr").count() == 1
    page.goto("/gallery/scan/")
    page.locator("#scan-code").fill("SKU-001")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lines")

    assert page.inner_text("#lines") == "SKU-001"
    context.close()


def test_numbers_in_a_chart_are_data_and_not_script(gallery, come_in):
    page = come_in()
    page.goto("/gallery/charts/")

    data = json.loads(page.locator("#share").text_content())

    assert data["series"][0]["data"] == [1250000, 830000, 410000]
