"""Demand history comes in by page, by API and by command, as CSV and as XLSX; every door writes the same weeks."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import DemandRecord, Job, Market, Site
from tests.api.conftest import caller_for
from tests.builders import make_client, make_item, make_site, make_user
from tests.web.floor import browser_of

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


def as_csv(rows):
    """A CSV file, as people save one."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def as_xlsx(rows):
    """A workbook with numbers as numbers and days as days, as people save one."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for line, row in enumerate([HEADER, *rows]):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), day)
                elif value != "":
                    sheet.write(line, place, value)
    return body.getvalue()


def do_the_job():
    """What the job that waits comes to, done as a worker would."""
    job = Job.objects.get(state=Job.State.QUEUED)
    running.run(job_id=job.pk, runner="test", clock=timezone.now)
    job.refresh_from_db()
    return job.state


def by_page(client, name, body, _folder):
    file = SimpleUploadedFile(name, body)
    answer = browser_of(make_user(role="planner")).post(
        reverse("inventory:demand_import"), {"client": client.pk, "file": file}
    )
    assert answer.status_code == 302
    return do_the_job()


def by_api(client, name, body, _folder):
    answer = caller_for(client).upload("demand-imports/", {"file": SimpleUploadedFile(name, body)})
    assert answer.status_code == 202, answer.content
    return do_the_job()


def by_command(client, name, body, folder):
    path = folder / name
    path.write_bytes(body)
    try:
        call_command("import_demand", path, client=client.code)
    except CommandError:
        return Job.State.FAILED
    return Job.State.DONE


DOORS = [by_page, by_api, by_command]
FORMS = [("history.csv", as_csv), ("history.xlsx", as_xlsx)]


def books():
    rows = DemandRecord.objects.order_by("market__code", "week")
    return list(rows.values_list("item__sku", "market__code", "week", "quantity"))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "written"), FORMS)
def test_a_file_of_either_kind_becomes_the_same_weeks_by_every_door(acme, tmp_path, door, name, written):
    assert door(acme, name, written(ROWS), tmp_path) == Job.State.DONE

    assert books() == WEEKS
    record = DemandRecord.objects.get(market__code="texas")
    assert (record.stockout_share, record.price_usd) == (Decimal("0.25"), Decimal("3.1"))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "written"), FORMS)
def test_one_row_that_cannot_be_and_no_door_writes_anything(acme, tmp_path, door, name, written):
    bad = ("NOPE-9", "texas", date(2026, 1, 6), 3, "", "")

    assert door(acme, name, written([*ROWS, bad]), tmp_path) == Job.State.FAILED

    assert books() == []
