"""Background work on pages: one's own, its file, and how to stop it."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import services as jobs
from inventory.models import Job
from inventory.parties.roles import Role
from inventory.parties.scope import Actor
from tests.builders import make_client, make_user


@pytest.fixture
def planner(client, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = make_user("paula", Role.PLANNER, language="en")
    client.force_login(user)
    return user


def make_job(user, title="Report of stock", owner=None, **values):
    job = jobs.request(
        kind="report_export", title=title, parameters={}, client=owner, actor=Actor.person(user), at=timezone.now()
    )
    Job.objects.filter(pk=job.pk).update(**values)
    return Job.objects.get(pk=job.pk)


def page(name, job):
    return reverse(f"inventory:{name}", args=[job.pk])


def test_one_sees_ones_own_work_and_nobody_elses(client, planner):
    mine, theirs = make_job(planner, "Mine"), make_job(make_user("otto", Role.PLANNER), "Theirs")

    text = client.get(reverse("inventory:jobs")).content.decode()

    assert "Mine" in text
    assert "Theirs" not in text
    assert client.get(page("job", mine)).status_code == 200
    assert [client.get(page(name, theirs)).status_code for name in ("job", "job_progress", "job_file")] == [404] * 3
    assert client.post(page("job_cancel", theirs)).status_code == 404


def test_an_administrator_sees_everyones(client, planner):
    job = make_job(planner, "Of the planner")
    client.force_login(make_user(role=Role.ADMINISTRATOR))

    assert "Of the planner" in client.get(reverse("inventory:jobs")).content.decode()
    assert client.get(page("job", job)).status_code == 200


def test_a_client_users_work_over_another_client_is_out_of_reach(client, planner):
    mine = make_client()
    user = make_user(role=Role.CLIENT, client=mine)
    job = make_job(user, owner=make_client())
    client.force_login(user)

    assert client.get(page("job", job)).status_code == 404


def test_progress_is_asked_for_until_the_work_has_ended(client, planner):
    job = make_job(planner, state="running", done=30, total=100, stage="Reading")

    running = client.get(page("job_progress", job)).content.decode()
    Job.objects.filter(pk=job.pk).update(state="done", finished_at=timezone.now())
    ended = client.get(page("job_progress", job)).content.decode()

    assert 'hx-trigger="every 2s"' in running
    assert "30 %" in running
    assert "hx-trigger" not in ended


def test_a_page_that_watches_is_drawn_again_when_the_work_ends(client, planner):
    job = make_job(planner, state="done", finished_at=timezone.now())
    asked_from = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": f"http://testserver{page('job', job)}"}

    assert client.get(page("job_progress", job), **asked_from)["HX-Refresh"] == "true"
    elsewhere = {**asked_from, "HTTP_HX_CURRENT_URL": "http://testserver/reports/"}
    assert "HX-Refresh" not in client.get(page("job_progress", job), **elsewhere)


def test_work_that_waits_is_stopped(client, planner):
    job = make_job(planner)

    client.post(page("job_cancel", job))
    again = client.post(page("job_cancel", job), follow=True)

    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert "nothing left to stop" in again.content.decode()


def test_a_file_is_downloaded_under_its_own_name_and_not_without_the_right(client, planner):
    job = make_job(planner, state="done")
    job.result_file.save(f"{job.pk}/stock.csv", ContentFile(b"a,b\n"))

    file = client.get(page("job_file", job))

    assert file["Content-Disposition"] == 'attachment; filename="stock.csv"'
    assert b"".join(file.streaming_content) == b"a,b\n"
    job.result_file.storage.delete(job.result_file.name)
    assert client.get(page("job_file", job)).status_code == 404


def test_work_that_failed_says_why_and_lists_the_rows(client, planner):
    error = {"row": 7, "field": "sku", "value": "NOPE", "rule": "unknown_item", "message": "No item NOPE."}
    job = make_job(
        planner, state="failed", error_code="bad_rows", error_message="1 row is bad.", result={"errors": [error]}
    )

    text = client.get(page("job", job)).content.decode()

    assert "1 row is bad." in text
    assert "bad_rows" in text
    assert all(word in text for word in ("NOPE", "No item NOPE.", "unknown_item", ">7<"))


def test_an_operator_has_no_such_page(client, db):
    client.force_login(make_user(role=Role.OPERATOR))

    assert client.get(reverse("inventory:jobs")).status_code == 403


@pytest.mark.parametrize(("language", "said"), [("en", "Begins when work"), ("es-mx", "Empieza cuando termine")])
def test_a_run_that_waits_for_another_of_its_client_says_for_which(client, planner, language, said):
    owner = make_client("acme")
    first, second = (make_job(planner, owner=owner, kind="placement_run") for _n in range(2))
    planner.language = language
    planner.save()

    texts = [client.get(page("job_progress", job)).content.decode() for job in (first, second)]

    assert said not in texts[0]
    assert f"{said}" in texts[1]
    assert str(first.pk) in texts[1]
    Job.objects.filter(pk=first.pk).update(state=Job.State.DONE)
    assert said not in client.get(page("job_progress", second)).content.decode()


def test_the_parts_of_a_job_show_in_its_progress_and_nowhere_else(client, planner):
    whole = make_job(planner, "Whole", state="running", done=3, total=7, stage="Computing in parts")
    part = make_job(planner, "Part of it", parent=whole)

    assert "3 / 7" in client.get(page("job_progress", whole)).content.decode()
    assert "Part of it" not in client.get(reverse("inventory:jobs")).content.decode()
    assert client.get(page("job", part)).status_code == 404
