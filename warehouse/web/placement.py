"""Recommendations: what to move, why, and the planner's word on it. What is accepted becomes a movement order."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from inventory.errors import DomainError, NotFound
from inventory.models import Recommendation, Site
from inventory.parties.roles import Can
from inventory.placement import explain
from inventory.placement import selectors as placement
from inventory.placement import services as deciding
from inventory.templatetags import recinto as tags
from inventory.templatetags.trade import in_unit
from inventory.web.access import WebAccess, WebRequest, requires
from inventory.web.cells import TABLET, TABLET_NUMBER, TABLET_NUMBER_WRAPPED, PairColumn
from inventory.web.columns import MoneyColumn, StatusColumn
from inventory.web.fields import QuantityFormField
from inventory.web.formatting import DASH, percent_text
from inventory.web.forms import ReasonField, add_refusal
from inventory.web.lists import Action, ListPage, wants_part
from warehouse.movements import accepting
from warehouse.web.placement_facts import (
    chart_of_move,
    confidence_text,
    facts_of,
    in_short,
    numbers_behind,
)
from warehouse.web.placement_loads import lanes_to_decide
from warehouse.web.placement_record import track_record

TABLET_NOWRAP = {**TABLET, "td": {"class": "d-none d-md-table-cell text-nowrap"}}


class ChosenColumn(tables.Column):
    """A box to tick, which belongs to the form below the list."""

    def render(self, record: Recommendation) -> SafeString:
        """The box, named for what it chooses."""
        name = now("Choose %(sku)s to %(site)s") % {"sku": record.item.sku, "site": record.target.code}
        return format_html(
            '<input type="checkbox" class="form-check-input" name="chosen" value="{}" form="accept-many" aria-label="{}">',
            record.pk,
            name,
        )


class RecommendationTable(tables.Table):
    """Recommendations, the most valuable first."""

    chosen = ChosenColumn(verbose_name="", accessor="pk", orderable=False, exclude_from_export=True)
    priority = tables.Column(verbose_name=_("Rank"))
    item = PairColumn(
        accessor="item__sku",
        verbose_name=_("Move"),
        below=in_short,
        attrs={"td": {"class": "text-nowrap"}},
        url=lambda row: reverse("warehouse:recommendation", args=[row.pk]),
    )
    quantity = tables.Column(verbose_name=_("How many"), attrs={"td": {"class": "text-end number text-nowrap"}})
    target = PairColumn(
        accessor="target__name",
        verbose_name=_("Where to"),
        below=lambda row: now("from %(site)s") % {"site": row.source.code},
        attrs={"td": {"class": "text-nowrap"}},
    )
    reason_code = tables.Column(verbose_name=_("Why"), attrs=TABLET_NOWRAP)
    expected_fill_after = tables.Column(verbose_name=_("Expected fill if bond supplies"), attrs=TABLET_NUMBER_WRAPPED)
    expected_cost_usd = MoneyColumn(verbose_name=_("Cost, USD a week"), attrs=TABLET_NUMBER)
    state = StatusColumn(verbose_name=_("State"))

    class Meta:
        order_by = ("-run", "priority")

    def render_quantity(self, record: Recommendation) -> str:
        """The quantity in the item's unit; what was accepted instead, where it differs."""
        told = in_unit(record.quantity, record.item.stock_unit)
        changed = record.accepted_quantity not in (None, record.quantity)
        return f"{in_unit(record.accepted_quantity, record.item.stock_unit)} ({told})" if changed else told

    def value_quantity(self, record: Recommendation) -> Any:
        """The plain number."""
        return record.accepted_quantity or record.quantity

    def render_reason_code(self, record: Recommendation) -> SafeString:
        """The reason in a word, and how sure it is; its page has the sentence."""
        word = tags.badge(explain.REASONS.get(record.reason_code, record.reason_code), "info")
        grade = now("confidence %(grade)s") % {"grade": record.explanation.get("confidence") or DASH}
        return format_html('{}<div class="text-secondary small">{}</div>', word, grade)

    def value_reason_code(self, record: Recommendation) -> str:
        """The whole sentence."""
        return explain.sentence(record.explanation)

    def render_expected_fill_after(self, record: Recommendation) -> str:
        """Before and after."""
        return f"{percent_text(record.expected_fill_before)} → {percent_text(record.expected_fill_after)}"

    def value_expected_fill_after(self, record: Recommendation) -> Any:
        """The share after the move."""
        return record.expected_fill_after

    def render_state(self, record: Recommendation) -> SafeString:
        """The state in words."""
        return tags.status(record.state, record.get_state_display())


class RecommendationFilters(FilterSet):
    """By reason, from and to."""

    reason_code = ChoiceFilter(label=_("Why"), choices=list(explain.REASONS.items()))
    source = ModelChoiceFilter(label=_("From"), queryset=Site.objects.filter(kind=Site.Kind.BONDED, is_active=True))
    target = ModelChoiceFilter(label=_("To"), queryset=Site.objects.filter(kind=Site.Kind.US_DC, is_active=True))

    class Meta:
        model = Recommendation
        fields = ["reason_code", "source", "target"]


class Open(ListPage):
    """What waits for a decision."""

    capability = Can.SEE_PLACEMENT
    title = _("Recommendations")
    subtitle = _("What to move next, the most valuable first.")
    table_class = RecommendationTable
    filterset_class = RecommendationFilters
    search_fields = ("item__sku", "item__description", "target__name", "target__code")
    search_hint = _("SKU or site")
    export_name = "recommendations"
    template_name = "warehouse/placement/list.html"
    empty_title = _("Nothing to decide")
    empty_text = _("Run placement: it reads demand, stock, what is on the road, and the deadlines under bond.")
    is_open = True

    def rows(self) -> QuerySet[Recommendation]:
        """Those proposed and not decided."""
        return placement.recommendations(self.request.access.scope, state=Recommendation.State.PROPOSED)

    def table_options(self) -> dict[str, Any]:
        """Boxes for those who may tick them, states where they differ."""
        may_choose = self.is_open and self.request.access.can(Can.DECIDE_PLACEMENT)
        return {"exclude": ("state",) if may_choose else ("chosen", "state") if self.is_open else ("chosen",)}

    def actions(self) -> list[Action]:
        """Run the engine; look at former runs."""
        return [
            Action(_("Run placement"), reverse("warehouse:placement_new"), "player-play", Can.RUN_PLACEMENT),
            Action(_("Network"), reverse("warehouse:placement_network"), "map", tone=""),
            Action(_("Runs"), reverse("warehouse:placement_runs"), "versions", tone=""),
            Action(_("Back-tests"), reverse("warehouse:backtests"), "chart-dots", tone=""),
        ]

    def extra_context(self) -> dict[str, Any]:
        """The two lists as tabs."""
        may_choose = self.is_open and self.request.access.can(Can.DECIDE_PLACEMENT)
        lists = (("warehouse:recommendations", _("To decide"), True), ("warehouse:decided", _("Decided"), False))
        is_whole = not wants_part(self.request, "list-results")
        return {
            "record": track_record(self.request.access.scope, timezone.localdate()) if is_whole else None,
            "tabs": [(title, reverse(name), is_open == self.is_open) for name, title, is_open in lists],
            "may_choose": may_choose,
            "lanes": lanes_to_decide(self.request.access.scope) if may_choose else (),
        }


class Decided(Open):
    """What was decided: accepted, refused or superseded."""

    is_open = False
    subtitle = _("What became of earlier recommendations.")
    empty_title = _("Nothing was decided yet")
    empty_text = ""

    def rows(self) -> QuerySet[Recommendation]:
        """All but the proposed."""
        return placement.recommendations(self.request.access.scope).exclude(state=Recommendation.State.PROPOSED)


class AcceptForm(forms.Form):
    """How many to move, if not what was recommended."""

    quantity = QuantityFormField(label=_("How many"))
    reason = ReasonField(label=_("Reason"), required=False, help_text=_("Why another quantity, for instance."))


class RefuseForm(forms.Form):
    """Why not."""

    reason = ReasonField(label=_("Reason"), help_text=_("It is kept, and shown beside the recommendation."))


def recommendation_or_404(access: WebAccess, pk: int) -> Recommendation:
    """The recommendation, if this person may see it."""
    try:
        return placement.recommendation(access.scope, pk)
    except NotFound as error:
        raise Http404 from error


@require_GET
@requires(Can.SEE_PLACEMENT)
def recommendation_page(request: WebRequest, pk: int) -> HttpResponse:
    """One recommendation: the sentence, the numbers behind it, and what to do with it."""
    return draw(request, recommendation_or_404(request.access, pk))


def draw(
    request: WebRequest, row: Recommendation, *, accept: AcceptForm | None = None, refuse: RefuseForm | None = None,
    refusal: DomainError | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page of a recommendation, with forms as they were sent."""
    line = getattr(row, "movement_line", None)
    page = {
        "title": row.item.sku,
        "subtitle": f"{row.source.name} → {row.target.name}",
        "crumbs": [(_("Recommendations"), reverse("warehouse:recommendations"))],
        "recommendation": row,
        "sentence": explain.sentence(row.explanation),
        "reason": explain.REASONS.get(row.reason_code, row.reason_code),
        "confidence": confidence_text(row.explanation),
        "facts": facts_of(row),
        "chart": chart_of_move(row),
        "numbers": numbers_behind(row.explanation),
        "order": line.order if line else None,
        "may_decide": row.state == Recommendation.State.PROPOSED and request.access.can(Can.DECIDE_PLACEMENT),
        "accept_form": accept or AcceptForm(initial={"quantity": row.quantity}, prefix="accept"),
        "refuse_form": refuse or RefuseForm(prefix="refuse"),
        "refusal": refusal,
    }
    return render(request, "warehouse/placement/recommendation.html", page, status=status)


@require_POST
@requires(Can.DECIDE_PLACEMENT)
def accept(request: WebRequest, pk: int) -> HttpResponse:
    """Accept a recommendation: its movement is ordered at once."""
    row = recommendation_or_404(request.access, pk)
    form = AcceptForm(request.POST, prefix="accept")
    if not form.is_valid():
        return draw(request, row, accept=form, status=422)
    given = form.cleaned_data
    try:
        order = accepting.accept_and_order(
            recommendation=row, quantity=given["quantity"], reason=given["reason"], at=timezone.now(),
            actor=request.access.actor,
        )  # fmt: skip
    except DomainError as error:
        return refused(request, row, error, accept=form)
    messages.success(request, now("Accepted: movement order %(order)s.") % {"order": order.number})
    return redirect("warehouse:recommendation", pk)


@require_POST
@requires(Can.DECIDE_PLACEMENT)
def refuse(request: WebRequest, pk: int) -> HttpResponse:
    """Refuse a recommendation, with a reason."""
    row = recommendation_or_404(request.access, pk)
    form = RefuseForm(request.POST, prefix="refuse")
    if not form.is_valid():
        return draw(request, row, refuse=form, status=422)
    try:
        deciding.refuse(
            recommendation=row, reason=form.cleaned_data["reason"], at=timezone.now(), actor=request.access.actor
        )
    except DomainError as error:
        return refused(request, row, error, refuse=form)
    messages.success(request, now("Refused. The reason is kept."))
    return redirect("warehouse:recommendations")


def refused(request: WebRequest, row: Recommendation, error: DomainError, **form: Any) -> HttpResponse:
    """The page again, with the refusal on its field or above."""
    sent = next(iter(form.values()))
    if getattr(error, "field", "") in sent.fields:
        add_refusal(sent, error)
        return draw(request, row, status=error.status, **form)
    row.refresh_from_db()
    return draw(request, row, refusal=error, status=error.status)


urlpatterns = [
    path("recommendations/", Open.as_view(), name="recommendations"),
    path("recommendations/decided/", Decided.as_view(), name="decided"),
    path("recommendations/<int:pk>/", recommendation_page, name="recommendation"),
    path("recommendations/<int:pk>/accept/", accept, name="recommendation_accept"),
    path("recommendations/<int:pk>/refuse/", refuse, name="recommendation_refuse"),
]
