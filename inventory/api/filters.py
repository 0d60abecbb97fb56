"""Filters of lists: strict about names and values, so that a misspelt filter is an error and not the whole list."""

from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from inventory.api.fields import FIRST_DAY, LAST_DAY, Moment
from inventory.api.pagination import PARAMETERS

Rows = QuerySet[Any]


class Filters(django_filters.FilterSet):
    """A set of filters for one list, of which a call makes only those it names: each is a copy, and so is its field."""

    base_filters: dict[str, django_filters.Filter]
    _forms: ClassVar[dict[tuple[type, tuple[str, ...]], type[forms.Form]]] = {}

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        self.base_filters = {name: one for name, one in type(self).base_filters.items() if name in (data or ())}
        super().__init__(data, *args, **options)

    def get_form_class(self) -> type[forms.Form]:
        """The form of the filters that are named, made once: their fields hold nothing of a request."""
        key = type(self), tuple(self.filters)
        if key not in self._forms:
            self._forms[key] = super().get_form_class()
        return self._forms[key]


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, which by itself passes over what it does not know."""

    def filter_queryset(self, request: Request, queryset: Rows, view: Any) -> Rows:
        """The rows that pass. Raises ValidationError for unknown names, and for values that are none or missing."""
        declared = getattr(view, "filterset_class", None)
        known = {*(declared.base_filters if declared else ()), *PARAMETERS}
        unknown = {name: _unknown(known) for name in request.query_params if name not in known}
        if unknown:
            raise serializers.ValidationError(unknown)
        empty = {name: [_no_value()] for name in known.difference(PARAMETERS) if request.query_params.get(name) == ""}
        if empty:
            raise serializers.ValidationError(empty)
        if not any(name in request.query_params for name in known.difference(PARAMETERS)):
            return queryset
        return super().filter_queryset(request, queryset, view)


def _unknown(known: set[str]) -> list[serializers.ErrorDetail]:
    """What to say of a parameter nobody knows."""
    message = _("Unknown parameter. Known are: %(names)s.") % {"names": ", ".join(sorted(known))}
    return [serializers.ErrorDetail(str(message), "unknown_parameter")]


def _no_value() -> serializers.ErrorDetail:
    """What to say of a filter without a value: it would let the whole list pass."""
    return serializers.ErrorDetail(str(_("Give a value, or leave the filter out.")), "blank")


class Text(django_filters.CharFilter):
    """Exactly this text."""


class OneOf(django_filters.ChoiceFilter):
    """One of a few words."""

    def __init__(self, choices: Any, field_name: str | None = None, **options: Any) -> None:
        pairs = list(getattr(choices, "choices", choices))
        super().__init__(field_name=field_name, choices=pairs, null_label=None, **options)


@extend_schema_field(OpenApiTypes.BOOL)
class Flag(django_filters.TypedChoiceFilter):
    """true or false, and nothing that looks like it."""

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        pairs = [("true", "true"), ("false", "false")]
        super().__init__(field_name=field_name, choices=pairs, coerce=_flag, empty_value=None, **options)

    def filter(self, qs: Rows, value: Any) -> Rows:
        """The rows with this flag."""
        if value is None or value == "":
            return qs
        return self.get_method(qs)(**{f"{self.field_name}__{self.lookup_expr}": value})


def _flag(text: str) -> bool:
    """The flag a word stands for."""
    return text == "true"


class _DayField(forms.DateField):
    """A day as YYYY-MM-DD, in any language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)

    def clean(self, value: Any) -> Any:
        """The day, within the centuries that make sense."""
        day = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("This day is out of range."), "range")
        return day


class Day(django_filters.DateFilter):
    """A day as YYYY-MM-DD."""

    field_class = _DayField


class _MomentField(forms.CharField):
    """An ISO 8601 moment that says its offset."""

    def clean(self, value: Any) -> datetime | None:
        """The moment, aware."""
        text = super().clean(value)
        if not text:
            return None
        try:
            # A plus sign that was not encoded arrives as a blank.
            return Moment().to_internal_value(text.replace(" ", "+")).astimezone(UTC)
        except serializers.ValidationError as error:
            first = cast("list[serializers.ErrorDetail]", error.detail)[0]
            raise ValidationError(str(first), first.code) from None


class At(django_filters.IsoDateTimeFilter):
    """A moment with its offset."""

    field_class = _MomentField


@extend_schema_field(OpenApiTypes.INT64)
class Id(django_filters.Filter):
    """The id of a row."""

    field_class = forms.IntegerField

    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name=field_name, min_value=1, max_value=2**63 - 1, **options)
