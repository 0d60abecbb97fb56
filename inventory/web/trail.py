"""The audit trail: who changed what, when, from where and why, with what stood before and after."""

from typing import Any

import django_tables2 as tables
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.forms import TextInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, ModelChoiceFilter

from inventory.audit import selectors
from inventory.parties.roles import Can
from inventory.templatetags import recinto as tags
from inventory.web.access import WebRequest, requires
from inventory.web.columns import LinkColumn, MomentColumn
from inventory.web.forms import DateInput
from inventory.web.lists import ListPage

TABLET = {"td": {"class": "d-none d-md-table-cell"}, "th": {"class": "d-none d-md-table-cell"}}
WIDE = {"td": {"class": "d-none d-xl-table-cell"}, "th": {"class": "d-none d-xl-table-cell"}}
ACTIONS = {
    LogEntry.Action.CREATE: (pgettext_lazy("deed", "Created"), "success"),
    LogEntry.Action.UPDATE: (pgettext_lazy("deed", "Changed"), "info"),
    LogEntry.Action.DELETE: (pgettext_lazy("deed", "Deleted"), "danger"),
    LogEntry.Action.ACCESS: (pgettext_lazy("deed", "Access"), "neutral"),
}
FEW_FIELDS = 4
EVENTS = {
    "login": _("Logged in"),
    "logout": _("Logged out"),
    "login_refused": _("Log-in refused"),
    "import": _("Imported"),
}


def kinds(request: HttpRequest) -> QuerySet[ContentType]:
    """The kinds of things that leave a trail."""
    return ContentType.objects.filter(app_label__in=("inventory", "warehouse")).order_by("model")


def kind_name(content_type: ContentType | None) -> str:
    """A kind of thing in words."""
    model = content_type.model_class() if content_type else None
    name = str(model._meta.verbose_name) if model else ""
    return name[:1].upper() + name[1:]


def what_happened(entry: LogEntry) -> SafeString:
    """The deed, as a badge."""
    event = (entry.additional_data or {}).get("event")
    if event in EVENTS:
        return tags.badge(EVENTS[event], "danger" if event == "login_refused" else "neutral")
    title, tone = ACTIONS[entry.action]
    return tags.badge(title, tone)


def who(entry: LogEntry) -> str:
    """Who did it: the name as it was then."""
    return (entry.additional_data or {}).get("actor") or str(entry.actor or "—")


class KindChoice(ModelChoiceFilter):
    """A choice of kinds of things, by the names people know."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=kinds, **kwargs)

    @property
    def field(self) -> Any:
        """The form's field, its choices in words."""
        field = super().field
        field.label_from_instance = kind_name
        return field


class TrailFilters(FilterSet):
    """Who, what, when."""

    actor = CharFilter(label=_("Who"), field_name="additional_data__actor", lookup_expr="icontains", widget=TextInput)
    content_type = KindChoice(label=_("What kind"))
    action = ChoiceFilter(label=_("Deed"), choices=[(code, title) for code, (title, _tone) in ACTIONS.items()])
    since = DateFilter(label=_("From"), field_name="timestamp", lookup_expr="date__gte", widget=DateInput)
    until = DateFilter(label=_("To"), field_name="timestamp", lookup_expr="date__lte", widget=DateInput)

    class Meta:
        model = LogEntry
        fields = ["actor", "content_type", "action"]


class TrailTable(tables.Table):
    """Rows of the trail."""

    timestamp = MomentColumn(verbose_name=_("When"), attrs={"td": {"class": "text-nowrap"}})
    object_repr = LinkColumn(
        url=lambda entry: reverse("inventory:audit_entry", args=[entry.pk]), verbose_name=_("What")
    )
    content_type = tables.Column(verbose_name=_("Kind"), order_by="content_type__model", attrs=TABLET)
    action = tables.Column(verbose_name=_("Deed"))
    actor = tables.Column(verbose_name=_("Who"), orderable=False, empty_values=())
    changes = tables.Column(verbose_name=_("Fields"), orderable=False, empty_values=(), attrs=WIDE)
    reason = tables.Column(verbose_name=_("Why"), orderable=False, empty_values=(), attrs=WIDE)
    remote_addr = tables.Column(verbose_name=_("From where"), attrs=WIDE)

    class Meta:
        order_by = "-timestamp"

    def render_content_type(self, value: ContentType) -> str:
        """The kind in words."""
        return kind_name(value)

    def render_action(self, record: LogEntry) -> SafeString:
        """The deed, as a badge."""
        return what_happened(record)

    def value_action(self, record: LogEntry) -> str:
        """The deed in words."""
        return str(ACTIONS[record.action][0])

    def render_actor(self, record: LogEntry) -> str:
        """Who did it."""
        return who(record)

    def render_changes(self, record: LogEntry) -> str:
        """The names of the fields that changed."""
        names = list(record.changes_dict)
        if len(names) > FEW_FIELDS:
            return ngettext("%(count)s field", "%(count)s fields", len(names)) % {"count": len(names)}
        return ", ".join(field_name(record, name) for name in names) or "—"

    def render_reason(self, record: LogEntry) -> str:
        """The reason given."""
        return (record.additional_data or {}).get("reason") or "—"


class TrailList(ListPage):
    """The trail, newest first."""

    capability = Can.SEE_AUDIT
    title = _("Audit trail")
    subtitle = _("Who changed what, when, from where and why. Nothing here can be edited or deleted.")
    table_class = TrailTable
    filterset_class = TrailFilters
    search_fields = ("object_repr", "object_pk", "cid", "additional_data__reason")
    search_hint = _("Thing, reason, or key of a posting")
    export_name = "audit-trail"
    empty_title = _("Nothing was changed yet")

    def rows(self) -> QuerySet[LogEntry]:
        """Every row: the trail is not parted by client."""
        return selectors.trail()


def field_name(entry: LogEntry, name: str) -> str:
    """A field's name in words."""
    model = entry.content_type.model_class() if entry.content_type else None
    known = {field.name: field for field in model._meta.fields} if model else {}
    return str(known[name].verbose_name) if name in known else name


@require_GET
@requires(Can.SEE_AUDIT)
def trail_entry(request: WebRequest, pk: int) -> HttpResponse:
    """One row of the trail, field by field."""
    entry = get_object_or_404(selectors.trail(), pk=pk)
    data = entry.additional_data or {}
    seal = selectors.last_seal()
    sealed = bool(seal and entry.pk <= seal.high_water.get("auditlog.LogEntry", {}).get("last", 0))
    page = {
        "title": entry.object_repr or kind_name(entry.content_type),
        "subtitle": kind_name(entry.content_type),
        "crumbs": [(_("Audit trail"), reverse("inventory:audit"))],
        "facts": [
            (_("Deed"), what_happened(entry)),
            (_("When"), tags.moment(entry.timestamp)),
            (_("Who"), who(entry)),
            (_("From where"), entry.remote_addr),
            (_("Why"), data.get("reason")),
            (_("Key in the books"), entry.cid),
            (_("Seal"), _seal_text(sealed, seal)),
        ],
        "changes": changes_of(entry),
        "others_url": f"{reverse('inventory:audit')}?content_type={entry.content_type_id}&q={entry.object_pk}",
    }
    return render(request, "inventory/audit/entry.html", page)


def changes_of(entry: LogEntry) -> list[dict[str, str]]:
    """What stood before and after in each field."""
    rows = []
    for name, pair in entry.changes_dict.items():
        before, after = pair if isinstance(pair, list | tuple) and len(pair) == 2 else ("", pair)
        rows.append({"field": field_name(entry, name), "before": _shown(before), "after": _shown(after)})
    return rows


def _shown(value: Any) -> str:
    return "" if value in (None, "None", "") else str(value)


def _seal_text(sealed: bool, seal: Any) -> SafeString:
    return (
        tags.badge(now("Sealed"), "success", "lock")
        if sealed and seal
        else tags.badge(now("Sealed tonight"), "neutral")
    )


urlpatterns = [
    path("audit/", TrailList.as_view(), name="audit"),
    path("audit/<int:pk>/", trail_entry, name="audit_entry"),
]
