"""The calls that docs/api.md walks through, made as they stand there."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from inventory.jobs import running
from inventory.models import Job
from tests.api.conftest import caller_for
from tests.placement.worlds import AT, World

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
(BLOCK,) = re.findall(r"^## Planning, call by call\n.*?```sh\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
CALLS = [line for line in BLOCK.splitlines() if re.match(r"(\w+=\$\()?call ", line)]
ASSIGNED = re.compile(r"(?P<name>\w+)=\$\((?P<call>.*) \| jq (?P<path>\S+)\)")


def made(caller, words):
    """The answer to a call: `call URL [--json BODY] [-F field=value]…`."""
    (_call, url, *rest), options = words, {}
    for option, value in zip(rest[::2], rest[1::2], strict=True):
        options.setdefault(option, []).append(value)
    if "--json" in options:
        return caller.post(url, options["--json"][0])
    if "-F" in options:
        fields = dict(field.split("=", 1) for field in options["-F"])
        files = {name: opened(value[1:]) if value.startswith("@") else value for name, value in fields.items()}
        return caller.upload(f"/api/v1/{url}", files)
    path, _mark, query = url.partition("?")
    return caller.get(path, dict(parse_qsl(query)))


def opened(name):
    return SimpleUploadedFile(name, FILES[name].encode())


def picked(body, path):
    """What jq takes out of an answer."""
    for step in re.findall(r"\w+", path):
        body = body[int(step) if step.isdigit() else step]
    return body


def work():
    for job in Job.objects.filter(state=Job.State.QUEUED):
        running.run(job_id=job.pk, runner="test", clock=timezone.now)


FILES = {"orders.csv": "order,line,sku,market,requested_on,quantity,shipped\nPO-1001,2,A,m1-acme,2026-02-26,12,0\n"}


def test_every_call_of_the_walk_through_is_answered_as_it_says():
    with time_machine.travel(AT, tick=False):
        world = World(pack_size=12)
        world.stock(600)
        caller = caller_for(world.client)
        known = {
            "SKU": "A", "MARKET": world.markets[0].code, "DC": world.dcs[0].code, "UNITS": 144, "FIRST": "2026-03-16",
            "LAST": "2026-03-29",
        }  # fmt: skip

        for line in CALLS:
            assigned = ASSIGNED.fullmatch(line)
            text = assigned["call"] if assigned else line
            text = re.sub(r"\$(\w+)", lambda found: str(known[found[1]]), text)
            answer = made(caller, shlex.split(text))
            assert answer.status_code in {200, 201, 202}, (line, answer.content)
            if assigned:
                known[assigned["name"]] = picked(json.loads(answer.content), assigned["path"])
            work()

    assert len(CALLS) > 15
    assert set(Job.objects.values_list("kind", "state")) == {
        (kind, Job.State.DONE) for kind in ("order_import", "placement_run", "scenario_comparison")
    }
    assert all(known[name] for name in ("RUN", "LEVEL", "OVERRIDE", "SCENARIO", "RESULT", "MOVE"))
