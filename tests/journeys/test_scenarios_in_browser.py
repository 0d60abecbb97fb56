"""A planner in a real browser, in Spanish: two scenarios are built on forms, computed, and read side by side on three widths."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.models import DemandRecord, Market, Scenario
from inventory.parties.roles import Role
from tests.builders import make_user
from tests.journeys.test_planner_in_browser import corridor, work
from tests.web.looks import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["corridor"]


@pytest.fixture
def history(corridor):
    """Sixty weeks of steady demand for one of the items."""
    item = corridor[0]
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    market = Market.objects.get()
    DemandRecord.objects.bulk_create(
        DemandRecord(
            client=item.client, item=item, market=market, week=monday - timedelta(weeks=n), quantity=20 + n % 5,
            source="x", recorded_at=timezone.now(),
        )
        for n in range(1, 60)
    )  # fmt: skip


def build(page, kind, name, **fields):
    """Choose the kind on the page of kinds, fill its form, keep it."""
    page.goto(reverse("warehouse:scenario_new"))
    assert_sound(page, "kinds")
    page.get_by_role("link", name=kind).click()
    page.locator("main").get_by_label("Cliente", exact=True).select_option(label="Acme")
    page.get_by_label("Nombre").fill(name)
    for field, value in fields.items():
        page.locator(f"[name=change-{field}]").fill(value)
    assert_sound(page, kind)
    page.get_by_role("button", name="Guardar el escenario").click()
    page.get_by_role("heading", name=name).wait_for()
    assert_sound(page, name)


@pytest.mark.usefixtures("history")
def test_scenarios_are_built_computed_and_read_side_by_side(come_in):
    page = come_in(make_user("paula", Role.PLANNER), language="es-mx")
    later = (timezone.localdate() + timedelta(weeks=5)).isoformat()
    build(page, "Cambio de arancel", "Arancel +10", delta="10", begin=later, probability="50")
    build(page, "Cambio de proveedor", "Nearshore", supplier="near", mean="1.5", value_factor="110", duty="0")
    assert Scenario.objects.count() == 2

    page.goto(reverse("warehouse:scenarios"))
    assert_sound(page, "list")
    page.get_by_role("link", name="Comparar", exact=True).click()
    for name in ("Arancel +10", "Nearshore"):
        page.get_by_label(name).check()
    assert_sound(page, "compare")
    page.get_by_role("button", name="Calcular").click()
    page.locator("progress").wait_for()
    work("scenario_comparison")
    page.get_by_role("link", name="Ver el resultado").click()
    page.get_by_role("heading", name="Lado a lado").wait_for()

    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("[data-chart=scenario-differences] svg").wait_for()
        assert_sound(page, f"result {width}")
    assert page.locator("[data-chart=scenario-tornado] svg").count() == 1
    assert page.get_by_role("row", name="Nearshore").first.is_visible()
