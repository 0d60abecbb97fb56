"""What administrators look at, in a real browser at three sizes: reports and charts, the admin, the API's manual."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from inventory.models import DemandRecord, Item
from inventory.reports import registry
from tests.builders import make_user
from tests.web.looks import assert_sound
from tests.web.two_worlds import MARK, make_ground, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

WIDTHS = (390, 820, 1280)
CHARTED = {"exposure", "deadlines", "stock_by_site", "in_transit", "flows", "demand_accuracy"}
ENOUGH_WEEKS = 30  # twelve are judged, each by those before it


@pytest.fixture
def world(live, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = make_world(make_ground(), MARK)
    first = DemandRecord.objects.earliest("week")
    for back in range(1, ENOUGH_WEEKS - DemandRecord.objects.count()):
        DemandRecord.objects.create(
            client=first.client, item=first.item, market=first.market, week=first.week - timedelta(weeks=back),
            quantity=Decimal(7 + back % 3), source=first.source, recorded_at=first.recorded_at,
        )  # fmt: skip
    return world


@pytest.fixture
def page(world, come_in):
    """The page of an administrator."""
    return come_in(make_user("ana", role="administrator", is_staff=True, is_superuser=True))


def look(page, url, ready="h1", rules=None):
    """Open an address, wait until what `ready` names is drawn, and look at every width; at contrasts once, which takes long."""
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(url)
    page.locator(ready).first.wait_for()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        contrast = {"color-contrast": {"enabled": width == WIDTHS[0]}}
        assert_sound(page, f"{width} px", rules={**contrast, **(rules or {})})


def test_every_report_with_its_chart_is_sound_at_every_width(page, world):
    look(page, reverse("inventory:reports"))
    for report in registry.reports():
        url = reverse("inventory:report", args=[report.code], query=world.question_of(report))
        look(page, url, "[data-chart] svg" if report.code in CHARTED else "table")
        assert page.locator("[data-chart]").count() == (report.code in CHARTED)


def test_the_administration_is_sound_at_every_width(page, world):
    item = Item.objects.get()

    look(page, reverse("admin:index"), "#content")
    look(page, reverse("admin:inventory_item_changelist"), "#result_list")
    look(page, reverse("admin:inventory_item_change", args=[item.pk]), "#content form")
    look(page, reverse("admin:auditlog_logentry_changelist"), "#result_list")


def test_the_manual_of_the_api_is_sound_at_every_width(page):
    # Swagger UI draws a button around a link; all else on the page is held to the rules.
    look(page, reverse("api_docs"), ".opblock", rules={"nested-interactive": {"enabled": False}})
