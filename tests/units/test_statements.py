"""A statement gives what its queryset gives, without making the query's text again."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory import statements
from inventory.customs.models import BondedLot
from inventory.ledger.models import Account, Lot
from inventory.places.models import Location
from inventory.places.services import virtual_location
from inventory.reference.models import Regime
from inventory.reference.selectors import valid_on
from inventory.reference.services import load as load_reference
from inventory.statements import Statement, insert, store, update
from tests.builders import make_account, make_bonded_lot, make_site

pytestmark = pytest.mark.django_db

BY_ID = Statement(
    lambda given: Account.objects.select_related("item").filter(pk__in=[given.number("ids")]).order_by("-pk")
)


def test_rows_are_those_of_the_queryset_with_what_it_joins(django_assert_num_queries):
    accounts = [make_account() for _number in range(3)]

    with django_assert_num_queries(1):
        found = BY_ID.rows(ids={account.pk for account in accounts[:2]})
        skus = [account.item.sku for account in found]

    assert found == [accounts[1], accounts[0]]
    assert skus == [accounts[1].item.sku, accounts[0].item.sku]


def test_a_second_use_asks_for_its_own_values_and_makes_no_text(monkeypatch):
    first, second = make_account(), make_account()
    BY_ID.rows(ids=[first.pk])
    compiled = BY_ID.compiled[connection.vendor]
    monkeypatch.setattr(type(compiled.compiler), "as_sql", None)  # whoever compiled now would fail

    assert BY_ID.rows(ids=[second.pk]) == [second]
    assert BY_ID.rows(ids=(first.pk, second.pk)) == [second, first]


def test_the_tenth_use_which_the_server_has_planned_before_is_like_the_first():
    accounts = [make_account() for _number in range(10)]

    assert [BY_ID.rows(ids=[account.pk]) for account in accounts] == [[account] for account in accounts]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%inventory_account%'")
            assert cursor.fetchone()[0] > 0


def test_nothing_is_among_none_and_nobody_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert BY_ID.rows(ids=[]) == []


def test_texts_days_and_constants_keep_their_places():
    site = make_site()
    virtual_location(site, "transit")
    load_reference(["regimes"])
    day = date(2025, 6, 2)
    transit = Statement(
        lambda given: Location.objects.filter(kind=given.text("kind"), is_virtual=True, site_id=given.number("site"))
    )
    regimes = Statement(
        lambda given: valid_on(Regime, given.day("on")).filter(code=given.text("code")).values_list("code", "name_en")
    )

    assert transit.first(site=site.pk, kind="transit") == Location.objects.get(site=site, kind="transit")
    assert transit.first(site=site.pk, kind="nowhere") is None
    with CaptureQueriesContext(connection) as captured:
        found = regimes.rows(code="RFS", on=day)
        assert found == list(valid_on(Regime, day).filter(code="RFS").values_list("code", "name_en"))
    assert [code for code, _name in found] == ["RFS"]
    assert captured[0]["sql"] == captured[1]["sql"]


def test_a_value_that_is_not_given_is_missed():
    with pytest.raises(KeyError, match="ids"):
        BY_ID.rows()


def test_a_recipe_that_drops_a_value_is_refused():
    dropping = Statement(
        lambda given: Account.objects.filter(pk__gt=0) if given.number("id") else Account.objects.none()
    )

    with pytest.raises(ValueError, match="Not every value has one place"):
        dropping.rows(id=1)


def test_store_writes_the_fields_named_of_each_row_and_no_other(django_assert_num_queries):
    lots = [make_bonded_lot(remaining=number) for number in (10, 20, 30)]
    for lot in lots:
        lot.remaining -= 1
        lot.remaining_value_mxn = Decimal("0.5")

    with django_assert_num_queries(1):
        store(lots[:2], ["remaining"])

    kept = BondedLot.objects.order_by("pk").values_list("remaining", "remaining_value_mxn")
    assert [remaining for remaining, _value in kept] == [9, 19, 30]
    assert Decimal("0.5") not in [value for _remaining, value in kept]


def test_insert_gives_each_row_its_id_and_leaves_it_as_saved(django_assert_num_queries):
    account = make_account()
    lots = [Lot(account=account, batch=batch) for batch in ("a", "b", "c")]

    with django_assert_num_queries(1):
        insert(lots)

    assert [Lot.objects.get(pk=lot.pk).batch for lot in lots] == ["a", "b", "c"]
    lots[0].batch = "z"
    lots[0].save()
    assert Lot.objects.filter(account=account).count() == 3


def test_more_rows_than_one_statement_takes_are_written_all_the_same(monkeypatch, django_assert_num_queries):
    account = make_account()
    monkeypatch.setattr(statements, "_VALUES", 2 * len(Lot._meta.concrete_fields))

    with django_assert_num_queries(3):
        insert([Lot(account=account, batch=str(number)) for number in range(5)])

    assert Lot.objects.filter(account=account).count() == 5


def test_update_changes_the_rows_that_are_as_said_and_counts_them():
    account, other = make_account(), make_account()
    insert([Lot(account=account, batch="a"), Lot(account=account, batch="b"), Lot(account=other, batch="a")])

    assert update(Lot, {"account": account, "batch": "a"}, {"hold_reason": "damage"}) == 1
    assert update(Lot, {"account": account.pk, "expires_on": None}, {"expires_on": date(2026, 5, 1)}) == 2
    assert update(Lot, {"account": account.pk, "expires_on": None}, {"expires_on": date(2027, 5, 1)}) == 0

    kept = Lot.objects.order_by("pk").values_list("batch", "hold_reason", "expires_on")
    assert list(kept) == [("a", "damage", date(2026, 5, 1)), ("b", "", date(2026, 5, 1)), ("a", "", None)]


def test_store_of_nothing_asks_nobody(django_assert_num_queries):
    with django_assert_num_queries(0):
        store([], ["remaining"])
        insert([])
