"""Demand history comes in by page, by API and by command, as CSV and as XLSX; every door writes the same weeks."""

from datetime import date
from decimal import Decimal

import pytest

from inventory.models import DemandRecord, Job, Market, Site
from tests.builders import make_client, make_item, make_site
from tests.demand.files import as_csv, as_xlsx, by_api, by_command, by_page

pytestmark = pytest.mark.django_db

HEADER = ("sku", "market", "date", "quantity", "stockout", "price")
ROWS = (
    ("WHEEL-1", "texas", date(2026, 1, 6), 2.5, 0.25, 3.1),
    ("WHEEL-1", "texas", date(2026, 1, 8), 1, 0.25, ""),
    ("WHEEL-1", "ohio", date(2026, 1, 14), 40, "", ""),
)
WEEKS = [
    ("WHEEL-1", "ohio", date(2026, 1, 12), Decimal(40)),
    ("WHEEL-1", "texas", date(2026, 1, 5), Decimal("3.5")),
]


@pytest.fixture
def acme(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    dc = make_site("dc", Site.Kind.US_DC)
    for code in ("texas", "ohio"):
        Market.objects.create(code=code, name=code.title(), latitude=33, longitude=-97, primary_dc=dc)
    return make_item(make_client("acme"), "WHEEL-1").client


DOORS = [by_page("inventory:demand_import"), by_api("demand-imports/"), by_command("import_demand")]
FORMS = [("history.csv", as_csv), ("history.xlsx", as_xlsx)]


def books():
    rows = DemandRecord.objects.order_by("market__code", "week")
    return list(rows.values_list("item__sku", "market__code", "week", "quantity"))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "written"), FORMS)
def test_a_file_of_either_kind_becomes_the_same_weeks_by_every_door(acme, tmp_path, door, name, written):
    assert door(acme, name, written([HEADER, *ROWS]), tmp_path) == Job.State.DONE

    assert books() == WEEKS
    record = DemandRecord.objects.get(market__code="texas")
    assert (record.stockout_share, record.price_usd) == (Decimal("0.25"), Decimal("3.1"))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "written"), FORMS)
def test_one_row_that_cannot_be_and_no_door_writes_anything(acme, tmp_path, door, name, written):
    bad = ("NOPE-9", "texas", date(2026, 1, 6), 3, "", "")

    assert door(acme, name, written([HEADER, *ROWS, bad]), tmp_path) == Job.State.FAILED

    assert books() == []
