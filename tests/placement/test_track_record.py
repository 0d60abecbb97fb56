"""How planners decided on recommendations, and what happened in the weeks after."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from inventory.models import DemandRecord, Recommendation
from inventory.parties.scope import ClientScope
from inventory.placement import selectors, services
from inventory.placement.track_record import WEEKS, Decision, Week, adherence, record
from tests.builders import ACTOR, make_client
from tests.placement.worlds import AS_OF, AT, World

MONDAY = date(2026, 3, 2)


def decision(outcome="accepted", *, item=1, site=2, reason="", arrives=MONDAY, weekly=10.0, fill=0.97):
    return Decision(item, site, outcome, reason, arrives, weekly, fill)


def weeks(*values, item=1, site=2):
    return {(item, site, MONDAY + timedelta(weeks=n)): Week(*value) for n, value in enumerate(values)}


def test_a_record_sets_what_was_expected_beside_what_was_asked_and_short():
    asked = weeks((12.0, 0.0), (8.0, 0.0), (20.0, 0.5), (10.0, 0.0), (99.0, 1.0))

    found = record([decision()], asked, MONDAY + timedelta(weeks=WEEKS))

    assert (found.decisions, found.weeks, found.expected, found.asked) == (1, 4, 40, 50)
    assert (found.weeks_short, found.in_stock, found.fill) == (1, 0.875, 0.97)


def test_what_is_not_over_or_of_which_nothing_is_known_is_in_no_record():
    asked = weeks((12.0, 0.0))

    assert record([decision()], asked, MONDAY + timedelta(weeks=WEEKS, days=-1)) is None
    assert record([decision(site=3)], asked, MONDAY + timedelta(weeks=WEEKS)) is None
    assert record([], asked, MONDAY) is None


def test_weeks_nobody_knows_count_neither_as_expected_nor_as_asked():
    found = record([decision()], weeks((12.0, 0.0), (8.0, 0.0)), MONDAY + timedelta(weeks=WEEKS))

    assert (found.weeks, found.expected, found.asked) == (2, 20, 20)


def test_what_nobody_decided_on_is_no_part_of_the_share_that_was_accepted():
    made = [decision(), decision("changed", reason="Half"), decision("refused", reason="Half")]

    found = adherence(made, superseded=1)

    assert (found.decided, found.superseded, found.reasons) == (3, 1, (("Half", 2),))
    assert found.share == pytest.approx(1 / 3)
    assert adherence([]).share is None


@pytest.fixture
def world(db):
    world = World()
    world.stock(500)
    services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    return world


def test_decisions_are_read_with_what_was_expected_of_them(world):
    changed, refused = Recommendation.objects.order_by("pk")
    services.accept(recommendation=changed, quantity=Decimal(5), reason="One pallet", at=AT, actor=ACTOR)
    services.refuse(recommendation=refused, reason="Called off", at=AT, actor=ACTOR)
    for _n in range(2):
        services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    scope = ClientScope.of(world.client.pk)

    made = selectors.decisions(scope, since=AS_OF, item=world.item)

    assert [(one.outcome, one.reason) for one in made] == [("changed", "One pallet"), ("refused", "Called off")]
    assert made[0].fill == float(changed.expected_fill_after)
    assert made[1].fill == float(refused.expected_fill_before)
    facts = changed.explanation
    assert made[0].weekly == pytest.approx(facts["expected_demand"] / facts["protection_weeks"])
    assert selectors.decisions(scope, since=AT.date() + timedelta(days=1)) == []
    proposed = Recommendation.objects.filter(state="superseded").count()
    assert proposed > 0
    assert selectors.number_superseded(scope, since=AS_OF, item=world.item) == proposed
    other = ClientScope.of(make_client("other").pk)
    assert selectors.decisions(other, since=AS_OF) == []
    assert selectors.number_superseded(other, since=AS_OF) == 0


def test_weeks_are_summed_over_the_markets_of_a_dc_and_are_one_clients(world):
    row = Recommendation.objects.first()
    week = AS_OF + timedelta(weeks=1)
    for market, share in zip(world.markets, (Decimal("0.4"), 0), strict=True):
        DemandRecord.objects.create(
            client=world.client, item=world.item, market=market, week=week, quantity=Decimal(9), source="x",
            recorded_at=AT, stockout_share=share,
        )  # fmt: skip
    world.markets[1].primary_dc = world.dcs[0]
    world.markets[1].save()
    decided = [decision(item=world.item.pk, site=row.target_id)]

    found = selectors.weeks_of(ClientScope.of(world.client.pk), since=week, decided=decided)

    assert found == {(world.item.pk, world.dcs[0].pk, week): Week(18.0, 0.4)}
    assert selectors.weeks_of(ClientScope.of(make_client("other").pk), since=week, decided=decided) == {}
