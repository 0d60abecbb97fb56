"""Under which duty: pedimentos, the bonded lots they opened and the discharges that wrote those off."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.db.models import Exists, F, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.customs_inputs import (
    ClearanceInput,
    ClosingInput,
    NoticeClosing,
    PaymentInput,
    PedimentoInput,
    ReasonInput,
    RemesaNoticeInput,
    refuse_unknown,
)
from inventory.api.customs_outputs import (
    BondedLotOutput,
    DifferenceOutput,
    DischargeOutput,
    LotCorrectionOutput,
    NoticeOutput,
    PedimentoDetailOutput,
    PedimentoLineRow,
    PedimentoOutput,
)
from inventory.api.endpoint import DetailEndpoint, Endpoint, ListEndpoint, Writes, find
from inventory.api.filters import At, Day, Filters, Flag, Id, OneOf, Rows, Text
from inventory.api.ledger import end_of
from inventory.api.rows import Input
from inventory.customs import selectors as customs
from inventory.customs import services
from inventory.customs.models import BondedLot, Discharge, LegalNotice, LotCorrection, StockDifference
from inventory.customs.pedimento_models import Pedimento, PedimentoLine, PedimentoSubline
from inventory.parties.roles import ApiScope


class PedimentoFilters(Filters):
    """Filters of pedimentos."""

    state = OneOf(Pedimento.State)
    effect = OneOf(Pedimento.Effect)
    operation = OneOf(Pedimento.Operation)
    document_key = Text()
    regime = Text()
    authorisation = Text("authorisation__number")
    site = Text("site__code")
    sku = Text(method="naming_item", label="Pedimentos with a line of this SKU.")
    paid_from = Day("paid_on", lookup_expr="gte")
    paid_to = Day("paid_on", lookup_expr="lte")
    recorded_since = At("recorded_at", lookup_expr="gte")

    def naming_item(self, rows: Rows, _name: str, sku: str) -> Rows:
        """Pedimentos with a line of this item."""
        return rows.filter(Exists(PedimentoSubline.objects.filter(line__pedimento=OuterRef("pk"), item__sku=sku)))


class PedimentoList(Writes, ListEndpoint):
    """Your pedimentos, newest first."""

    model = Pedimento
    write_scope = ApiScope.PEDIMENTOS
    serializer_class = PedimentoOutput
    filterset_class = PedimentoFilters
    orderings = {"-recorded_at": ("-recorded_at", "-id"), "recorded_at": ("recorded_at", "id"), "number": ("number",)}

    @extend_schema(request=PedimentoInput, responses={201: PedimentoDetailOutput})
    def post(self, request: Request) -> Response:
        """Enter a pedimento, every field checked: all that is wrong is said at once."""
        return self.change(None, self._enter, status_code=201)

    def _enter(self, _values: dict[str, Any]) -> dict[str, Any]:
        data = cast("dict[str, Any]", self.request.data)
        refuse_unknown(data, PedimentoInput)
        entered = services.enter_pedimento(client=self.client, data=data, at=timezone.now(), actor=self.actor)
        return PedimentoDetailOutput.draw(whole_pedimento(self, entered.number))


class PedimentoDetail(DetailEndpoint):
    """One pedimento with its lines, part numbers, taxes, identifiers and invoices."""

    model = Pedimento
    serializer_class = PedimentoDetailOutput
    is_versioned = True

    def thing(self) -> Pedimento:
        """The pedimento of this number. Raises NotFound."""
        return whole_pedimento(self, self.kwargs["number"])


def whole_pedimento(view: Any, number: str) -> Pedimento:
    """One of the client's pedimentos with all its parts, in a fixed number of statements. Raises NotFound."""
    rows = customs.pedimentos(view.scope).select_related("site", "authorisation", "broker", "rectifies")
    parts = ("lines__sublines__item", "contributions__line", "identifiers__line", "invoices", *customs.PAPERS)
    return find(rows.prefetch_related(*parts), number=number)


class _PedimentoStep(Writes, Endpoint):
    """One step of a pedimento's life."""

    model = Pedimento
    write_scope = ApiScope.PEDIMENTOS
    serializer_class = PedimentoOutput
    is_versioned = True

    def step(self, input_class: type[Input] | None, act: Callable[..., Pedimento]) -> Response:
        """Do `act` with the pedimento of the URL and the values of the body; answer with its header."""

        def do(values: dict[str, Any]) -> dict[str, Any]:
            pedimento = self.named(self.get_queryset(), number=self.kwargs["number"])
            done = act(pedimento=pedimento, at=timezone.now(), actor=self.actor, **values)
            return PedimentoOutput.of(Pedimento.objects.filter(pk=done.pk))

        return self.change(input_class, do)


class PayPedimento(_PedimentoStep):
    """Payment."""

    @extend_schema(request=PaymentInput, responses=PedimentoOutput)
    def post(self, request: Request, number: str) -> Response:
        """Note that a pedimento was paid."""
        return self.step(PaymentInput, services.record_payment)


class ClearPedimento(_PedimentoStep):
    """Clearance."""

    @extend_schema(request=ClearanceInput, responses=PedimentoOutput)
    def post(self, request: Request, number: str) -> Response:
        """Note when the selection mechanism was activated: the clocks of its bonded lots start then."""
        return self.step(ClearanceInput, services.record_clearance)


class RecordRemesa(_PedimentoStep):
    """One remesa."""

    @extend_schema(request=RemesaNoticeInput, responses=PedimentoOutput)
    def post(self, request: Request, number: str) -> Response:
        """Note the electronic notice of one remesa of a consolidated pedimento."""
        return self.step(RemesaNoticeInput, services.record_remesa)


class ClosePedimento(_PedimentoStep):
    """Closing."""

    @extend_schema(request=ClosingInput, responses=PedimentoOutput)
    def post(self, request: Request, number: str) -> Response:
        """Close a consolidated pedimento."""
        return self.step(ClosingInput, services.close_consolidated)


class WithdrawPedimento(_PedimentoStep):
    """Withdrawal."""

    @extend_schema(request=ReasonInput, responses=PedimentoOutput)
    def post(self, request: Request, number: str) -> Response:
        """Withdraw a pedimento that opened and discharged nothing."""
        return self.step(ReasonInput, services.withdraw_pedimento)


class ApplyRectification(_PedimentoStep):
    """Rectification."""

    @extend_schema(request=None, responses=PedimentoOutput)
    def post(self, request: Request, number: str) -> Response:
        """Apply a rectification (R1) to the bonded lots of the pedimento it rectifies."""
        return self.step(
            None, lambda pedimento, at, actor: services.rectify(rectification=pedimento, at=at, actor=actor)
        )


class NoticeFilters(Filters):
    """Filters of notices."""

    pedimento = Text("pedimento__number")
    kind = OneOf(LegalNotice.Kind)
    document = Text()
    is_open = Flag("closed_at", lookup_expr="isnull")


class Notices(ListEndpoint):
    """Notices the law asks for by an hour: due, then acknowledged or excepted with a reason."""

    model = LegalNotice
    client_path = "pedimento__client"
    serializer_class = NoticeOutput
    filterset_class = NoticeFilters


class CloseNotice(Writes, Endpoint):
    """Closing of a notice."""

    model = LegalNotice
    client_path = "pedimento__client"
    write_scope = ApiScope.RECEIPTS
    serializer_class = NoticeOutput

    @extend_schema(request=NoticeClosing, responses=NoticeOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Close a notice with the authority's acknowledgement, or with the reason why there is none."""
        return self.change(NoticeClosing, self._close)

    def _close(self, values: dict[str, Any]) -> dict[str, Any]:
        notice = self.named(self.get_queryset(), pk=self.kwargs["pk"])
        services.close_notice(notice=notice, at=timezone.now(), actor=self.actor, **values)
        return NoticeOutput.of(LegalNotice.objects.filter(pk=notice.pk))


class PedimentoLineFilters(Filters):
    """Filters of pedimento lines."""

    pedimento = Text("pedimento__number")
    tariff_code = Text()
    effect = OneOf(Pedimento.Effect, "pedimento__effect")


class PedimentoLines(ListEndpoint):
    """The lines of your pedimentos."""

    model = PedimentoLine
    client_path = "pedimento__client"
    serializer_class = PedimentoLineRow
    filterset_class = PedimentoLineFilters


class BondedLotFilters(Filters):
    """Filters of bonded lots; with `as_of` or `known_on` the balances of that day are re-added."""

    sku = Text("account__item__sku")
    regime = Text("account__regime")
    authorisation = Text("account__authorisation__number")
    pedimento = Text("pedimento_number")
    goods = OneOf(BondedLot.Goods)
    must_leave_from = Day("must_leave_by", lookup_expr="gte")
    must_leave_to = Day("must_leave_by", lookup_expr="lte")
    is_open = Flag(method="still_open", label="True: with a balance. False: written off in full.")
    as_of = Day(method="until_legal", label="Balances at the end of this legal date.")
    known_on = Day(method="until_recorded", label="As the books knew it at the end of this day.")

    def still_open(self, rows: Rows, _name: str, value: bool) -> Rows:
        """Lots with a balance, or without."""
        return rows.filter(open_quantity__gt=0) if value else rows.filter(open_quantity=0)

    def until_legal(self, rows: Rows, _name: str, day: date) -> Rows:
        """Lots that were open by then."""
        return rows.filter(legal_date__lte=day)

    def until_recorded(self, rows: Rows, _name: str, day: date) -> Rows:
        """Lots that were known by then."""
        return rows.filter(recorded_at__lt=end_of(day))


class BondedLots(ListEndpoint):
    """What your pedimento lines still owe customs, and until when the goods may stay."""

    model = BondedLot
    client_path = "account__client"
    serializer_class = BondedLotOutput
    filterset_class = BondedLotFilters
    orderings = {
        "-id": ("-id",),
        "id": ("id",),
        "must_leave_by": ("must_leave_by", "id"),
        "peps": ("account_id", "clock_start", "paid_on", "pedimento_number", "line_seq", "id"),
    }

    def rows(self) -> Rows:
        """Bonded lots with their balance now, or at the end of the day asked for."""
        rows = super().rows()
        day, known = self._day("as_of"), self._day("known_on")
        if day is None and known is None:
            return rows.annotate(
                open_quantity=F("remaining"), open_tariff=F("remaining_tariff"), open_value=F("remaining_value_mxn")
            )
        return rows.annotate(
            open_quantity=_then("quantity", day, known),
            open_tariff=_then("tariff_quantity", day, known),
            open_value=_then("value_mxn", day, known),
        )

    def _day(self, name: str) -> date | None:
        """A day of the query, if it is one; the filters refuse what is none."""
        try:
            return date.fromisoformat(self.request.query_params.get(name, ""))
        except (ValueError, AttributeError):
            return None


class DischargeFilters(Filters):
    """Filters of discharges: by entry, which exits used it; by exit, which entries it used."""

    entry = Text("bonded_lot__pedimento_number")
    exit = Text("outbound_line__pedimento__number")
    bonded_lot = Id("bonded_lot_id")
    sku = Text("account__item__sku")
    regime = Text("account__regime")
    from_day = Day("legal_date", lookup_expr="gte")
    to_day = Day("legal_date", lookup_expr="lte")
    recorded_since = At("recorded_at", lookup_expr="gte")


class Discharges(ListEndpoint):
    """The discharge trail in both directions: filter by `entry` or by `exit`."""

    model = Discharge
    client_path = "account__client"
    serializer_class = DischargeOutput
    filterset_class = DischargeFilters


class LotCorrectionFilters(Filters):
    """Filters of corrections."""

    entry = Text("bonded_lot__pedimento_number")
    bonded_lot = Id("bonded_lot_id")
    rectification = Text("rectification__number")


class LotCorrections(ListEndpoint):
    """What rectifications changed of your bonded lots."""

    model = LotCorrection
    client_path = "bonded_lot__account__client"
    serializer_class = LotCorrectionOutput
    filterset_class = LotCorrectionFilters


class DifferenceFilters(Filters):
    """Filters of differences."""

    sku = Text("account__item__sku")
    origin = OneOf(StockDifference.Origin)
    document = Text()
    is_open = Flag("resolved_at", lookup_expr="isnull")


class Differences(ListEndpoint):
    """Where shelf and customs books differ for your goods, and what explained it."""

    model = StockDifference
    client_path = "account__client"
    serializer_class = DifferenceOutput
    filterset_class = DifferenceFilters


def _then(name: str, day: date | None, known: date | None) -> Any:
    """Opening plus corrections less discharges of one number, as of a legal date and as known on a day."""
    corrected = _sum(LotCorrection.objects.all(), name, day, known)
    discharged = _sum(Discharge.objects.all(), name, day, known)
    return F(name) + corrected - discharged


def _sum(rows: Rows, name: str, day: date | None, known: date | None) -> Any:
    """The sum of one number over a lot's rows."""
    rows = rows.filter(bonded_lot=OuterRef("pk"))
    if day is not None:
        rows = rows.filter(legal_date__lte=day)
    if known is not None:
        rows = rows.filter(recorded_at__lt=end_of(known))
    kind: Any = type(BondedLot._meta.get_field(name))()
    sums = rows.order_by().values("bonded_lot_id").annotate(sum=Sum(name)).values("sum")
    return Coalesce(Subquery(sums, output_field=kind), Value(0, output_field=kind))
