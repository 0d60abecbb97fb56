"""A planner in a real browser, in Spanish: a back-test is asked for, refused, computed, and read on three widths."""

import pytest
from django.urls import reverse

from inventory.models import BacktestResult
from inventory.parties.roles import Role
from tests.builders import make_user
from tests.journeys.test_planner_in_browser import corridor, work
from tests.journeys.test_scenarios_in_browser import history
from tests.web.looks import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["corridor", "history"]


@pytest.mark.usefixtures("history")
def test_a_back_test_is_asked_for_computed_and_read(come_in):
    page = come_in(make_user("paula", Role.PLANNER), language="es-mx")
    page.goto(reverse("warehouse:backtests"))
    assert_sound(page, "empty list")
    page.get_by_role("link", name="Nueva prueba histórica").first.click()
    assert_sound(page, "form")

    page.get_by_label("Semanas por juzgar").fill("40")
    page.get_by_role("button", name="Calcular").click()
    page.get_by_role("alert").get_by_text("40 debe estar entre 8 y").wait_for()
    assert_sound(page, "refused")
    page.get_by_label("Semanas por juzgar").fill("10")
    page.get_by_role("button", name="Calcular").click()
    page.locator("progress").wait_for()
    work("placement_backtest")
    page.get_by_role("link", name="Ver el resultado").click()
    page.get_by_role("heading", name="Renglones de costo").wait_for()

    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("[data-chart=backtest-frontier] svg").wait_for()
        assert_sound(page, f"result {width}")
    assert page.locator("[data-chart=backtest-costs] svg").count() == 1
    assert page.get_by_role("row", name="Motor de Recinto").first.is_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Archivos para repetir esta prueba").click()
    assert taken.value.suggested_filename == f"backtest-{BacktestResult.objects.get().pk}.zip"
    page.goto(reverse("warehouse:backtests"))
    assert_sound(page, "list")
