"""A run over the books is exported and made again from its files alone, to the last byte."""

import csv
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from inventory.demand.models import DemandRecord
from inventory.models import Market, PlacementInput, PlacementRun, Site
from inventory.parties.roles import Role
from inventory.parties.scope import ClientScope
from inventory.placement import selectors, services
from inventory.placement.books import Assumptions
from inventory.placement.engine.fingerprint import inputs_hash
from inventory.placement.engine.model import Params
from inventory.placement.files import output
from inventory.placement.files.problem import read_problem
from tests.builders import ACTOR, make_item, make_site, make_user
from tests.placement.worlds import AS_OF, AT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Packs, lots of several limits in the order of customs, promotions, stockouts, an idle item, a DC nothing leads to."""
    world = World(pack_size=12)
    world.stock(600)
    world.stock(24, day=date(2024, 1, 8), limit=date(2026, 3, 20))
    world.stock(36, day=date(2023, 1, 9), limit=date(2026, 2, 1))
    world.at_dc(0, Decimal("24.5"))
    world.on_the_road(1, 36)
    weeks = DemandRecord.objects.filter(market=world.markets[0])
    weeks.filter(week=AS_OF - timedelta(weeks=3)).update(is_promotion=True)
    weeks.filter(week=AS_OF - timedelta(weeks=9)).update(stockout_share=Decimal("0.428571"), quantity=Decimal("7.25"))
    weeks.filter(week__lt=AS_OF - timedelta(weeks=60)).delete()
    make_item(client=world.client, sku="IDLE")
    dark = make_site("dark", Site.Kind.US_DC)
    Market.objects.create(code="far", name="Far", latitude=30, longitude=-97, primary_dc=dark)
    return world


def computed(world, **params):
    chosen = Assumptions(capital_rate_per_year=0.15, is_tuned=params.pop("is_tuned", False),
                         params=Params(are_trucks_shared=True, **params))  # fmt: skip
    return services.compute(client=world.client, as_of=AS_OF, assumptions=chosen)


def repeated(folder):
    """The bytes of the CSV that the command makes of the exported files."""
    names = {"history": "history.csv.gz", "network": "network.json", "state": "state.json", "tuning": "tuning.json"}
    call_command("recommend_placement", jobs=1, out=folder / "out.csv", **{k: folder / v for k, v in names.items()})
    return (folder / "out.csv").read_bytes()


@pytest.mark.parametrize("params", [{}, {"phi": 0.4}, {"is_tuned": True}])
def test_an_exported_run_is_made_again_to_the_last_byte(world, tmp_path, params):
    found = computed(world, **params)
    run = services.publish(computed=found, job=None, at=AT, actor=ACTOR)

    call_command("export_placement_run", str(run.pk), out=tmp_path)

    with translation.override("en"):
        assert repeated(tmp_path) == output.recommendations_csv(found.result).encode()
    read = read_problem(
        history=tmp_path / "history.csv.gz", network=tmp_path / "network.json", state=tmp_path / "state.json"
    )
    assert inputs_hash(read.problem) == run.inputs_hash


def test_the_levels_and_moves_of_the_repetition_are_those_in_the_books(world, tmp_path):
    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)

    call_command("export_placement_run", str(run.pk), out=tmp_path)
    rows = list(csv.DictReader(io.StringIO(repeated(tmp_path).decode())))

    levels = {(r["sku"], r["node"]): Decimal(r["order_up_to"]) for r in rows if r["record_type"] == "level"}
    assert levels == {(level.item.sku, level.site.code): round(level.order_up_to, 4) for level in run.levels.all()}
    made = [r for r in rows if r["record_type"] == "move"]
    moves = [(r["from_node"], r["to_node"], Decimal(r["quantity"]), r["reason_code"]) for r in made]
    assert sorted(moves) == sorted(
        (row.source.code, row.target.code, row.quantity, row.reason_code) for row in run.recommendations.all()
    )
    assert moves


def test_the_files_of_a_run_can_be_neither_changed_nor_deleted(world):
    services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)

    for change in (lambda rows: rows.update(content=b""), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(PlacementInput.objects.filter(name="state.json"))


def test_a_run_from_before_files_were_kept_says_so(world, tmp_path):
    run = PlacementRun.objects.create(
        client=world.client,
        as_of=AS_OF,
        created_at=AT,
        actor_label="x",
        inputs_hash="0",
        code_version="1+old",
        parameters={},
    )

    with pytest.raises(CommandError, match=r"not kept.*1\+old"):
        call_command("export_placement_run", str(run.pk), out=tmp_path / "new")

    assert not (tmp_path / "new").exists()
    with pytest.raises(CommandError, match="no placement run 0"):
        call_command("export_placement_run", "0", out=tmp_path)


def test_the_page_hands_out_the_same_files_with_the_command_that_repeats_them(world, client, tmp_path):
    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    client.force_login(make_user("paula", Role.PLANNER, language="en"))
    url = reverse("warehouse:placement_inputs", args=[run.pk])

    assert url in client.get(reverse("warehouse:placement_run", args=[run.pk])).content.decode()
    response = client.get(url)

    assert response["Content-Disposition"] == f'attachment; filename="placement-run-{run.pk}.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    told = held.pop("README.txt").decode()
    assert held == selectors.inputs(ClientScope.everyone(), run)
    assert "recommend_placement --history history.csv.gz --network network.json --state state.json" in told
    assert run.inputs_hash in told
    assert client.get(url).content == response.content


def test_another_client_gets_no_file(world):
    run = services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)

    assert selectors.inputs(ClientScope.of(World("rival").client.pk), run) == {}
