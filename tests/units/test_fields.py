"""Exact numbers in the database, on every engine, against a table of their own."""

from decimal import Decimal

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import InvalidInput
from inventory.fields import MoneyField, QuantityField, RateField, money, quantity
from inventory.units import BASE_MAX, from_base

pytestmark = pytest.mark.django_db

with isolate_apps("tests"):

    class Shelf(models.Model):
        """A table only of these tests."""

        name = models.CharField(max_length=20, blank=True)
        on_hand = QuantityField(default=0)
        reserved = QuantityField(default=0)
        minimum = QuantityField(null=True, blank=True)
        value = MoneyField(default=0)
        rate = RateField(default=0)

        class Meta:
            app_label = "tests"
            constraints = [
                models.CheckConstraint(condition=Q(on_hand__gte=0), name="shelf_on_hand_not_negative"),
                models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="shelf_reserves_what_it_has"),
            ]

        def __str__(self):
            return self.name


@pytest.fixture(scope="module", autouse=True)
def _table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Shelf)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Shelf)


def put(**values):
    return Shelf.objects.get(pk=Shelf.objects.create(**values).pk)


def raw(column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM tests_shelf")
        return [row[0] for row in cursor.fetchall()]


@given(st.integers(min_value=0, max_value=BASE_MAX))
def test_any_quantity_comes_back_as_it_went_in(base):
    there = from_base(base, 6)

    back = put(on_hand=there).on_hand

    assert back == there
    assert type(back) is Decimal


@given(st.lists(st.integers(min_value=0, max_value=10**15), min_size=1, max_size=12))
def test_the_sum_of_many_is_exact(values):
    Shelf.objects.all().delete()
    Shelf.objects.bulk_create(Shelf(on_hand=from_base(base, 6)) for base in values)

    total = Shelf.objects.aggregate(total=Sum("on_hand"))["total"]

    assert total == from_base(sum(values), 6)


def test_the_database_holds_whole_base_units():
    Shelf.objects.create(on_hand=Decimal("0.3"), value=Decimal("0.3"), rate=Decimal("0.3"))

    assert (raw("on_hand"), raw("value"), raw("rate")) == ([300_000], [3_000], [300_000])


def test_three_tenths_can_be_issued_three_times():
    shelf = put(on_hand=Decimal("0.3"))

    for _ in range(3):
        issued = Shelf.objects.filter(on_hand__gte=Decimal("0.1")).update(on_hand=F("on_hand") - quantity("0.1"))
        assert issued == 1

    shelf.refresh_from_db()
    assert shelf.on_hand == 0


def test_a_whole_number_shows_no_decimals():
    assert str(put(on_hand=Decimal("5.000000")).on_hand) == "5"
    assert str(put(on_hand=Decimal(100)).on_hand) == "100"


@pytest.mark.parametrize("bad", [0.1, True, "abc", Decimal("0.0000001"), Decimal("1E+13"), Decimal("NaN")])
def test_what_cannot_be_held_exactly_is_refused_by_name(bad):
    with pytest.raises(InvalidInput) as refused:
        Shelf.objects.create(on_hand=bad)

    assert refused.value.field == "on_hand"


@pytest.mark.parametrize(
    ("lookup", "found"),
    [
        ({"on_hand": Decimal("2.5")}, 1),
        ({"on_hand": "2.5"}, 1),
        ({"on_hand__gt": 2}, 1),
        ({"on_hand__gte": Decimal("2.500001")}, 0),
        ({"on_hand__lt": 3}, 1),
        ({"on_hand__in": [1, Decimal("2.5")]}, 1),
        ({"on_hand__range": (2, 3)}, 1),
        ({"minimum__isnull": True}, 1),
        ({"on_hand__gt": F("reserved")}, 1),
        ({"on_hand__gt": F("reserved") + quantity(3)}, 0),
        ({"on_hand__gt": F("reserved") * 2}, 1),
    ],
)
def test_filters_speak_decimal(lookup, found):
    Shelf.objects.create(on_hand=Decimal("2.5"), reserved=1)

    assert Shelf.objects.filter(**lookup).count() == found


def test_what_two_columns_leave_is_a_decimal():
    Shelf.objects.create(on_hand=Decimal("2.5"), reserved=Decimal("0.75"))

    free = Shelf.objects.annotate(free=F("on_hand") - F("reserved")).get().free

    assert free == Decimal("1.75")


def test_a_bare_number_in_an_update_is_refused_for_it_would_count_millionths():
    shelf = put(on_hand=5)

    with pytest.raises(FieldError), transaction.atomic():
        Shelf.objects.update(on_hand=F("on_hand") - Decimal(5))
    with pytest.raises(FieldError), transaction.atomic():
        Shelf.objects.update(on_hand=F("on_hand") - 5)

    shelf.refresh_from_db()
    assert shelf.on_hand == 5


def test_a_bare_number_in_a_filter_is_refused():
    with pytest.raises(FieldError):
        Shelf.objects.filter(on_hand__gt=F("reserved") + 5).count()


def test_kinds_do_not_mix():
    with pytest.raises(FieldError):
        Shelf.objects.annotate(odd=F("on_hand") + F("value")).first()
    with pytest.raises(FieldError), transaction.atomic():
        Shelf.objects.update(value=F("on_hand"))
    with pytest.raises(FieldError):
        Shelf.objects.filter(value__gt=F("on_hand")).count()
    with pytest.raises(FieldError), transaction.atomic():
        Shelf.objects.update(value=quantity(5))


def test_a_column_can_be_set_from_a_value_of_its_kind():
    shelf = put(value=1)

    Shelf.objects.update(value=money("2.5"))

    shelf.refresh_from_db()
    assert shelf.value == Decimal("2.5")


def test_a_sum_of_nothing_can_be_zero():
    total = Shelf.objects.aggregate(total=Coalesce(Sum("on_hand"), quantity(0)))["total"]

    assert total == 0
    assert Shelf.objects.aggregate(total=Sum("on_hand"))["total"] is None


def test_conditional_sums_and_maxima_are_exact():
    Shelf.objects.bulk_create([Shelf(name="a", on_hand=Decimal("0.1")), Shelf(name="b", on_hand=Decimal("0.2"))])

    found = Shelf.objects.aggregate(
        both=Sum("on_hand"),
        a=Sum("on_hand", filter=Q(name="a")),
        most=Max("on_hand"),
        free=Sum(F("on_hand") - F("reserved")),
    )

    assert found == {"both": Decimal("0.3"), "a": Decimal("0.1"), "most": Decimal("0.2"), "free": Decimal("0.3")}


def test_an_average_is_refused_for_engines_differ():
    Shelf.objects.bulk_create([Shelf(on_hand=Decimal("0.000001")), Shelf(on_hand=Decimal("0.000002"))])

    with pytest.raises(TypeError, match="divide in Python"):
        Shelf.objects.aggregate(mean=models.Avg("on_hand"))


def test_bulk_updates_write_each_row_its_own():
    shelves = Shelf.objects.bulk_create([Shelf(name=str(n), on_hand=n) for n in range(5)])
    for shelf in shelves:
        shelf.on_hand += Decimal("0.25")
        shelf.minimum = Decimal("0.5") if shelf.name == "3" else None

    Shelf.objects.bulk_update(shelves, ["on_hand", "minimum"])

    held = list(Shelf.objects.order_by("name").values_list("on_hand", "minimum"))
    assert held[3] == (Decimal("3.25"), Decimal("0.5"))
    assert held[4] == (Decimal("4.25"), None)


def test_the_database_refuses_what_its_constraints_forbid():
    with pytest.raises(IntegrityError), transaction.atomic():
        Shelf.objects.create(on_hand=Decimal("-0.000001"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Shelf.objects.create(on_hand=1, reserved=Decimal("1.000001"))


def test_validation_speaks_to_the_form():
    with pytest.raises(ValidationError) as refused:
        Shelf(on_hand="0.0000001").full_clean()

    assert set(refused.value.message_dict) == {"on_hand"}


def test_constraints_are_checked_before_saving():
    with pytest.raises(ValidationError):
        Shelf(name="x", on_hand=1, reserved=2).full_clean()


def test_a_form_takes_as_many_decimals_as_the_column():
    form_field = Shelf._meta.get_field("value").formfield()

    assert form_field.clean("12.3456") == Decimal("12.3456")
    with pytest.raises(ValidationError):
        form_field.clean("12.34567")


def test_a_fixture_holds_plain_digits():
    shelf = Shelf(on_hand=Decimal("1E+3"))

    assert Shelf._meta.get_field("on_hand").value_to_string(shelf) == "1000"
    assert Shelf._meta.get_field("on_hand").to_python("1000") == 1000


def test_migrations_write_the_field_by_its_own_name():
    _, path, _, options = Shelf._meta.get_field("minimum").deconstruct()

    assert path == "inventory.fields.QuantityField"
    assert options == {"null": True, "blank": True}
