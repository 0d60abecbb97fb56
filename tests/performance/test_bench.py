"""`manage.py bench`: how its goals are judged, and a whole run of the smallest size."""

import re
from collections import defaultdict
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from tests import settings as run
from warehouse.bench import calls, printing
from warehouse.bench.goals import GOALS, Measure, judge
from warehouse.bench.sizes import TINY

EVEN = Measure(p50=1, p95=1, rate=100, calls=10, failures=0)


def a_round(**changed):
    """A round in which every way is as fast as its floor, but for those named (with _ for a space)."""
    found = defaultdict(lambda: EVEN)
    found.update({name.replace("_", " "): replace(EVEN, **figures) for name, figures in changed.items()})
    return found


def crowd(name, **figures):
    """A round in which only one crowd is otherwise."""
    return a_round(**{f"16 operators, {name}": figures})


def outcome_of(what, *rounds):
    (found,) = (outcome for outcome in judge(rounds, TINY) if outcome.what == what)
    return found


WAYS = {
    "floor: raw SQL", "floor: ORM", "floor: DRF + ORM", "floor: DRF + raw", "floor: list", "floor: 16 spread, ORM",
    "floor: 16 spread, raw", "floor: 16 hot, ORM", "floor: 16 hot, raw", "floor: list, 8 connections", "post",
    "post short history", "post long history", "post backdated", "reversal", "empty call", "stock at a date", "list",
    "deep page", "16 operators, spread", "16 operators, hot", "list, 8 connections",
}  # fmt: skip
POST = "post, 1 connection: p50 / DRF + ORM floor"
SPREAD = "16 operators, spread: rate / ORM floor"


def test_a_product_as_fast_as_its_floors_meets_every_goal():
    outcomes = judge([a_round()], TINY)

    assert len(outcomes) == len(GOALS)
    assert [outcome.what for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize(
    ("p50", "passed", "stretched"),
    [(1.0, True, True), (1.001, True, False), (2.5, True, False), (2.501, False, False)],
)
def test_a_goal_of_time_is_met_up_to_its_limit_and_no_further(p50, passed, stretched):
    found = outcome_of(POST, a_round(post={"p50": p50}))

    assert (found.value, found.passed, found.stretched) == (p50, passed, stretched)
    assert (found.must, found.stretch) == ("≤ 2.5", "≤ 1")


@pytest.mark.parametrize(("rate", "passed"), [(50, True), (49.9, False), (400, True)])
def test_a_goal_of_rate_is_met_from_its_limit_on(rate, passed):
    found = outcome_of(SPREAD, crowd("spread", rate=rate))

    assert (found.passed, found.must, found.stretch) == (passed, "≥ 0.5", "")


@pytest.mark.parametrize(("rate", "stretched"), [(35, True), (34.9, False)])
def test_a_goal_with_nothing_that_must_hold_only_says_whether_its_stretch_is_reached(rate, stretched):
    found = outcome_of("16 operators, spread: rate / raw SQL floor", crowd("spread", rate=rate))

    assert (found.passed, found.stretched, found.must) == (True, stretched, "")


def test_the_median_of_the_rounds_counts_and_the_range_is_told():
    found = outcome_of(POST, *(a_round(post={"p50": p50}) for p50 in (2, 90, 1.5)))

    assert (found.lowest, found.value, found.highest, found.passed) == (1.5, 2, 90, True)


def test_a_ratio_is_taken_within_each_round_so_that_a_slow_minute_harms_nobody():
    slow = {"p50": 40}
    rounds = [a_round(post=slow, **{"floor: DRF + ORM": slow}), a_round()]

    assert outcome_of(POST, *rounds).value == 1


@pytest.mark.parametrize("name", ["spread", "hot"])
def test_one_answer_of_a_crowd_that_was_no_success_is_a_miss(name):
    found = outcome_of("answers of 16 operators that were no success", crowd(name, failures=1))

    assert (found.value, found.passed) == (1, False)


def test_time_that_grows_in_proportion_to_history_has_exponent_one():
    longer = TINY.long_history / TINY.short_history

    found = outcome_of("growth with history, exponent", a_round(post_long_history={"p50": longer}))

    assert (found.value, found.passed) == (1, False)


def test_what_was_missed_is_counted_with_the_accounts_that_differ():
    outcomes = [outcome.as_dict() for outcome in judge([a_round(post={"p50": 9})], TINY)]

    assert printing.missed({"goals": outcomes, "books": 0}) == 1
    assert printing.missed({"goals": outcomes, "books": 2}) == 3


class Counting(BaseHTTPRequestHandler):
    """Answers everything with nothing, and notes each connection."""

    protocol_version = "HTTP/1.1"
    opened = 0

    def setup(self):
        """One more connection."""
        Counting.opened += 1
        super().setup()

    def do_GET(self):
        """An empty answer."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        """Say nothing."""


def test_an_operator_for_whom_nothing_is_left_keeps_no_thread_of_the_server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        timed = calls.crowd(server.server_port, [calls.request("GET", "/")], operators=16)

        server.shutdown()
    assert (timed.statuses, Counting.opened) == ({200: 1}, 1)


@pytest.mark.django_db
def test_the_smallest_run_prints_every_goal_with_its_figure_and_every_floor(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", urlsplit(run.DATABASE_URL)._replace(path="/postgres").geturl())
    out, refusal = StringIO(), ""

    try:
        call_command("bench", tiny=True, engine=[run.ENGINE], stdout=out)
    except CommandError as error:
        refusal = str(error)

    said = out.getvalue()
    assert refusal == "" or refusal.endswith("of the limits that must hold were missed.")  # so few calls decide nothing
    assert re.search(rf"── {run.ENGINE}.* ── 1 rounds over 3,000 legs", said, flags=re.IGNORECASE)
    for goal in GOALS:
        ratio = re.search(rf"^{re.escape(goal.id)} +{re.escape(goal.what)} +(-?[\d.]+) ", said, flags=re.MULTILINE)
        assert ratio, goal.what
    ways = re.findall(r"^(\S.*?\S) +([\d.]+) +[\d.]+ +\d+ +(\d+) +(\d+)$", said, flags=re.MULTILINE)
    assert {name for name, *_figures in ways} == WAYS
    assert [way for way in ways if float(way[1]) == 0 or way[2] == "0" or way[3] != "0"] == []
    assert "accounts whose shelf is not what they owe customs after all that: 0" in said
