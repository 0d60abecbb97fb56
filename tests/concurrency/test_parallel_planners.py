"""Real threads on PostgreSQL: planners who accept the same goods at once get them once."""

import pytest

from inventory.models import Recommendation
from inventory.placement import services, stock
from inventory.placement.errors import NotAllAccepted
from tests.builders import ACTOR
from tests.concurrency.test_parallel_exits import in_parallel
from tests.placement.worlds import AS_OF, AT, World
from warehouse.models import MovementOrderLine
from warehouse.movements import accepting

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world():
    world = World()
    world.stock(500)
    services.run(client=world.client, as_of=AS_OF, at=AT, actor=ACTOR)
    return world


def accepting_of(numbers):
    return lambda: accepting.accept_together(recommendations=numbers, at=AT, actor=ACTOR)


def test_of_overlapping_choices_accepted_at_once_one_gets_the_goods_and_the_other_nothing(world):
    one, two = Recommendation.objects.order_by("pk")
    third = Recommendation.objects.get(pk=two.pk)
    third.pk, third.quantity = None, 5
    third.save()
    choices = [[one.pk, two.pk], [two.pk, third.pk], [third.pk, one.pk]] * 2

    results = in_parallel([accepting_of(numbers) for numbers in choices])

    won = [result for result in results if isinstance(result, list)]
    assert len(won) == 1
    assert all(isinstance(result, NotAllAccepted) for result in results if not isinstance(result, list))
    accepted = Recommendation.objects.filter(state="accepted")
    assert accepted.count() == MovementOrderLine.objects.count() == 2
    free = stock.free(stock.stock(client=world.client, on=AS_OF).lots[world.item.pk, world.site.pk], AS_OF)
    assert free == 500 - sum(row.accepted_quantity for row in accepted)


def test_goods_that_suffice_for_one_choice_are_not_promised_to_two(world):
    one, two = Recommendation.objects.order_by("pk")
    Recommendation.objects.update(quantity=300)

    results = in_parallel([accepting_of([one.pk]), accepting_of([two.pk])])

    assert sorted(type(result).__name__ for result in results) == ["NotAllAccepted", "list"]
    assert Recommendation.objects.get(state="accepted").accepted_quantity == 300
