"""Back-tests on pages: asked for, seen at work, listed, read in words, tables and charts, and taken along as files."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.models import BacktestResult, DemandRecord, Job, Market, Site
from inventory.parties.roles import Role
from tests.builders import make_client, make_item, make_lane, make_site, make_user
from tests.web.tested import figures_of, make_backtest
from tests.web.walk import content_of

LIST, NEW = reverse("warehouse:backtests"), reverse("warehouse:backtest_new")
DAY = date(2026, 3, 2)


@pytest.fixture
def item(db):
    """An item that a market asks for, with a lane from a bonded zone to the market's distribution center."""
    zone, dc = make_site("slp"), make_site("dallas", Site.Kind.US_DC)
    make_lane(zone, dc, crossing=make_site("bridge", "crossing"))
    Market.objects.create(code="texas", name="Texas", latitude=32, longitude=-96, primary_dc=dc)
    return make_item(make_client("acme"), "WHEEL-1", unit_value_usd=10)


@pytest.fixture
def planner(client, db):
    client.force_login(make_user("paula", Role.PLANNER, language="en"))
    return client


def history(item, weeks):
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    DemandRecord.objects.bulk_create(
        DemandRecord(
            client=item.client, item=item, market=Market.objects.get(), week=monday - timedelta(weeks=n), quantity=20 + n % 5,
            source="x", recorded_at=timezone.now(),
        )
        for n in range(1, weeks + 1)
    )  # fmt: skip


def page_of(result):
    return reverse("warehouse:backtest", args=[result.pk])


def test_a_back_test_is_asked_for_seen_at_work_and_leads_to_its_page(planner, item):
    history(item, 60)

    answer = planner.post(NEW, {"client": item.client_id, "weeks": "", "seed": "4"}, follow=True)

    job = Job.objects.get(kind="placement_backtest")
    assert (job.client, job.parameters) == (item.client, {"weeks": 11, "seed": 4})  # half of what 60 weeks allow
    assert f'id="job-{job.pk}"' in content_of(answer)
    running.run(job_id=job.pk, runner="test", clock=timezone.now)
    result = BacktestResult.objects.get()
    assert page_of(result) in content_of(planner.get(NEW))
    text = content_of(planner.get(page_of(result)))
    assert "Over 11 weeks, following the engine would have cost" in text
    assert "WHEEL-1" in text


@pytest.mark.parametrize(
    ("weeks", "seed", "said"),
    [
        ("7", "0", "greater than or equal to 8"), ("53", "0", "less than or equal to 52"), ("x", "0", "Enter a whole number"),
        ("24", "0", "24 must lie between 8 and 23: of 60 weeks"), ("", "-1", "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_said_beside_its_field_and_nothing_is_asked_for(planner, item, weeks, seed, said):
    history(item, 60)

    answer = planner.post(NEW, {"client": item.client_id, "weeks": weeks, "seed": seed})

    assert answer.status_code == 422
    assert said in content_of(answer)
    assert not Job.objects.exists()


def test_a_history_that_is_too_short_is_refused_at_once(planner, item):
    history(item, 30)

    answer = planner.post(NEW, {"client": item.client_id, "seed": "0"})

    assert answer.status_code == 409
    assert "has 30 weeks of demand; a back-test needs at least 45" in content_of(answer)
    assert not Job.objects.exists()


def test_those_who_may_only_look_ask_for_none(client, item):
    client.force_login(make_user("ana", Role.AUTHORITY, language="en"))

    assert client.post(NEW, {"client": item.client_id, "seed": "0"}).status_code in (302, 403)
    assert not Job.objects.exists()


def test_an_empty_list_says_what_a_back_test_is(planner):
    text = content_of(planner.get(LIST))

    assert "No back-test yet" in text
    assert NEW in text


def test_placement_pages_lead_to_the_back_tests(planner):
    for name in ("recommendations", "placement_runs"):
        assert f'href="{LIST}"' in content_of(planner.get(reverse(f"warehouse:{name}")))


def test_a_back_test_is_read_in_words_tables_and_charts(planner, item):
    result = make_backtest(item.client, "WHEEL-1", DAY, timezone.now(), figures=figures_of("WHEEL-1"))

    answer = planner.get(page_of(result))

    text = content_of(answer)
    shown = (
        "following the engine would have cost 3.5 % of what was asked for, by value;",
        "the best rule of thumb (Weeks of supply, 4 + 4) 4 %.",
        "The engine would have served 98 % of demand at once, the rule 97 %.",
        "What was done would have cost 8 % and served 93 %.",
        "3 weeks at each center, 2 more in the network",
        "1.5 standard deviations at centers, 2 in the network",
        "11.2 % less", "5 % more", "never reached by it", "Regret ratio", "0.8", "51 %", "Lumpy demand", "$1,235 USD", "GONE",
        "Only 12 weeks are judged", "the dispatches of 4 of the 23 weeks played", "manage.py backtest_placement",
    )  # fmt: skip
    assert [words for words in shown if words not in text] == []
    assert f'href="{reverse("warehouse:placement_item", args=[item.pk])}"' in text
    drawn = {chart.id: chart for chart in answer.context["charts"]}
    assert set(drawn) == {"backtest-frontier", "backtest-costs"}
    *rules, chosen, engine = drawn["backtest-frontier"].option["series"]
    assert [rule["data"] for rule in rules] == [[[0.95, 0.02], [0.97, 0.03]]] * 3
    assert engine["data"] == [[0.98, 0.015]]
    assert len(chosen["data"]) == 5
    assert len(drawn["backtest-frontier"].rows) == 6 + 6


def test_where_the_rule_is_cheaper_the_page_says_so(planner, item):
    dear, cheap = (
        make_backtest(item.client, "M", DAY, timezone.now(), figures=figures_of("A", engine=cost))
        for cost in (4.5, 3.5)
    )

    assert "Here the rule was the cheaper one." in content_of(planner.get(page_of(dear)))
    assert "Here the rule was the cheaper one." not in content_of(planner.get(page_of(cheap)))


def test_what_there_is_to_bear_in_mind_depends_on_what_was_played(planner, item):
    nothing = {"movements": 0, "weeks_shipped": 0, "first_week": None}
    few = make_backtest(
        item.client, "M", DAY, timezone.now(), figures=figures_of("A", done=False), history_weeks=60, items=1000,
        items_known=2500, done=nothing,
    )  # fmt: skip

    text = content_of(planner.get(page_of(few)))

    assert "only 37 weeks were known before the first review" in text
    assert "Of 2500 items 1000 were played, drawn by lot." in text
    assert "Nothing left bond for a distribution center in these weeks" in text
    assert "What was done would have cost" not in text


def test_the_figures_are_taken_along_as_csv_and_xlsx(planner, item):
    url = page_of(make_backtest(item.client, "WHEEL-1", DAY, timezone.now(), figures=figures_of("WHEEL-1")))

    text = content_of(planner.get(f"{url}?export=csv")).partition("Content-")[0]
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))

    def value(kind, policy, measure, **more):
        wanted = {"record_type": kind, "policy": policy, "measure": measure, **more}
        (row,) = [row for row in rows if all(row[name] == text for name, text in wanted.items())]
        return row["value"]

    assert value("line", "engine", "controllable") == "3.5"
    assert value("line", "weeks of supply", "fill", settings="3 2") == "0.96"
    assert value("class", "engine", "cost", **{"class": "lumpy"}) == "3"
    assert value("measure", "", "regret_ratio") == "0.8"
    assert value("item", "", "cost", sku="WHEEL-1") == "1234.5"
    assert "WHEEL-1" in content_of(planner.get(f"{url}?export=xlsx"))


def test_its_files_come_in_one_archive_with_the_command_that_repeats_it(planner, item):
    result = make_backtest(item.client, "M", DAY, timezone.now())

    answer = planner.get(reverse("warehouse:backtest_inputs", args=[result.pk]))

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert set(archive.namelist()) == {"network.json", "README.txt"}
    assert archive.read("README.txt").decode().startswith(f"manage.py backtest_placement backtest-{result.pk} ")


def test_a_client_sees_a_back_test_but_not_its_files_whose_lead_times_are_learned_from_everyone_s_shipments(
    client, item
):
    result = make_backtest(item.client, "M", DAY, timezone.now())
    client.force_login(make_user("carla", Role.CLIENT, item.client, language="en"))
    inputs = reverse("warehouse:backtest_inputs", args=[result.pk])

    page = client.get(reverse("warehouse:backtest", args=[result.pk]))

    assert page.status_code == 200
    assert inputs not in content_of(page)
    assert client.get(inputs).status_code == 403
