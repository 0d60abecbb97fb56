"""Files as people save them, and the doors they come in by."""

import csv
import io
from datetime import date, datetime

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import Job
from tests.api.conftest import caller_for
from tests.builders import make_user
from tests.web.floor import browser_of


def as_csv(rows):
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def as_xlsx(rows):
    """A workbook with numbers as numbers and days as days."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), day)
                elif value != "":
                    sheet.write(line, place, value)
    return body.getvalue()


def do_the_job():
    """The job that waits, done as a worker would."""
    job = Job.objects.get(state=Job.State.QUEUED)
    running.run(job_id=job.pk, runner="test", clock=timezone.now)
    job.refresh_from_db()
    return job


def by_page(page):
    """A door: a planner's page. What the import came to is the state of its job."""

    def bring(client, name, body, _folder):
        browser, file = browser_of(make_user(role="planner")), SimpleUploadedFile(name, body)
        answer = browser.post(reverse(page), {"client": client.pk, "file": file})
        assert answer.status_code == 302
        return do_the_job().state

    return bring


def by_api(url):
    """A door: the client's own program."""

    def bring(client, name, body, _folder):
        answer = caller_for(client).upload(url, {"file": SimpleUploadedFile(name, body)})
        assert answer.status_code == 202, answer.content
        return do_the_job().state

    return bring


def by_command(command):
    """A door: the operator's command."""

    def bring(client, name, body, folder):
        path = folder / name
        path.write_bytes(body)
        try:
            call_command(command, path, client=client.code)
        except CommandError:
            return Job.State.FAILED
        return Job.State.DONE

    return bring
