"""Physical stock: accounts, what lies where now or on any day, and the postings and legs behind it."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Subquery, Sum, Value
from django.utils import timezone
from rest_framework import serializers

from inventory.api.endpoint import ListEndpoint
from inventory.api.fields import Moment, QuantityText
from inventory.api.filters import At, Day, Filters, Flag, Id, OneOf, Rows, Text
from inventory.api.rows import Output, SumsReader
from inventory.fields import QuantityField
from inventory.ledger.models import Account, Balance, Leg, Lot, Posting, Reservation
from inventory.places.models import Location, Site

_HELD = (Location.Kind.STORAGE, Location.Kind.DOCK, Location.Kind.QUARANTINE, Location.Kind.TRANSIT)
_HOLDS_NOTHING = Location.objects.exclude(kind__in=_HELD)


class AccountOutput(Output):
    """An account: item × regime × authorisation, the unit of first in, first out."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="item.sku")
    regime = serializers.CharField()
    authorisation = serializers.CharField(source="authorisation.number", allow_null=True)


class AccountFilters(Filters):
    """Filters of accounts."""

    sku = Text("item__sku")
    regime = Text()
    authorisation = Text("authorisation__number")


class Accounts(ListEndpoint):
    """Your accounts (kárdex). Goods out of bond have one too: IMD nationalised, EXD abroad."""

    model = Account
    serializer_class = AccountOutput
    filterset_class = AccountFilters


class StockFilters(Filters):
    """Filters of stock; with `as_of` or `known_on` it is re-added from the legs."""

    sku = Text("account__item__sku")
    regime = Text("account__regime")
    authorisation = Text("account__authorisation__number")
    site = Text("location__site__code")
    location = Text("location__code")
    kind = OneOf([(kind.value, kind.value) for kind in _HELD], "location__kind")
    batch = Text("lot__batch")
    as_of = Day(method="until_legal", label="Stock at the end of this legal date.")
    known_on = Day(method="until_recorded", label="As the books knew it at the end of this day.")

    def until_legal(self, rows: Rows, _name: str, day: date) -> Rows:
        """Only what had happened by then."""
        return rows.filter(legal_date__lte=day)

    def until_recorded(self, rows: Rows, _name: str, day: date) -> Rows:
        """Only what had been recorded by then."""
        return rows.filter(recorded_at__lt=end_of(day))


class _Stock(ListEndpoint):
    """Stock now, from the balances; stock on another day, from the legs. Both have account, lot and location."""

    model = Balance
    client_path = "account__client"
    filterset_class = StockFilters
    sums: ClassVar[SumsReader]
    keys: tuple[str, ...]

    @property
    def is_now(self) -> bool:
        """True unless the caller asks for another day."""
        return not any(self.request.query_params.get(name) for name in ("as_of", "known_on"))

    def rows(self) -> Rows:
        """Goods on shelves and on the road."""
        source = Balance if self.is_now else Leg
        # The few places that hold nothing are left out: joined to every leg, the many that do would take as long as the sum.
        return source.objects.order_by().exclude(location__in=_HOLDS_NOTHING)

    def filter_queryset(self, queryset: Rows) -> Rows:
        """The rows that pass, added up; what adds up to nothing is left out."""
        rows = super().filter_queryset(queryset).values(*self.keys).annotate(total=Sum("quantity"))
        return rows.exclude(total=0)

    def read_rows(self, rows: Rows, keys: list[str]) -> list[tuple[dict[str, Any], tuple[Any, ...]]]:
        """The page's sums with their cursor keys: balances with their names, or legs added up before anything is named."""
        return super().read_rows(rows, keys) if self.is_now else self.sums.read(rows, keys)


class StockOutput(Output):
    """So much of one lot at one location."""

    sku = serializers.CharField(source="lot.account.item.sku")
    regime = serializers.CharField(source="lot.account.regime")
    authorisation = serializers.CharField(source="lot.account.authorisation.number", allow_null=True)
    lot = serializers.IntegerField(source="lot_id")
    batch = serializers.CharField(source="lot.batch")
    serial = serializers.CharField(source="lot.serial")
    expires_on = serializers.DateField(source="lot.expires_on", allow_null=True)
    hold = serializers.CharField(source="lot.hold_reason")
    site = serializers.CharField(source="location.site.code")
    location = serializers.CharField(source="location.code")
    kind = serializers.ChoiceField([kind.value for kind in _HELD], source="location.kind")
    quantity = QuantityText(source="total")
    reserved = QuantityText(allow_null=True, help_text="Promised to documents; null on another day than today.")


class Stock(_Stock):
    """What lies where, by lot and location; goods in transit are at the transit location of their origin."""

    serializer_class = StockOutput
    sums = SumsReader(StockOutput, {"lot_id": Lot, "location_id": Location})
    keys = ("account_id", "location_id", "lot_id")
    orderings = {"account": ("account_id", "location_id", "lot_id")}

    def filter_queryset(self, queryset: Rows) -> Rows:
        """The rows, with what is promised of each."""
        return super().filter_queryset(queryset).annotate(reserved=_reserved() if self.is_now else _nothing())


class SiteStockOutput(Output):
    """So much of one item under one regime at one site."""

    sku = serializers.CharField(source="account.item.sku")
    regime = serializers.CharField(source="account.regime")
    authorisation = serializers.CharField(source="account.authorisation.number", allow_null=True)
    site = serializers.CharField(source="location.site.code")
    in_transit = serializers.BooleanField(source="location.is_virtual")
    quantity = QuantityText(source="total")


class StockBySite(_Stock):
    """What lies at which site, by item and regime; what left it and has not arrived is a row of its own."""

    serializer_class = SiteStockOutput
    sums = SumsReader(SiteStockOutput, {"account_id": Account, "location__site_id": Site})
    keys = ("account_id", "location__site_id", "location__is_virtual")
    orderings = {"account": ("account_id", "location__site_id", "location__is_virtual")}


class PostingOutput(Output):
    """One indivisible change of stock."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    kind = serializers.ChoiceField(Posting.Kind.choices)
    document = serializers.CharField()
    legal_date = serializers.DateField()
    recorded_at = Moment()
    by = serializers.CharField(source="actor_label")
    reason = serializers.CharField()
    reverses = serializers.CharField(source="reverses.key", allow_null=True)


class PostingFilters(Filters):
    """Filters of postings."""

    kind = OneOf(Posting.Kind)
    document = Text()
    from_day = Day("legal_date", lookup_expr="gte")
    to_day = Day("legal_date", lookup_expr="lte")
    recorded_since = At("recorded_at", lookup_expr="gte")


class Postings(ListEndpoint):
    """Postings that moved goods of yours, newest first."""

    model = Posting
    client_path = None
    serializer_class = PostingOutput
    filterset_class = PostingFilters

    def rows(self) -> Rows:
        """Postings with a leg of this client's."""
        if getattr(self, "swagger_fake_view", False):
            return super().rows()
        mine = self.own(Leg.objects.filter(posting=OuterRef("pk")), "account__client")
        return super().rows().filter(Exists(mine))


class LegOutput(Output):
    """One side of one move: positive came, negative left."""

    id = serializers.IntegerField()
    posting = serializers.IntegerField(source="posting_id")
    document = serializers.CharField(source="posting.document")
    kind = serializers.ChoiceField(Posting.Kind.choices, source="posting.kind")
    sku = serializers.CharField(source="account.item.sku")
    regime = serializers.CharField(source="account.regime")
    lot = serializers.IntegerField(source="lot_id")
    batch = serializers.CharField(source="lot.batch")
    site = serializers.CharField(source="location.site.code")
    location = serializers.CharField(source="location.code")
    quantity = QuantityText()
    legal_date = serializers.DateField()
    recorded_at = Moment()


class LegFilters(Filters):
    """Filters of legs."""

    posting = Id("posting_id")
    document = Text("posting__document")
    sku = Text("account__item__sku")
    regime = Text("account__regime")
    lot = Id("lot_id")
    site = Text("location__site__code")
    location = Text("location__code")
    from_day = Day("legal_date", lookup_expr="gte")
    to_day = Day("legal_date", lookup_expr="lte")
    recorded_since = At("recorded_at", lookup_expr="gte")


class Legs(ListEndpoint):
    """The legs of your goods: every quantity that came to or left a location."""

    model = Leg
    client_path = "account__client"
    serializer_class = LegOutput
    filterset_class = LegFilters


class ReservationOutput(Output):
    """Stock promised to a document."""

    id = serializers.IntegerField()
    document = serializers.CharField()
    sku = serializers.CharField(source="account.item.sku")
    lot = serializers.IntegerField(source="lot_id")
    site = serializers.CharField(source="location.site.code")
    location = serializers.CharField(source="location.code")
    quantity = QuantityText()
    reserved_at = Moment()
    released_at = Moment(allow_null=True)


class ReservationFilters(Filters):
    """Filters of reservations."""

    document = Text()
    sku = Text("account__item__sku")
    is_open = Flag("released_at", lookup_expr="isnull")


class Reservations(ListEndpoint):
    """What is promised to your shipments."""

    model = Reservation
    client_path = "account__client"
    serializer_class = ReservationOutput
    filterset_class = ReservationFilters


def end_of(day: date) -> datetime:
    """The first moment after a day, where the operator is."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _reserved() -> Any:
    """What is promised of a lot at a location."""
    open_ones = Reservation.objects.filter(
        lot=OuterRef("lot_id"), location=OuterRef("location_id"), released_at__isnull=True
    )
    return Subquery(open_ones.order_by().values("lot_id").annotate(sum=Sum("quantity")).values("sum"))


def _nothing() -> Any:
    """No quantity: unknown."""
    return Value(None, output_field=QuantityField())
