"""Reports as files: the same content three ways, headed, fingerprinted, harmless to open, and in constant memory."""

import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import translation

from inventory.errors import InvalidInput, NotFound
from inventory.jobs import running
from inventory.jobs.models import Job
from inventory.parties.access import access_of
from inventory.parties.models import Membership
from inventory.parties.scope import Actor, ClientScope
from inventory.reports import asking, exports, registry, selectors, services
from inventory.reports.as_pdf import TooLong
from inventory.reports.shapes import Column, Kind, Report
from tests.builders import make_user
from tests.reports.files import read_csv, read_pdf, read_xlsx
from tests.reports.world import moment

NOW = moment(3, 10)
EVERYONE = ClientScope.everyone()


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def write(path, report, form, scope=EVERYONE, progress=lambda *_: None, **values):
    asked = asking.read(report, values, scope=scope, at=NOW)
    return exports.write(path, report, asked, form=form, at=NOW, by="ana", progress=progress)


def odd(cells, kind=Kind.TEXT):
    """A report of one column with these cells."""
    column = Column("cell", "Cell", kind, width=30)
    return Report("odd", "Odd", "Odd cells.", (column,), (), lambda _asked: ((cell,) for cell in cells))


def test_csv_and_xlsx_hold_the_same_rows_and_the_same_fingerprint(world, tmp_path):
    report = registry.report("bonded_balance")

    digests = {form: write(tmp_path / f"r.{form}", report, form).digest for form in ("csv", "xlsx", "pdf")}
    head, table = read_csv(tmp_path / "r.csv")
    xlsx_head, xlsx_table = read_xlsx(tmp_path / "r.xlsx")

    assert len(set(digests.values())) == 1
    assert digests["csv"] in head.values()
    assert list(head.values()) == [str(value) for value in xlsx_head.values()]
    assert table[0] == xlsx_table[0]
    assert len(table) == len(xlsx_table) == 1 + 3


def test_every_file_names_the_company_and_what_was_asked(world, tmp_path):
    write(
        tmp_path / "r.csv",
        registry.report("bonded_balance"),
        "csv",
        as_of="2026-02-28",
        known_on="2026-03-06",
        client="acme",
    )

    head, _table = read_csv(tmp_path / "r.csv")

    values = list(head.values())
    assert values[:2] == ["Recinto Potosino", "SAT970701NN3"]
    assert {"2026-02-28", "2026-03-06", "Acme Ñandú (EKU9003173C9)", "2026-03-10 12:00 CST", "ana"} <= set(values)
    assert "1,360.00" in values  # the value under bond: 700 + 660


def test_the_fingerprint_is_of_the_content_alone(world, tmp_path):
    report = registry.report("bonded_balance")
    first = write(tmp_path / "1.csv", report, "csv", as_of="2026-02-28").digest

    assert write(tmp_path / "2.csv", report, "csv", as_of="2026-02-27", known_on="2026-03-10").digest == first
    assert write(tmp_path / "3.csv", report, "csv", as_of="2026-01-31").digest != first


def test_numbers_are_numbers_and_days_are_days_in_a_spreadsheet(world, tmp_path):
    write(tmp_path / "r.xlsx", registry.report("entries"), "xlsx", client="acme")

    _head, table = read_xlsx(tmp_path / "r.xlsx")
    row = dict(zip(registry.report("entries").names, table[1], strict=True))

    assert (row["quantity"], row["igi_mxn"]) == (100.0, 50.0)
    assert row["entered_on"] == date(2026, 1, 10)
    assert row["recorded_at"] == datetime(2026, 1, 10, 12)
    assert row["pedimento"] == world.first.pedimento_number  # fifteen digits, and still text
    assert row["tariff_code"] == "8302200100"


@pytest.mark.django_db
def test_no_cell_is_a_formula(tmp_path):
    evil = ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "plain"]

    for form in ("csv", "xlsx"):
        write(tmp_path / f"e.{form}", odd(evil), form)

    _head, table = read_csv(tmp_path / "e.csv")
    assert all(row[0].startswith("'") for row in table[1:] if row and row[0] != "plain")
    _head, table = read_xlsx(tmp_path / "e.xlsx")
    assert [row[0] for row in table[1:]][:4] == evil[:4]
    sheet = zipfile.ZipFile(tmp_path / "e.xlsx").read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


@pytest.mark.django_db
def test_a_negative_number_stays_a_number(tmp_path):
    write(tmp_path / "n.csv", odd([Decimal("-5.250000")], Kind.QUANTITY), "csv")

    assert read_csv(tmp_path / "n.csv")[1][1] == ["-5.25"]


@pytest.mark.django_db
def test_a_number_too_long_for_a_spreadsheet_loses_no_digit(tmp_path):
    write(tmp_path / "n.xlsx", odd([Decimal("9007199254740993.123456"), Decimal("0.1")], Kind.QUANTITY), "xlsx")

    assert [row[0] for row in read_xlsx(tmp_path / "n.xlsx")[1][1:]] == ["9007199254740993.123456", 0.1]


@pytest.mark.django_db
def test_paper_counts_its_pages_and_speaks_spanish(tmp_path):
    rows = [f"Piñón número {number} de acero inoxidable" for number in range(200)]

    with translation.override("en"):
        write(tmp_path / "p.pdf", odd(rows), "pdf")

    pages = read_pdf(tmp_path / "p.pdf")
    count = len(pages)
    assert count > 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {count}".encode() in page
        assert b"Cell" in page  # the header is on every page
    spelt = rb"Pi\361\363n n\372mero"  # octal, as PDF spells what is not ASCII
    assert sum(page.count(spelt) for page in pages) == 200


@pytest.mark.django_db
def test_too_many_rows_for_paper_are_refused_with_the_numbers(tmp_path):
    with pytest.raises(TooLong) as refusal:
        write(tmp_path / "p.pdf", odd(str(number) for number in range(20_001)), "pdf")

    assert refusal.value.context == {"rows": 20_001, "limit": 20_000}


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(tmp_path, form):
    def peak(rows):
        tracemalloc.start()
        write(tmp_path / f"m.{form}", odd(f"row {number}" for number in range(rows)), form)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)

    assert peak(12_000) < peak(2_000) + 400_000


@pytest.mark.django_db
def test_progress_is_told_as_it_goes(tmp_path):
    told = []

    write(
        tmp_path / "p.csv",
        odd(str(n) for n in range(1_200)),
        "csv",
        progress=lambda done, total, stage: told.append((done, total)),
    )

    assert told == [(0, 0), (500, 0), (1000, 0), (0, 1200), (500, 1200), (1000, 1200), (1200, 1200)]


# ── By a worker ─────────────────────────────────────────────────────────────────────────────────


def ask_for(user, form="xlsx", code="bonded_balance", **values):
    access = access_of(user)
    return services.request_export(
        code=code, form=form, values=values, scope=access.scope, actor=Actor.person(user), at=NOW
    )


def work(job):
    running.run(job_id=job.pk, runner="here", clock=lambda: NOW)
    job.refresh_from_db()
    return job


def test_a_worker_writes_the_file_for_the_one_who_asked_and_nobody_else(world):
    customer, stranger = make_user("c", "client", world.acme), make_user("s", "client", world.other)

    job = work(ask_for(customer, "csv"))

    assert (job.state, job.error_message, job.client) == (Job.State.DONE, "", world.acme)
    assert job.result["rows"] == 2
    path = Path(selectors.export_of(customer, job.pk).result_file.path)
    assert "RUEDA-1" in path.read_text("utf-8-sig")
    assert "SECRETO" not in path.read_text("utf-8-sig")
    assert list(selectors.exports_for(customer)) == [job]
    assert list(selectors.exports_for(stranger)) == []
    with pytest.raises(NotFound):
        selectors.export_of(stranger, job.pk)


def test_a_file_is_out_of_reach_once_the_right_to_it_is_gone(world):
    customer = make_user("c", "client", world.acme)
    written, waiting = work(ask_for(customer, "csv")), ask_for(customer, "csv")

    Membership.objects.filter(user=customer).delete()
    work(waiting)

    with pytest.raises(NotFound):
        selectors.export_of(customer, written.pk)
    assert waiting.result["rows"] == 0


def test_a_worker_leaves_no_file_behind_but_the_jobs_own(world, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    for form in ("csv", "xlsx", "pdf"):
        job = work(ask_for(make_user(role="administrator"), form))
        assert job.state == Job.State.DONE, job.error_message
        assert default_storage.exists(job.result_file.name)

    assert list(tmp_path.glob("recinto-*")) == []


@pytest.mark.django_db
def test_an_unknown_format_is_refused_before_anything_is_queued():
    with pytest.raises(InvalidInput):
        ask_for(make_user(role="administrator"), "docx")

    assert not Job.objects.exists()


def test_every_report_can_be_written_in_every_format(world, tmp_path):
    for report in registry.reports():
        for form in ("csv", "xlsx", "pdf"):
            path = tmp_path / f"{report.code}.{form}"
            write(path, report, form, since="2026-01-01")
            assert path.stat().st_size > 300, (report.code, form)
