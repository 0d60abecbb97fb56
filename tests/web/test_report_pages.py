"""Reports on pages and as files: the right rows, for the right people."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import Job
from inventory.parties.roles import Role
from inventory.reports import registry
from inventory.reports.cells import printed
from inventory.reports.shapes import Kind, bilingual
from tests.builders import make_user
from tests.reports.files import read_csv, read_xlsx, texts_of_pdf

CODES = [report.code for report in registry.reports()]


@pytest.fixture
def planner(client, db):
    user = make_user("paula", Role.PLANNER, language="en")
    client.force_login(user)
    return user


def do_all():
    for job in Job.objects.filter(state=Job.State.QUEUED):
        running.run(job_id=job.pk, runner="test", clock=timezone.now)


def test_the_index_names_every_report_one_may_read(client, planner):
    text = client.get(reverse("inventory:reports")).content.decode()

    assert all(reverse("inventory:report", args=[code]) in text for code in CODES)


def test_the_authority_reads_no_commerce(client, worlds):
    client.force_login(make_user("sat", Role.AUTHORITY))

    index = client.get(reverse("inventory:reports")).content.decode()
    answers = {code: client.get(reverse("inventory:report", args=[code])).status_code for code in CODES}

    closed = {"demand_accuracy", "in_transit", "flows"}
    assert {code for code, status in answers.items() if status == 403} == closed
    assert not [code for code in closed if reverse("inventory:report", args=[code]) in index]


def test_an_operator_reads_no_reports(client, db):
    client.force_login(make_user(role=Role.OPERATOR))

    assert client.get(reverse("inventory:reports")).status_code == 403
    assert client.get(reverse("inventory:report", args=["exposure"])).status_code == 403
    assert client.post(reverse("inventory:report_export", args=["exposure"]), {"format": "csv"}).status_code == 403


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PLANNER])
def test_every_report_opens_with_its_chart_and_answers_a_search(client, worlds, role, code):
    client.force_login(make_user(role=role, language="en"))
    url = reverse("inventory:report", args=[code])

    page = client.get(url)
    searched = client.get(url, {"q": "zqalfa", "sort": "client"})

    assert page.status_code == searched.status_code == 200
    if code in ("exposure", "deadlines", "stock_by_site", "in_transit", "flows"):
        assert page.context["chart"].rows
    if code in ("bonded_balance", "deadlines", "stock_by_site", "in_transit"):
        assert "ZQALFA-SKU" in searched.content.decode()
        assert "ZQBRAVO-SKU" not in searched.content.decode()


def test_a_question_that_cannot_be_is_said_in_words(client, planner, worlds):
    page = client.get(reverse("inventory:report", args=["exposure"]), {"as_of": "yesterday"})

    assert "yesterday is no date" in page.content.decode()
    assert page.context["table"].rows.__len__() == 0


def test_the_question_is_kept_as_chips_and_sent_with_the_export(client, planner, worlds):
    page = client.get(reverse("inventory:report", args=["stock_by_site"]), {"sku": "ZQALFA-SKU", "q": "x"})

    assert ("sku", "ZQALFA-SKU") in page.context["question"]
    assert [chip.value for chip in page.context["chips"]] == ["ZQALFA-SKU"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_an_export_is_made_in_the_background_and_downloaded(client, worlds, planner, form):
    answer = client.post(reverse("inventory:report_export", args=["bonded_balance"]), {"format": form})
    job = Job.objects.get(state=Job.State.QUEUED)
    assert answer["Location"] == reverse("inventory:job", args=[job.pk])

    do_all()
    file = client.get(reverse("inventory:job_file", args=[job.pk]))

    body = b"".join(file.streaming_content)
    assert file["Content-Disposition"].startswith("attachment")
    assert body[:4] in {"csv": (body[:4],), "xlsx": (b"PK\x03\x04",), "pdf": (b"%PDF",)}[form]
    assert len(body) > 200


@pytest.mark.once
@pytest.mark.parametrize("code", CODES)
def test_every_file_of_every_report_holds_the_rows_of_its_page(client, worlds, planner, code, tmp_path):
    report = registry.report(code)
    question = worlds[0].question_of(report)
    page = client.get(reverse("inventory:report", args=[code]), question)
    shown = [[row[name] for name in report.names] for row in page.context["table"].data]
    meant = [[meaning(value, column.kind) for value, column in zip(row, report.columns, strict=True)] for row in shown]

    files = {form: downloaded(client, code, form, question, tmp_path) for form in ("csv", "xlsx", "pdf")}

    assert shown
    for form, read in (("csv", read_csv), ("xlsx", read_xlsx)):
        _head, (header, *rows) = read(files[form])
        assert header == [bilingual(column.title) for column in report.columns]
        assert [
            [meaning(cell, column.kind) for cell, column in zip(row, report.columns, strict=True)] for row in rows
        ] == meant, form
    paper = "".join("".join(texts_of_pdf(files["pdf"])).split())  # lines of a cell, and cells of a row, end to end
    for row in shown:
        words = "".join(printed(value, column.kind) for value, column in zip(row, report.columns, strict=True))
        assert "".join(words.split()) in paper


def downloaded(client, code, form, question, folder):
    """Ask for a file, let it be made, and fetch it."""
    client.post(reverse("inventory:report_export", args=[code]), {"format": form, **question})
    do_all()
    job = Job.objects.filter(kind="report_export").latest("pk")
    path = folder / f"file.{form}"
    path.write_bytes(b"".join(client.get(reverse("inventory:job_file", args=[job.pk])).streaming_content))
    return path


def meaning(cell, kind):
    """What a cell of a page, a CSV or a workbook says, so that the three can be compared."""
    if cell is None or cell == "":
        return None
    if kind.is_number:
        return Decimal(str(cell))
    if kind is Kind.FLAG:
        return cell in (True, "Yes")
    if kind is Kind.MOMENT:
        moment = datetime.fromisoformat(cell) if isinstance(cell, str) else cell
        moment = timezone.make_naive(moment) if timezone.is_aware(moment) else moment
        return moment.replace(microsecond=0)
    if kind is Kind.DATE:
        return date.fromisoformat(cell) if isinstance(cell, str) else date(cell.year, cell.month, cell.day)
    return str(cell)


def test_a_clients_export_holds_the_clients_rows_and_nobody_elses(client, worlds):
    mine, _theirs = worlds
    client.force_login(mine.user)

    client.post(reverse("inventory:report_export", args=["stock_by_site"]), {"format": "csv", "client": "others"})
    assert not Job.objects.filter(state=Job.State.QUEUED).exists()
    client.post(reverse("inventory:report_export", args=["stock_by_site"]), {"format": "csv"})
    do_all()
    job = Job.objects.filter(requested_by=mine.user).order_by("-pk").first()
    text = b"".join(client.get(reverse("inventory:job_file", args=[job.pk])).streaming_content).decode("utf-8-sig")

    cells = {cell for row in csv.reader(io.StringIO(text)) for cell in row}
    assert "ZQALFA-SKU" in cells
    assert "ZQBRAVO-SKU" not in text


def test_an_export_of_no_known_format_is_refused(client, planner, worlds):
    answer = client.post(reverse("inventory:report_export", args=["exposure"]), {"format": "exe"})

    assert answer.status_code == 422
    assert "exe is no format" in answer.content.decode()
    assert not Job.objects.filter(state=Job.State.QUEUED).exists()


def test_there_is_no_such_report(client, planner):
    assert client.get(reverse("inventory:report", args=["nope"])).status_code == 404
    assert client.post(reverse("inventory:report_export", args=["nope"]), {"format": "csv"}).status_code == 404
