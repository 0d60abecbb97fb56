"""What operations ask: /livez, is this process alive; /readyz, is the whole fit for work; /metrics, for Prometheus."""

import shutil
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_celery_beat.models import PeriodicTask
from django_prometheus.exports import ExportToDjangoView

from config.celery import app
from inventory.jobs.models import Heartbeat

HEARTBEAT = "beat_heartbeat"
TOO_OLD = 3 * settings.CELERY_BEAT_SCHEDULE[HEARTBEAT]["schedule"]


class Unfit(Exception):
    """One sentence on what is not as it should be."""


def database() -> str:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


@cache  # the files do not change under a running process, so one success is enough
def _migrated(alias: str) -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Unfit(f"{len(waiting)} migrations of {alias} are not applied: run manage.py migrate.")


def migrations() -> str:
    """Every migration is applied."""
    _migrated("default")
    return "applied"


def broker() -> str:
    """The broker takes messages."""
    with app.connection_for_write(transport_options={"socket_connect_timeout": 2, "socket_timeout": 2}) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=2).default_channel.close()
    return "connected"


def worker() -> str:
    """A worker did the last heartbeat, or is busy but answers."""
    seen = Heartbeat.objects.filter(name="worker").values_list("seen_at", flat=True).first()
    if seen and timezone.now() - seen <= TOO_OLD:
        return f"seen {seen:%H:%M:%S} UTC"
    if app.control.ping(timeout=1, limit=1):
        return "busy, and answers"
    raise Unfit("No worker answers: start one.")


def beat() -> str:
    """The clock sent its last heartbeat not more than three periods ago."""
    sent = PeriodicTask.objects.filter(name=HEARTBEAT).values_list("last_run_at", flat=True).first()
    if sent and timezone.now() - sent <= TOO_OLD:
        return f"seen {sent:%H:%M:%S} UTC"
    raise Unfit(f"The beat has sent nothing for {TOO_OLD.total_seconds():.0f} seconds: start it.")


def disk() -> str:
    """There is room where files are written."""
    free = shutil.disk_usage(settings.DATA_DIR).free // 2**20
    if free < settings.READY_FREE_MEGABYTES:
        raise Unfit(f"{free} MB free, {settings.READY_FREE_MEGABYTES} wanted: make room.")
    return f"{free} MB free"


CHECKS: dict[str, Callable[[], str]] = {
    check.__name__: check for check in (database, migrations, broker, worker, beat, disk)
}


def _examine(check: Callable[[], str]) -> dict[str, object]:
    try:
        return {"ok": True, "detail": check()}
    except Unfit as unfit:
        return {"ok": False, "detail": str(unfit)}
    except Exception as error:  # noqa: BLE001  whatever breaks, the answer says which part it is, and no more
        return {"ok": False, "detail": f"does not answer ({type(error).__name__})"}


@login_not_required
@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answers, if this process does. Touches nothing else, so that a slow database restarts no web server."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Every part and whether it is fit: 200 when all are, else 503."""
    checks = {name: _examine(check) for name, check in CHECKS.items()}
    fit = all(result["ok"] for result in checks.values())
    return JsonResponse({"status": "ok" if fit else "unfit", "checks": checks}, status=200 if fit else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for whoever sends the token of METRICS_TOKEN; without that setting there are none."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(token, settings.METRICS_TOKEN):
        raise Http404
    figures: HttpResponse = ExportToDjangoView(request)
    return figures


urlpatterns = [path("livez", livez), path("readyz", readyz), path("metrics", metrics)]
