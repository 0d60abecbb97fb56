"""/livez, /readyz and /metrics."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from inventory.jobs.models import Heartbeat


def _alive(ago=timedelta(0)):
    """As after a heartbeat that long ago."""
    seen = timezone.now() - ago
    every, _ = IntervalSchedule.objects.get_or_create(every=20, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="beat_heartbeat", task="anything", interval=every, last_run_at=seen)
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": seen})


def test_a_living_process_says_so_and_touches_no_database(client):
    answer = client.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_all_parts_fit_make_it_ready(client):
    _alive()

    answer = client.get("/readyz")

    assert answer.status_code == 200, answer.json()
    assert set(answer.json()["checks"]) == {"database", "migrations", "broker", "worker", "beat", "disk"}
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")


@pytest.mark.django_db
def test_three_missed_heartbeats_make_it_unready(client):
    _alive(ago=timedelta(seconds=61))

    answer = client.get("/readyz")

    failing = {name for name, check in answer.json()["checks"].items() if not check["ok"]}
    assert answer.status_code == 503
    assert failing == {"worker", "beat"}


@pytest.mark.django_db
def test_a_full_disk_makes_it_unready(client, settings):
    _alive()
    settings.READY_FREE_MEGABYTES = 10**9

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["disk"]["detail"].endswith("wanted: make room.")


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_metrics_do_not_exist_for_who_has_no_token(client, settings, token):
    settings.METRICS_TOKEN = "" if token is None else "right"

    assert client.get("/metrics", headers={"authorization": f"Bearer {token or ''}"}).status_code == 404


def test_metrics_are_for_who_has_the_token(client, settings):
    settings.METRICS_TOKEN = "right"

    answer = client.get("/metrics", headers={"authorization": "Bearer right"})

    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content
