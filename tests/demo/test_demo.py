"""The demonstration as a whole: told once for a fixed day, then read."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser
from django.utils import translation

from inventory.audit.models import AuditSeal
from inventory.customs.models import BondedLot, Discharge, LotCorrection, StockDifference
from inventory.customs.pedimento_models import Contribution, Pedimento
from inventory.findings.models import Finding
from inventory.models import (
    Account,
    ApiKey,
    Client,
    DemandRecord,
    Item,
    Job,
    LeadTimeStat,
    Market,
    Membership,
    PlacementLevel,
    Posting,
    Recommendation,
    Site,
    User,
)
from inventory.parties.roles import Role
from inventory.parties.scope import ClientScope
from inventory.reports import asking, registry
from inventory.reports.verification import verify_books
from ops.environment import ROOT
from tests.builders import make_client
from tests.demo.telling import begin, digests
from warehouse.counting.models import CountSheet
from warehouse.demo import people
from warehouse.movements.models import BinMove, MovementOrder
from warehouse.receiving.models import Receipt
from warehouse.shipping.models import Shipment
from warehouse.tracking.models import Milestone

# An odd day to end on: a Saturday, and the first of January. The first start in tests/ops tells it for the day it is.
NOW = datetime(2028, 1, 1, 23, 30, tzinfo=UTC)
# It is to load in a minute. What else runs on a machine makes its seconds longer, so they are told in steps of a loop that is
# timed just before and just after: a step takes a quarter of a second where a minute is a minute, and loading some 150 of them.
MOST_STEPS = 240
MOST_STATEMENTS = 40_000  # 36 thousand now, the same on every machine: a query in a loop shows here first
TODAY = date(2028, 1, 1)
FIRST_MONTHS = datetime(2026, 10, 1, tzinfo=UTC)
HOMES = {("autopartes", "RFS"), ("motores", "ITE"), ("motores", "RFS"), ("hogar", "DFI")}


# One test, for telling the story takes half a minute of work; more where other programs want the processor too.
@pytest.mark.ops
@pytest.mark.timeout(1800)
@pytest.mark.django_db
def test_the_demonstration_is_what_it_says_the_same_in_every_process_and_its_books_add_up(tmp_path):
    statements = Counter()
    steps = [_seconds_of_a_step()]
    began = time.process_time()
    with translation.override("es-mx"), connection.execute_wrapper(_counting(statements)):
        agenda = begin(NOW, FIRST_MONTHS)
        first_months = digests()
        deeds = agenda.run()
    took = time.process_time() - began
    steps.append(_seconds_of_a_step())

    assert took < MOST_STEPS * max(steps)
    assert statements.total() < MOST_STATEMENTS
    assert deeds > 1200
    assert first_months == _as_another_process_tells_them(tmp_path)
    assert list(verify_books()) == []
    _check_numbers()
    _check_states()
    _check_deadlines()
    _check_customs()
    _check_reconciliation()
    _check_planning()
    _check_doors()
    _check_a_second_time()


def _counting(statements):
    """Count every statement that reaches the database."""

    def count(execute, sql, params, many, context):
        statements[sql.split(None, 1)[0]] += 1
        return execute(sql, params, many, context)

    return count


def _seconds_of_a_step():
    """How long a fixed piece of work takes here and now: what Python does of loading, without any of our code."""
    began = time.process_time()
    kept = {}
    for number in range(600_000):
        kept[number % 5000] = f"{number}:{kept.get((number * 7) % 5000, '')[:20]}"
    return time.process_time() - began


def _as_another_process_tells_them(folder):
    """The digests of the first months in a process with its own order of sets."""
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(folder), "PYTHONHASHSEED": "7",
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}", "LOG_LEVEL": "ERROR", "SQLITE_SYNCHRONOUS": "NORMAL",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.demo.telling", NOW.isoformat(), FIRST_MONTHS.isoformat()]

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _check_numbers():
    assert (Client.objects.count(), Item.objects.count(), Pedimento.objects.count()) == (3, 40, 120)
    assert Site.objects.filter(kind=Site.Kind.US_DC).count() == 5
    assert Site.objects.filter(kind=Site.Kind.BONDED).count() == 2
    assert Market.objects.count() == 14
    assert set(Account.objects.values_list("client__code", "regime")) >= HOMES
    first, last = Pedimento.objects.order_by("recorded_at")[0], Pedimento.objects.order_by("-recorded_at")[0]
    assert timedelta(days=530) < last.recorded_at - first.recorded_at < timedelta(days=549)
    assert Item.objects.exclude(stock_unit="6").exists()
    assert Item.objects.filter(commercial_unit="19", commercial_denominator=12).exists()
    assert AuditSeal.objects.filter(sealed_on__gte=TODAY - timedelta(days=14)).count() == 14


def _check_states():
    """A shipment in every state, receipts and count sheets in most."""
    states = Counter(Shipment.objects.values_list("state", flat=True))
    assert set(states) == set(Shipment.State.values)
    assert states[Shipment.State.RECEIVED] > 80
    assert set(Receipt.objects.values_list("state", flat=True)) == set(Receipt.State.values)
    assert {"posted", "open", "recount"} <= set(CountSheet.objects.values_list("state", flat=True))
    assert BinMove.objects.exists()
    late = Shipment.objects.filter(state__in=Shipment.IN_TRANSIT, promised_at__lt=NOW)
    assert late.exists()
    received = Shipment.objects.filter(state=Shipment.State.RECEIVED).values_list("destination__code", flat=True)
    assert set(received) >= set(Site.objects.filter(kind=Site.Kind.US_DC).values_list("code", flat=True))
    zones = set(Milestone.objects.values_list("offset_minutes", flat=True))
    assert {-300, -360, -480} <= zones
    assert not Milestone.objects.filter(recorded_at__gt=NOW).exists()
    assert not Posting.objects.filter(recorded_at__gt=NOW).exists()


def _check_deadlines():
    """Something must leave within 7, 30 and 90 days, and something should have left."""
    open_lots = BondedLot.objects.filter(remaining__gt=0, must_leave_by__isnull=False)
    left = sorted((lot.must_leave_by - TODAY).days for lot in open_lots)
    assert left[0] < 0
    assert any(0 <= days <= 7 for days in left)
    assert any(7 < days <= 30 for days in left)
    assert any(30 < days <= 90 for days in left)
    codes = set(Finding.objects.filter(closed_at=None).values_list("code", flat=True))
    assert {"deadline_near", "deadline_passed", "expired_lot_skipped", "delivery_short", "stock_shortage"} <= codes
    assert Finding.objects.exclude(closed_at=None).exists()


def _check_customs():
    assert Pedimento.objects.get(document_key="R1").state == Pedimento.State.APPLIED
    assert LotCorrection.objects.count() == 1
    assert StockDifference.objects.filter(resolved_at__isnull=False, resolution__startswith="R1").count() == 1
    assert BondedLot.objects.filter(is_provisional=True).count() == 3
    assert Contribution.objects.filter(code="6", payment_form="6").exists()
    assert ["expired_skipped"] in Discharge.objects.values_list("flags", flat=True)
    assert not Finding.objects.filter(code__startswith="pedimento_number").exists()
    assert not Finding.objects.filter(
        code__in=["factor_off", "classify_effect", "regime_unusual", "fx_rate_off"]
    ).exists()


def _check_reconciliation():
    """The auditor's report finds nothing that an open difference does not explain."""
    report = registry.report("reconciliation")
    values = {"since": "2026-01-01", "until": TODAY.isoformat()}
    asked = asking.read(report, values, scope=ClientScope.everyone(), at=NOW)
    rows = [dict(zip(report.names, row, strict=True)) for row in report.rows(asked)]
    assert len(rows) == 43
    assert {row["sku"]: row["unexplained"] for row in rows if row["unexplained"]} == {}


def _check_planning():
    assert DemandRecord.objects.count() == 12_374
    assert {job.state for job in Job.objects.all()} == {"done"}
    states = Counter(Recommendation.objects.values_list("state", flat=True))
    assert states["accepted"]
    assert states["refused"]
    assert states["proposed"]
    learned = LeadTimeStat.objects.filter(is_prior_only=False, n__gte=3)
    assert LeadTimeStat.objects.count() == 28
    assert learned.filter(lane__origin__kind=Site.Kind.BONDED, border_n__gte=3).count() >= 10
    assert any("DEFAULT_LT" not in level.explanation["flags"] for level in PlacementLevel.objects.all())
    assert {"open", "shipping"} <= set(MovementOrder.objects.values_list("state", flat=True))


def _check_doors():
    """Each login and each key opens its door."""
    assert {row.role for row in Membership.objects.all()} == set(Role)
    out = StringIO()
    call_command("demo_logins", stdout=out)
    for login in people.LOGINS:
        assert login.username in out.getvalue()
        assert Browser().login(username=login.username, password=people.PASSWORD)
    for code, token in people.TOKENS.items():
        assert str(token) in out.getvalue()
        answer = Browser().get("/api/v1/items/", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        skus = {row["sku"] for row in answer.json()["results"]}
        assert skus == set(Item.objects.filter(client__code=code).values_list("sku", flat=True))
    User.objects.filter(username="autoridad").update(password="!")
    ApiKey.objects.filter(client__code="hogar").update(revoked_at=NOW)
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert "autoridad" not in out.getvalue()
    assert "demohome" not in out.getvalue()


def _check_a_second_time():
    before = Posting.objects.count(), Pedimento.objects.count()
    out = StringIO()

    call_command("load_demo", stdout=out)

    assert "already" in out.getvalue()
    assert (Posting.objects.count(), Pedimento.objects.count()) == before


@pytest.mark.django_db
def test_a_database_with_clients_is_left_alone():
    make_client("acme")

    with pytest.raises(CommandError, match="empty one"):
        call_command("load_demo")

    assert list(Client.objects.values_list("code", flat=True)) == ["acme"]


@pytest.mark.django_db
def test_production_wants_to_be_forced(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="--force"):
        call_command("load_demo")


@pytest.mark.django_db
def test_a_day_to_come_is_refused():
    with pytest.raises(CommandError, match="future"):
        call_command("load_demo", today=date(2100, 1, 1))


@pytest.mark.django_db
def test_a_day_before_the_story_has_begun_is_refused_and_changes_nothing():
    with pytest.raises(CommandError, match="cannot end on 2026-06-01: 2026-06-02 is the first day"):
        call_command("load_demo", today=date(2026, 6, 1))

    assert not Client.objects.exists()


@pytest.mark.django_db
def test_an_ordinary_database_names_no_logins():
    out = StringIO()

    call_command("demo_logins", stdout=out)

    assert out.getvalue() == ""
