"""Importing demand by page, and reading it."""

import gzip
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import DemandRecord, Job, Market, Site
from inventory.parties.roles import Role
from tests.builders import make_client, make_item, make_site, make_user

IMPORT = "inventory:demand_import"


@pytest.fixture
def item(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    dc = make_site("dc", Site.Kind.US_DC)
    for code in ("texas", "ohio"):
        Market.objects.create(code=code, name=code.title(), latitude=33, longitude=-97, primary_dc=dc)
    return make_item(make_client("acme"), "WHEEL-1")


@pytest.fixture
def planner(client, db):
    client.force_login(make_user("paula", Role.PLANNER, language="en"))


def history(*rows):
    return "\n".join(["sku,market,date,quantity", *rows]).encode()


def send(client, item, body, name="history.csv", **values):
    return client.post(reverse(IMPORT), {"client": item.client_id, "file": SimpleUploadedFile(name, body), **values})


def do(answer):
    """Do the job that the answer leads to, and return it."""
    job = Job.objects.get(pk=int(answer["Location"].rstrip("/").rsplit("/", 1)[1]))
    running.run(job_id=job.pk, runner="test", clock=timezone.now)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(("name", "pack"), [("history.csv", bytes), ("history.csv.gz", gzip.compress)])
def test_a_file_becomes_weeks_of_demand(client, planner, item, name, pack):
    body = history("WHEEL-1,texas,2026-03-03,5", "WHEEL-1,texas,2026-03-05,2", "WHEEL-1,ohio,2026-03-10,1")

    job = do(send(client, item, pack(body), name))

    assert (job.state, job.result["weeks"]) == ("done", 2)
    assert DemandRecord.objects.get(market__code="texas").quantity == 7
    assert client.get(reverse("inventory:job", args=[job.pk])).context["result_url"] == reverse("inventory:demand")


def test_a_bad_row_leaves_everything_as_it_was_and_is_named(client, planner, item):
    job = do(
        send(client, item, history("WHEEL-1,texas,2026-03-03,5", "NOPE,texas,2026-03-03,5", "WHEEL-1,mars,03/03/26,x"))
    )

    text = client.get(reverse("inventory:job", args=[job.pk])).content.decode()

    assert job.state == "failed"
    assert not DemandRecord.objects.exists()
    assert all(word in text for word in ("This client has no item NOPE.", "unknown_item", "iso_date", "03/03/26"))


def test_good_rows_are_taken_when_asked_and_the_others_listed(client, planner, item):
    body = history("WHEEL-1,texas,2026-03-03,5", "NOPE,texas,2026-03-03,5")

    job = do(send(client, item, body, skip_bad_rows="on"))

    assert (job.state, job.result["weeks"], job.result["bad_rows"]) == ("done", 1, 1)
    assert "NOPE" in client.get(reverse("inventory:job", args=[job.pk])).content.decode()


def test_garbage_is_refused_in_a_sentence(client, planner, item):
    refused = send(client, item, b"\x00" * 100, "garbage.exe")
    job = do(send(client, item, bytes(range(256)) * 100, "garbage.csv"))

    assert refused.status_code == 422
    assert "garbage.exe is neither CSV nor XLSX" in refused.content.decode()
    assert (job.state, job.error_code) == ("failed", "unreadable_file")


def test_a_file_that_is_too_large_is_never_kept(client, planner, item, settings):
    settings.UPLOAD_MAX_BYTES = 1000

    answer = send(client, item, b"x" * 1001)

    assert answer.status_code == 422
    assert "at most" in answer.content.decode()
    assert not Job.objects.exists()


def test_a_client_imports_for_itself_only(client, item):
    client.force_login(make_user(role=Role.CLIENT, client=make_client("own")))

    answer = send(client, item, history("WHEEL-1,texas,2026-03-03,5"))

    assert answer.status_code == 422
    assert not Job.objects.exists()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUTHORITY, Role.SUPERVISOR])
def test_who_does_not_plan_imports_nothing(client, item, role):
    client.force_login(make_user(role=role))

    assert client.get(reverse(IMPORT)).status_code == 403
    assert send(client, item, history()).status_code == 403


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_example_can_be_read_back(client, planner, item, form):
    Market.objects.create(
        code="los-angeles", name="LA", latitude=34, longitude=-118, primary_dc=Site.objects.get(code="dc")
    )
    make_item(item.client, "SKU-1")

    file = client.get(reverse("inventory:demand_template", args=[form]))
    job = do(send(client, item, file.content, f"example.{form}"))

    assert job.state == "done", job.error_message
    assert DemandRecord.objects.get().quantity == 12


def test_an_items_page_adds_up_its_markets(client, planner, item):
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday() + 7)
    for market, quantity in (("texas", 30), ("ohio", 10)):
        DemandRecord.objects.create(
            client=item.client, item=item, market=Market.objects.get(code=market), week=monday,
            quantity=Decimal(quantity), source="x", recorded_at=timezone.now(),
        )  # fmt: skip

    page = client.get(reverse("inventory:demand_item", args=[item.pk]))
    listed = client.get(reverse("inventory:demand"))

    assert [(m["market__code"], m["share"]) for m in page.context["markets"]] == [
        ("texas", Decimal("0.75")),
        ("ohio", Decimal("0.25")),
    ]
    assert page.context["chart"].rows[-1][-1] == "40"
    row = listed.context["table"].page.object_list[0].record
    assert (row["quantity"], row["markets"]) == (40, 2)
