"""What the reports say, figure by figure, of a world worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.errors import InvalidInputs, NotFound
from inventory.models import PedimentoSerial
from inventory.parties.access import access_of
from inventory.parties.scope import ClientScope
from inventory.reports import asking, registry, selectors
from tests.builders import make_user
from tests.reports.world import day, entry, moment

EVERYONE = ClientScope.everyone()
NOW = moment(3, 10)


def ask(code, scope=EVERYONE, **values):
    """The rows of a report as dictionaries."""
    report = registry.report(code)
    asked = asking.read(report, values, scope=scope, at=NOW)
    return [dict(zip(report.names, row, strict=True)) for row in report.rows(asked)]


def balances(**values):
    rows = ask("bonded_balance", sku="RUEDA-1", **values)
    return [(row["balance"], row["value_mxn"]) for row in rows]


@pytest.mark.parametrize(
    ("as_of", "known_on", "expected"),
    [
        ("2026-01-31", "", [(100, 1000)]),
        ("2026-02-28", "2026-02-28", [(70, 700), (50, 600)]),
        ("2026-02-28", "2026-03-06", [(70, 700), (55, 660)]),
        ("2026-03-01", "2026-03-04", [(70, 700), (55, 660)]),
        ("2026-03-01", "2026-03-06", [(50, 500), (55, 660)]),
        ("2026-03-10", "", [(80, 800), (55, 660)]),
        ("2025-12-31", "", []),
    ],
)
def test_the_bonded_balance_of_any_legal_date_as_known_on_any_day(world, as_of, known_on, expected):
    assert balances(as_of=as_of, known_on=known_on) == expected


def test_a_line_of_the_bonded_balance_names_its_entry(world):
    row = ask("bonded_balance", client="acme")[0]

    assert (row["pedimento"], row["line"]) == (world.first.pedimento_number, 1)
    assert (row["authorisation"], row["site"], row["regime"]) == ("RFS-1", "slp", "RFS")
    assert (row["tariff_code"], row["unit"], row["opening"]) == ("8302200100", "6", 100)


def test_what_is_due_first_stands_first_in_its_bucket(world):
    rows = ask("deadlines", as_of="2031-01-01", client="acme")

    assert [(row["days_left"], row["balance"]) for row in rows] == [(9, 80), (40, 55)]
    assert len({row["bucket"] for row in rows}) == 2
    assert ask("deadlines", as_of="2031-02-01", client="acme")[0]["days_left"] == -22


def test_which_exits_used_an_entry(world):
    rows = ask("exits_of_entry", pedimento=world.first.pedimento_number, since="2026-01-01")

    assert [(row["exit"], row["quantity"], row["used"]) for row in rows] == [
        (world.abroad.pedimento.number, 30, 30),
        (world.abroad.pedimento.number, -30, 0),
        (world.home.pedimento.number, 20, 20),
    ]
    assert (rows[1]["is_reversal"], rows[1]["reason"]) == (True, "Truck came back")


def test_which_entries_an_exit_used(world):
    rows = ask("entries_of_exit", pedimento=world.home.pedimento.number)

    (row,) = rows
    assert (row["entry"], row["quantity"], row["value_mxn"], row["left_on"]) == (
        world.first.pedimento_number, 20, 200, date(2026, 3, 1)
    )  # fmt: skip


def test_the_trail_as_it_was_known_before_a_late_record(world):
    rows = ask("entries_of_exit", client="acme", known_on="2026-03-04")

    assert [row["quantity"] for row in rows] == [30, -30]


def test_entries_of_a_period_with_their_taxes(world):
    rows = ask("entries", since="2026-02-01", until="2026-02-28")

    (row,) = rows
    assert (row["quantity"], row["value_mxn"], row["igi_mxn"], row["iva_mxn"]) == (50, 600, 30, 96)
    assert (row["payment_forms"], row["patente"]) == ("0 21 6", row["pedimento"][4:8])


def test_entries_tell_the_papers_behind_them(world):
    line = world.second.subline.line
    for number, cove in (("F-1", "COVE261"), ("F-2", "")):
        line.pedimento.invoices.create(
            number=number,
            cove=cove,
            supplier="SKF",
            supplier_tax_id="TAX-7",
            issued_on=day(2, 1),
            currency="USD",
            value=1,
        )
    line.brand, line.model, line.product_code, line.relationship = "SKF", "X-9", "PC-3", "0"
    line.save()
    PedimentoSerial.objects.create(line=line, number="NIV-1")

    first, second = ask("entries", client="acme", since="2026-01-01", until="2026-02-28")

    names = ("invoices", "coves", "suppliers", "brand", "model", "product_code", "serials")
    assert [second[name] for name in names] == ["F-1; F-2", "COVE261", "SKF TAX-7", "SKF", "X-9", "PC-3", "NIV-1"]
    assert "0" in second["relationship"]
    assert {first[name] for name in names} == {""}


def test_stock_by_site_on_a_day(world):
    before, after = ask("stock_by_site", as_of="2026-03-05"), ask("stock_by_site", as_of="2026-03-06", client="acme")

    assert before == []
    (row,) = after
    assert (row["site"], row["on_hand"], row["value_usd"]) == ("slp", 133, Decimal("1662.5"))


def test_the_kardex_runs_to_what_remains(world):
    rows = ask("kardex", sku="RUEDA-1")

    assert [(row["quantity"], row["lot_balance"], row["account_balance"]) for row in rows] == [
        (100, 100, 100),
        (50, 50, 150),
        (-30, 70, 120),
        (5, 55, 125),
        (30, 100, 155),
        (-20, 80, 135),
    ]


def test_the_stock_card_runs_to_the_shelf(world):
    (row,) = ask("stock_card", sku="RUEDA-1")

    assert (row["came"], row["left"], row["balance"]) == (133, 0, 133)


def test_the_auditor_finds_the_account_explained(world):
    (row,) = ask("reconciliation", since="2026-03-01", until="2026-03-31", client="acme")

    names = ("opening", "entries", "corrections", "abroad", "domestic", "closing", "shelf", "difference", "explained")
    assert [row[name] for name in names] == [125, 0, 0, -30, 20, 135, 133, -2, -2]
    assert (row["unexplained"], row["documents"]) == (0, "CNT-1")


def test_the_auditor_sees_the_year_from_nothing(world):
    (row,) = ask("reconciliation", since="2026-01-01", until="2026-03-31", client="acme")

    names = ("opening", "entries", "corrections", "abroad", "domestic", "transfers", "closing")
    assert [row[name] for name in names] == [0, 150, 5, 0, 20, 0, 135]


def test_a_difference_that_nobody_explained_stays_visible(world):
    (row,) = ask("reconciliation", since="2026-01-01", until="2026-03-05", client="acme")

    assert (row["closing"], row["shelf"], row["unexplained"]) == (135, 0, -135)


def test_exposure_counts_what_was_deferred_in_the_share_that_remains(world):
    (row,) = ask("exposure", client="acme")

    # E1: 80 of 100 remain of 50.00 and 160.00; E2: 55 of 55 declared, of 30.00 and 96.00; DTA was paid in cash.
    assert (row["lots"], row["value_mxn"]) == (2, 1460)
    assert (row["igi_mxn"], row["iva_mxn"], row["other_mxn"], row["deferred_mxn"]) == (70, 224, 0, 294)
    assert (row["expired_mxn"], row["nearest"]) == (0, date(2031, 1, 10))


def test_exposure_shows_what_has_expired(world):
    (row,) = ask("exposure", client="acme", as_of="2031-01-11")

    assert row["expired_mxn"] == 800


def test_a_report_shows_no_other_clients_rows(world):
    secrets = {"other", "SECRETO-9", world.theirs.client.name}

    for report in registry.reports():
        rows = ask(report.code, ClientScope.of(world.acme.pk), since="2026-01-01", until="2026-12-31")
        assert not [row for row in rows if secrets & {str(value) for value in row.values()}], report.code
        nothing = ask(report.code, ClientScope.of(), since="2026-01-01", until="2026-12-31")
        assert nothing == [], report.code


def test_another_client_is_as_unknown_as_none(world):
    report, answers = registry.report("bonded_balance"), set()

    for code in ("other", "nobody"):
        with pytest.raises(InvalidInputs) as refusal:
            asking.read(report, {"client": code}, scope=ClientScope.of(world.acme.pk), at=NOW)
        answers.add(str(refusal.value).replace(code, "…"))
    assert len(answers) == 1


@pytest.mark.django_db
def test_every_wrong_value_is_named_at_once():
    report = registry.report("entries")

    with pytest.raises(InvalidInputs) as refusal:
        asking.read(report, {"since": "yesterday", "known_on": "31/12/2025", "sku": "x" * 99}, scope=EVERYONE, at=NOW)

    assert {error.field for error in refusal.value} == {"since", "known_on", "sku"}


@pytest.mark.django_db
def test_a_period_that_runs_backwards_is_refused():
    report = registry.report("entries")

    with pytest.raises(InvalidInputs, match="2026-03-02"):
        asking.read(report, {"since": "2026-03-02", "until": "2026-03-01"}, scope=EVERYONE, at=NOW)


@pytest.mark.django_db
def test_every_report_is_well_formed():
    for report in registry.reports():
        assert len(set(report.names)) == len(report.names), report.code
        assert all(column.width > 0 for column in report.columns)
        assert str(report.title)
        assert str(report.description).endswith(".")


@pytest.mark.django_db
def test_people_see_the_reports_of_their_role():
    planner, authority, operator = (access_of(make_user(role=role)) for role in ("planner", "authority", "operator"))

    codes = {report.code for report in registry.reports_for(authority)}

    assert "demand_accuracy" in {report.code for report in registry.reports_for(planner)}
    assert codes.isdisjoint({"demand_accuracy", "in_transit", "flows"})
    assert {"bonded_balance", "stock_by_site"} <= codes
    assert "reconciliation" in {report.code for report in registry.reports_for(operator)}


def test_a_preview_says_that_there_is_more(world):
    report = registry.report("bonded_balance")
    asked = asking.read(report, {}, scope=EVERYONE, at=NOW)

    assert [len(selectors.preview(report, asked, limit)[0]) for limit in (2, 3)] == [2, 3]
    assert [selectors.preview(report, asked, limit)[1] for limit in (2, 3)] == [True, False]


@pytest.mark.django_db
def test_a_report_that_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        registry.report("balance_of_payments")


@pytest.mark.parametrize("code", ["bonded_balance", "deadlines", "entries", "exposure", "reconciliation"])
def test_cost_does_not_grow_with_the_rows(world, code):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            ask(code)
        return len(captured)

    few = statements()
    for number in range(10):
        entry(world.account, 10 + number, 100, day(2, 1))

    assert statements() == few <= 14
