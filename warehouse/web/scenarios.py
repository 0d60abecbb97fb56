"""Scenarios: built by forms, kept, copied and deleted; and the page that has some of them computed."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django import forms
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from inventory.errors import DomainError, InvalidInput, NotFound
from inventory.jobs import messages as nudges
from inventory.models import Client, Scenario
from inventory.parties.roles import Can
from inventory.placement import asking
from inventory.placement import scenarios as services
from inventory.placement import selectors as placement
from inventory.templatetags import recinto as tags
from inventory.web import offers
from inventory.web.access import WebAccess, WebRequest, requires
from inventory.web.actions import form_page, press, sent
from inventory.web.cells import TABLET, joined
from inventory.web.columns import RIGHT, LinkColumn, MomentColumn
from inventory.web.jobs import jobs_of, parts_of
from inventory.web.lists import Action, ListPage
from warehouse.web.scenario_forms import FORM_OF, FORMS, ChangeForm, overlay_of
from warehouse.web.scenario_words import change_text

NEWEST_JOBS = 3


class ScenarioTable(tables.Table):
    """Scenarios, newest first."""

    name = LinkColumn(url=lambda row: reverse("warehouse:scenario", args=[row.pk]), verbose_name=_("Scenario"))
    client = tables.Column(accessor="client__name", verbose_name=_("Client"), attrs=TABLET)
    overlay = tables.Column(verbose_name=_("What changes"), orderable=False)
    comparisons = tables.Column(verbose_name=_("Comparisons"), attrs=RIGHT)
    changed_at = MomentColumn(verbose_name=_("Changed"), attrs=TABLET)
    created_by = tables.Column(verbose_name=_("By"), attrs=TABLET)

    class Meta:
        order_by = "-pk"

    def render_overlay(self, value: dict[str, Any]) -> str:
        """The changes in words."""
        return joined((change_text(change) for change in value["changes"]), "; ")

    def value_overlay(self, value: dict[str, Any]) -> str:
        """The same."""
        return str(self.render_overlay(value))


class ScenarioFilters(filters.FilterSet):
    """Whose."""

    client = filters.ModelChoiceFilter(queryset=offers.clients, label=_("Client"))


class ScenarioList(ListPage):
    """Every scenario in scope."""

    capability = Can.SEE_PLACEMENT
    title = _("Scenarios")
    subtitle = _("What it would cost if duty, crossings, lead times, demand, sites or suppliers were others.")
    table_class, filterset_class = ScenarioTable, ScenarioFilters
    search_fields, search_hint = ("name", "client__name", "created_by"), _("Scenario, client or person")
    export_name = "scenarios"
    empty_title = _("No scenario yet")
    empty_text = _("Build one: another duty, a closed crossing, another supplier. Then have it computed beside today.")

    def rows(self) -> QuerySet[Scenario]:
        """Scenarios with the number of comparisons they are part of."""
        return placement.scenarios(self.request.access.scope).annotate(comparisons=Count("results"))

    def actions(self) -> list[Action]:
        """Build one, compare some, look at former comparisons."""
        return [
            Action(_("New scenario"), reverse("warehouse:scenario_new"), "plus", Can.RUN_PLACEMENT),
            Action(_("Compare"), reverse("warehouse:scenario_compare"), "scale", Can.RUN_PLACEMENT, tone=""),
            Action(_("Comparisons"), reverse("warehouse:scenario_results"), "versions", tone=""),
        ]


def scenario_or_404(access: WebAccess, pk: int) -> Scenario:
    """The scenario, if this person may see it."""
    try:
        return placement.scenario(access.scope, pk)
    except NotFound as error:
        raise Http404 from error


@require_GET
@requires(Can.SEE_PLACEMENT)
def scenario_page(request: WebRequest, pk: int) -> HttpResponse:
    """One scenario: its changes, and the comparisons it is part of."""
    return draw(request, scenario_or_404(request.access, pk))


def draw(request: WebRequest, row: Scenario, refusal: DomainError | None = None) -> HttpResponse:
    """The page of a scenario, with what was refused."""
    results = list(placement.scenario_results(request.access.scope).filter(scenarios=row))
    may = request.access.can(Can.RUN_PLACEMENT)
    page = {
        "title": row.name,
        "subtitle": row.client.name,
        "crumbs": [(_("Scenarios"), reverse("warehouse:scenarios"))],
        "scenario": row,
        "changes": list(enumerate(change_text(change) for change in row.overlay["changes"])),
        "facts": [
            (_("Client"), row.client.name),
            (_("By"), row.created_by),
            (_("Made"), tags.moment(row.created_at)),
            (_("Changed"), tags.moment(row.changed_at)),
        ],
        "results": results,
        "may_run": may,
        "may_edit": may and not results,
        "refusal": refusal,
    }
    return render(request, "warehouse/scenarios/scenario.html", page, status=refusal.status if refusal else 200)


class WhoseForm(forms.Form):
    """Whose scenario, and its name."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none(), empty_label=None)
    name = forms.CharField(
        label=_("Name"), max_length=64, help_text=_("As it is to stand beside others: China +10 points.")
    )

    def __init__(self, *args: Any, access: WebAccess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = access.scope.filter(Client.objects.filter(is_active=True), "pk").order_by("name")
        self.fields["client"].queryset = clients


@requires(Can.RUN_PLACEMENT)
def scenario_new(request: WebRequest) -> HttpResponse:
    """Choose a kind of change; then whose, its name and its fields."""
    kind = FORM_OF.get(request.GET.get("kind", ""))
    if kind is None:
        return _kinds(request, reverse("warehouse:scenario_new"), [(_("Scenarios"), reverse("warehouse:scenarios"))])
    whose = WhoseForm(sent(request), access=request.access)
    client = (whose.is_valid() and whose.cleaned_data["client"]) or whose.fields["client"].queryset.first()
    if client is None:
        raise Http404
    form = kind(sent(request), client=client, prefix="change")

    def build(_given: dict[str, Any]) -> str:
        if not whose.is_valid():
            raise InvalidInput(now("Say whose it is and what it is called."), field="name", value="", rule="required")
        row = services.write(
            client=client, name=whose.cleaned_data["name"], overlay=overlay_of([form.change()]), at=timezone.now(),
            actor=request.access.actor,
        )  # fmt: skip
        return reverse("warehouse:scenario", args=[row.pk])

    return form_page(
        request, form, build, template="warehouse/scenarios/form.html", title=kind.title, lead=kind.hint, whose=whose,
        button=_("Keep the scenario"), button_icon="device-floppy", cancel_url=reverse("warehouse:scenarios"),
        crumbs=[(_("Scenarios"), reverse("warehouse:scenarios")), (_("New scenario"), reverse("warehouse:scenario_new"))],
    )  # fmt: skip


@requires(Can.RUN_PLACEMENT)
def change_new(request: WebRequest, pk: int) -> HttpResponse:
    """Choose a kind of change; then its fields: one more change of a scenario."""
    row = scenario_or_404(request.access, pk)
    page = reverse("warehouse:scenario", args=[pk])
    crumbs = [(_("Scenarios"), reverse("warehouse:scenarios")), (row.name, page)]
    kind = FORM_OF.get(request.GET.get("kind", ""))
    if kind is None:
        return _kinds(request, reverse("warehouse:scenario_change_new", args=[pk]), crumbs)
    form: ChangeForm = kind(sent(request), client=row.client, prefix="change")

    def add(_given: dict[str, Any]) -> str:
        changes = [*row.overlay["changes"], form.change()]
        services.edit(scenario=row, name=row.name, overlay=overlay_of(changes), at=timezone.now())
        return page

    return form_page(
        request, form, add, template="warehouse/scenarios/form.html", title=kind.title, lead=kind.hint,
        button=_("Add the change"), button_icon="plus", cancel_url=page, crumbs=crumbs,
    )  # fmt: skip


def _kinds(request: WebRequest, url: str, crumbs: list[tuple[Any, str]]) -> HttpResponse:
    """The page on which the kind of a change is chosen."""
    kinds = [(form.title, form.hint, f"{url}?kind={form.kind}") for form in FORMS]
    page = {"title": _("What changes?"), "crumbs": crumbs, "kinds": kinds}
    return render(request, "warehouse/scenarios/kinds.html", page)


@require_POST
@requires(Can.RUN_PLACEMENT)
def change_remove(request: WebRequest, pk: int) -> HttpResponse:
    """Take one change out of a scenario."""
    row = scenario_or_404(request.access, pk)
    number = request.POST.get("number", "")
    kept = [change for n, change in enumerate(row.overlay["changes"]) if str(n) != number]
    return press(
        request, lambda: services.edit(scenario=row, name=row.name, overlay=overlay_of(kept), at=timezone.now()),
        done=_("The change is out."), url=reverse("warehouse:scenario", args=[pk]),
        draw=lambda error: draw(request, row, error),
    )  # fmt: skip


@require_POST
@requires(Can.RUN_PLACEMENT)
def duplicate(request: WebRequest, pk: int) -> HttpResponse:
    """Copy a scenario and go to the copy."""
    row = scenario_or_404(request.access, pk)
    copied = services.duplicate(scenario=row, at=timezone.now(), actor=request.access.actor)
    return redirect("warehouse:scenario", copied.pk)


@require_POST
@requires(Can.RUN_PLACEMENT)
def delete(request: WebRequest, pk: int) -> HttpResponse:
    """Delete a scenario; comparisons keep what it was."""
    row = scenario_or_404(request.access, pk)
    return press(
        request, lambda: services.delete(scenario=row), done=_("The scenario is deleted; comparisons keep what it was."),
        url=reverse("warehouse:scenarios"), draw=lambda error: draw(request, row, error),
    )  # fmt: skip


class CompareForm(forms.Form):
    """Which scenarios, and how."""

    chosen = forms.ModelMultipleChoiceField(
        label=_("Scenarios"), queryset=Scenario.objects.none(), widget=forms.CheckboxSelectMultiple,
        help_text=_("Of one client, at most 8. Today stands beside them."),
    )  # fmt: skip
    with_tornado = forms.BooleanField(
        label=_("Also what matters most: each driver 20 % less and more"), required=False, initial=True
    )
    is_retuned = forms.BooleanField(
        label=_("Tune the engine anew for each: slower, fairer for other suppliers"), required=False
    )

    def __init__(self, *args: Any, access: WebAccess, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].queryset = placement.scenarios(access.scope)
        self.fields["chosen"].label_from_instance = lambda row: f"{row.name} · {row.client.name}"

    def clean_chosen(self) -> list[Scenario]:
        """Some of one client."""
        rows = sorted(self.cleaned_data["chosen"], key=lambda row: row.pk)
        if len({row.client_id for row in rows}) > 1 or len(rows) > services.MOST_COMPARED:
            raise forms.ValidationError(_("Of one client, at most 8. Today stands beside them."))
        return rows


@requires(Can.RUN_PLACEMENT)
def compare(request: WebRequest) -> HttpResponse:
    """Choose scenarios, have them computed, and see how far that is."""
    form = CompareForm(sent(request), access=request.access, initial={"chosen": request.GET.getlist("scenario")})

    def ask(given: dict[str, Any]) -> str:
        rows = given["chosen"]
        job = asking.ask_for_comparison(
            client=rows[0].client, scenarios=rows, is_retuned=given["is_retuned"], with_tornado=given["with_tornado"],
            at=timezone.now(), actor=request.access.actor,
        )  # fmt: skip
        nudges.start(job)
        return reverse("warehouse:scenario_compare")

    newest = jobs_of(request.access).filter(kind=services.KIND, requested_by=request.access.user_id)[:NEWEST_JOBS]
    return form_page(
        request, form, ask, template="warehouse/scenarios/compare.html", title=_("Compare scenarios"), button=_("Compute"),
        button_icon="player-play", crumbs=[(_("Scenarios"), reverse("warehouse:scenarios"))],
        cancel_url=reverse("warehouse:scenarios"), jobs=[parts_of(job) for job in newest],
        lead=_("Each is planned by the same engine and played over the last weeks of history, twenty times with other lead times."),
    )  # fmt: skip


urlpatterns = [
    path("placement/scenarios/", ScenarioList.as_view(), name="scenarios"),
    path("placement/scenarios/new/", scenario_new, name="scenario_new"),
    path("placement/scenarios/compare/", compare, name="scenario_compare"),
    path("placement/scenarios/<int:pk>/", scenario_page, name="scenario"),
    path("placement/scenarios/<int:pk>/changes/new/", change_new, name="scenario_change_new"),
    path("placement/scenarios/<int:pk>/changes/remove/", change_remove, name="scenario_change_remove"),
    path("placement/scenarios/<int:pk>/duplicate/", duplicate, name="scenario_duplicate"),
    path("placement/scenarios/<int:pk>/delete/", delete, name="scenario_delete"),
]
