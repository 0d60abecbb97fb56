"""Dated rules and lists. A rule is never rewritten: it is closed by its last day and followed by a new row."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.admin.base import Administered
from inventory.models import (
    ClaveEffect,
    DocumentKey,
    ExchangeRate,
    NonBusinessDay,
    PermanenceRule,
    RateParameter,
    Regime,
    Requirement,
    UnitConversion,
)

# What may change in a rule that is there: when it ends, where it stands, and who read it there.
CHANGEABLE = ("valid_to", "legal_basis", "source", "verified", "verified_by", "verified_on", "note")


class InForce(admin.SimpleListFilter):
    """Rules valid today, or those that were."""

    title, parameter_name = _("in force"), "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Yes or no."""
        return [("yes", _("Today")), ("no", _("No longer, or not yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows chosen."""
        today = timezone.localdate()
        valid = queryset.filter(valid_from__lte=today).exclude(valid_to__lt=today)
        if self.value() == "yes":
            return valid
        return queryset.exclude(pk__in=valid.values("pk")) if self.value() == "no" else queryset


class Unverified(admin.SimpleListFilter):
    """Rules nobody has read in their source."""

    title, parameter_name = _("read in its source"), "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Unverified first: they are what there is to do."""
        return [("no", _("Unverified rules")), ("yes", _("Verified rules"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows chosen."""
        if self.value() in ("yes", "no"):
            return queryset.filter(verified=self.value() == "yes")
        return queryset


class Rules(Administered):
    """Rules of law: added, closed, verified."""

    list_filter: Sequence[Any] = (Unverified, InForce)
    actions = ("verify",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """All but its end, its source and its verification, in a rule that exists."""
        if obj is None:
            return super().get_readonly_fields(request, obj)
        return [field.name for field in self.opts.fields if field.editable and field.name not in CHANGEABLE]

    @admin.action(description=_("Mark as read in its source, by me, today"))
    def verify(self, request: HttpRequest, rules: QuerySet[Any]) -> None:
        """Mark rules as verified, one by one so that each leaves a trail."""
        count = 0
        for rule in rules.filter(verified=False):
            rule.verified, rule.verified_by, rule.verified_on = True, request.user.get_username(), timezone.localdate()
            rule.save(update_fields=["verified", "verified_by", "verified_on"])
            count += 1
        text = ngettext("%(count)s rule marked as verified.", "%(count)s rules marked as verified.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(ClaveEffect)
class ClaveEffects(Rules):
    """What a document key does to the bonded balance."""

    list_display = ("clave", "operation", "acts_on_regime", "effect", "meaning", "valid_from", "valid_to", "verified")
    list_filter = (*Rules.list_filter, "effect", "operation")
    search_fields = ("clave", "meaning")


@admin.register(PermanenceRule)
class PermanenceRules(Rules):
    """How long goods may stay."""

    list_display = ("code", "regime", "case", "limit_kind", "limit", "starts", "valid_from", "valid_to", "verified")
    list_filter = (*Rules.list_filter, "regime")
    search_fields = ("code", "description")


@admin.register(RateParameter)
class RateParameters(Rules):
    """Dated numbers of the law."""

    list_display = ("code", "value", "unit", "valid_from", "valid_to", "verified")
    search_fields = ("code", "description")


@admin.register(Requirement)
class Requirements(Rules):
    """What the law asks for from a day on."""

    list_display = ("code", "valid_from", "valid_to", "legal_basis", "verified")


@admin.register(UnitConversion)
class UnitConversions(Rules):
    """Exact factors between units."""

    list_display = ("unit", "base_unit", "numerator", "denominator", "valid_from", "verified")


@admin.register(DocumentKey, Regime)
class NamedRules(Rules):
    """Document keys and regimes."""

    list_display = ("code", "name_es", "name_en", "valid_from", "valid_to", "verified")
    search_fields = ("code", "name_es", "name_en")


@admin.register(ExchangeRate)
class ExchangeRates(Administered):
    """Rates of the day: added as they are published, never changed afterwards."""

    list_display = ("currency", "determined_on", "published_on", "mxn_per_unit")
    list_filter = ("currency",)
    date_hierarchy = "published_on"
    frozen = ("currency", "determined_on", "published_on", "mxn_per_unit")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: pedimentos were valued by it."""
        return False


@admin.register(NonBusinessDay)
class NonBusinessDays(Administered):
    """Days on which the authority's clocks stand still."""

    list_display = ("day", "name", "calendar")
    list_filter = ("calendar",)
    date_hierarchy = "day"
