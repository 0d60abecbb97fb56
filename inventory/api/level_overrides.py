"""Levels set by hand instead of the computed ones: until which day, and why; and taking them back."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import Endpoint, ListEndpoint, Writes
from inventory.api.fields import Day, Moment, QuantityText
from inventory.api.filters import Filters, Flag, Text
from inventory.api.lookups import items_of, site_of
from inventory.api.rows import Input, Output
from inventory.parties.roles import ApiScope
from inventory.placement import overriding
from inventory.placement.models import LevelOverride


class OverrideOutput(Output):
    """A level that somebody set, and what was computed then."""

    id = serializers.IntegerField()
    sku = serializers.CharField(source="item.sku")
    site = serializers.CharField(source="site.code")
    value = QuantityText()
    computed = QuantityText(allow_null=True)
    until = serializers.DateField()
    reason = serializers.CharField()
    created_at = Moment()
    created_by = serializers.CharField()
    ended_at = Moment(allow_null=True)
    ended_by = serializers.CharField()


class OverrideFilters(Filters):
    """Filters of levels that were set."""

    sku = Text("item__sku")
    site = Text("site__code")
    is_open = Flag("ended_at", lookup_expr="isnull")


class OverrideInput(Input):
    """Where, how much, until when, and why."""

    sku = serializers.CharField(max_length=64)
    site = serializers.CharField(max_length=40, help_text="A bonded zone (with the DCs it feeds) or a DC.")
    value = QuantityText(at_least=0, help_text="What the site ought to own, in whole packs.")
    until = Day(help_text="Runs up to this day honour it.")
    reason = serializers.CharField(max_length=300)


class LevelOverrides(Writes, ListEndpoint):
    """Levels set by hand, newest first; those that were taken back, too."""

    model = LevelOverride
    client_path = "item__client"
    write_scope = ApiScope.PLACEMENT
    serializer_class = OverrideOutput
    filterset_class = OverrideFilters

    @extend_schema(request=OverrideInput, responses={201: OverrideOutput})
    def post(self, request: Request) -> Response:
        """Set the level of an item at a site from the next run on; the one set before ends."""
        return self.change(OverrideInput, self._set, status_code=201)

    def _set(self, values: dict[str, Any]) -> dict[str, Any]:
        item = items_of(self.client, [("sku", values["sku"])])[values.pop("sku")]
        site = site_of(values.pop("site"), "site")
        row = overriding.override_level(item=item, site=site, at=timezone.now(), actor=self.actor, **values)
        return OverrideOutput.draw(row)


class EndOverride(Writes, Endpoint):
    """The end of a level set by hand."""

    model = LevelOverride
    client_path = "item__client"
    write_scope = ApiScope.PLACEMENT
    serializer_class = OverrideOutput

    @extend_schema(request=None, responses=OverrideOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Let the computed level hold again, from the next run on."""
        return self.change(None, self._end)

    def _end(self, _values: dict[str, Any]) -> dict[str, Any]:
        row = self.named(self.get_queryset().select_related("item", "site"), pk=self.kwargs["pk"])
        overriding.end_override(override=row, at=timezone.now(), actor=self.actor)
        return OverrideOutput.of(self.get_queryset().filter(pk=row.pk))
