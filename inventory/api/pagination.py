"""Pages by cursor: each continues after the last row of the one before, however deep, and nothing is ever counted.

This module imports no view, or DRF could not load its settings.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

PARAMETERS = ("cursor", "page_size", "ordering")
_YEARS = range(1900, 2300)
_ANY_ID = (0, 2**62)


@dataclass(frozen=True)
class Term:
    """One column of an order. Empty values come last going up, first going down."""

    path: str
    descending: bool
    column: models.Field
    nullable: bool

    def order(self, *, backwards: bool) -> Any:
        """The ORDER BY term."""
        down = self.descending != backwards
        if not self.nullable:
            return f"-{self.path}" if down else self.path
        return F(self.path).desc(nulls_first=True) if down else F(self.path).asc(nulls_last=True)

    def after(self, value: Any, *, backwards: bool) -> Q | None:
        """Rows strictly after `value` in this column; None: there are none."""
        if self.descending != backwards:
            return Q(**{f"{self.path}__isnull": False}) if value is None else Q(**{f"{self.path}__lt": value})
        if value is None:
            return None
        beyond = Q(**{f"{self.path}__gt": value})
        return beyond | Q(**{f"{self.path}__isnull": True}) if self.nullable else beyond

    def same(self, value: Any) -> Q:
        """Rows with this value."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def read(self, value: Any) -> Any:
        """A value out of a cursor. Raises ValidationError or ValueError if it is none of this column."""
        if value is None:
            if not self.nullable:
                raise ValueError(self.path)
            return None
        is_flag = isinstance(self.column, models.BooleanField)
        if isinstance(value, bool) != is_flag or isinstance(value, dict | list | float) or "\x00" in str(value):
            raise ValueError(self.path)
        found = self.column.to_python(value)
        if isinstance(found, date) and found.year not in _YEARS:
            raise ValueError(self.path)
        return found


class CursorPages(BasePagination):
    """`{"next", "previous", "results"}`, newest first unless the endpoint or `ordering` says otherwise."""

    page_size = 100
    largest = 500

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[dict[str, Any]]:
        """The rows of the page the request asks for: one statement, with one row more than is shown."""
        self.request = request
        self.ordering = _ordering(request, view)
        size = self._size(request)
        terms = [_term(queryset.model, text) for text in view.orderings[self.ordering]]
        values, backwards = self._cursor(request, terms)
        if values is not None:
            queryset = queryset.filter(_after(terms, values, backwards=backwards))
        if terms[0].path == "id":
            queryset = queryset.filter(_bounded(terms[0], backwards=backwards, has_cursor=values is not None))
        queryset = queryset.order_by(*(term.order(backwards=backwards) for term in terms))
        found = view.read_rows(queryset[: size + 1], [term.path for term in terms])
        more, found = len(found) > size, found[:size]
        if backwards:
            found.reverse()
        self._link(found, has_next=backwards or more, has_previous=more if backwards else values is not None)
        return [row for row, _keys in found]

    def get_paginated_response(self, data: list[dict[str, Any]]) -> Response:
        """The page with its links."""
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page in the schema."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "The page after this one."},
                "previous": {**link, "description": "The page before this one."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The query parameters of paging."""
        parameters: list[dict[str, Any]] = [
            _parameter(
                "cursor", "Where to continue: taken from `next` or `previous`, never made by hand.", type="string"
            ),
            _parameter("page_size", "Rows per page.", type="integer", minimum=1, maximum=self.largest, default=100),
        ]
        if len(view.orderings) > 1:
            names = list(view.orderings)
            parameters.append(_parameter("ordering", "Order of the rows.", type="string", enum=names, default=names[0]))
        return parameters

    def _size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 0 < int(text) <= self.largest):
            _refuse("page_size", _("Must be a number from 1 to %(limit)s.") % {"limit": self.largest}, "range")
        return int(text)

    def _cursor(self, request: Request, terms: list[Term]) -> tuple[list[Any] | None, bool]:
        """The values to continue after and whether to go backwards; (None, False) on the first page."""
        text = request.query_params.get("cursor", "")
        if not text:
            return None, False
        try:
            ordering, backwards, values = json.loads(urlsafe_b64decode(text.encode("ascii")))
            read = [term.read(value) for term, value in zip(terms, values, strict=True)]
        except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
            ordering = read = backwards = None
        if ordering != self.ordering or not isinstance(backwards, bool):
            _refuse("cursor", _("This cursor is not one of this list and order."), "cursor")
        return read, backwards

    def _link(self, found: list[Any], *, has_next: bool, has_previous: bool) -> None:
        """Keep the links to the neighbouring pages."""
        here = self.request.build_absolute_uri()
        self.next = self.previous = None
        if found and has_next:
            self.next = replace_query_param(here, "cursor", self._token(found[-1][1], backwards=False))
        if found and has_previous:
            self.previous = replace_query_param(here, "cursor", self._token(found[0][1], backwards=True))
        elif has_previous:
            self.previous = remove_query_param(here, "cursor")

    def _token(self, keys: tuple[Any, ...], *, backwards: bool) -> str:
        plain = [key.isoformat() if isinstance(key, date | datetime) else key for key in keys]
        return urlsafe_b64encode(json.dumps([self.ordering, backwards, plain]).encode()).decode()


def _ordering(request: Request, view: Any) -> str:
    """The name of the order asked for, or the endpoint's first."""
    asked = request.query_params.get("ordering", next(iter(view.orderings)))
    if asked not in view.orderings:
        _refuse("ordering", _("Must be one of: %(names)s.") % {"names": ", ".join(view.orderings)}, "choice")
    return asked


def _term(model: type[models.Model], text: str) -> Term:
    """The order term that `-path` or `path` means."""
    path = text.lstrip("-")
    column: Any = None
    for part in path.split("__"):
        try:
            column = model._meta.get_field(part)
        except FieldDoesNotExist:
            column = next(field for field in model._meta.concrete_fields if field.attname == part)
        if column.is_relation and column.attname != part:
            model = column.related_model
    nullable = column.null
    while column.is_relation:
        column = column.target_field
    return Term(path, text.startswith("-"), column, nullable)


def _after(terms: list[Term], values: list[Any], *, backwards: bool) -> Q:
    """Rows after the given one: in the first column, or equal there and after in the second, and so on."""
    condition, same = Q(pk__in=[]), Q()
    for term, value in zip(terms, values, strict=True):
        beyond = term.after(value, backwards=backwards)
        if beyond is not None:
            condition |= same & beyond
        same &= term.same(value)
    first, value = terms[0], values[0]
    if len(terms) > 1 and value is not None and not first.nullable:
        # Implied by the rest; said aloud, so that the index on the first column bounds the scan.
        condition &= Q(**{f"{first.path}__{'lte' if first.descending != backwards else 'gte'}": value})
    return condition


def _bounded(term: Term, *, backwards: bool, has_cursor: bool) -> Q:
    """What is true of every id, so that both ends are said: SQLite walks the table in its order then, instead of sorting it all.

    One bound an end: of two it would take the first it finds, and walk from there.
    """
    if not has_cursor:
        return Q(id__range=_ANY_ID)
    first, last = _ANY_ID
    return Q(id__gte=first) if term.descending != backwards else Q(id__lte=last)


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """One query parameter of the schema."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _refuse(name: str, message: Any, rule: str) -> Any:
    """Raise the refusal of one query parameter."""
    raise serializers.ValidationError({name: [serializers.ErrorDetail(str(message), rule)]})
