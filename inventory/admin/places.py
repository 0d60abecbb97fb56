"""Sites, locations, lanes and markets."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin.base import Administered, ByService, ServiceForm
from inventory.models import Lane, Location, Market, Site
from inventory.places import services as places


class SiteForm(ServiceForm):
    """A site; a new one is opened with its virtual locations."""

    class Meta:
        model = Site
        fields = "__all__"

    def deed(self, values: dict[str, Any]) -> Site:
        """Open or save the site."""
        if not self.instance.pk:
            return places.open_site(**values)
        self.instance.save()
        return self.instance


@admin.register(Site)
class Sites(ByService, Administered):
    """Places goods can be. What kind of place it is, and its clock, stand once it is open."""

    form = SiteForm
    list_display = ("code", "name", "kind", "country", "city", "time_zone", "is_active")
    list_filter = ("kind", "country", "is_active")
    search_fields = ("code", "name", "city")
    frozen = ("code", "kind", "country", "time_zone")


@admin.register(Location)
class Locations(Administered):
    """Bins, docks and quarantine areas. A location keeps its regime: bonded and national goods never share one."""

    list_display = ("code", "site", "kind", "regime", "is_virtual", "is_active")
    list_filter = ("site", "kind", "regime", "is_virtual", "is_active")
    search_fields = ("code", "site__code")
    list_select_related = ("site",)
    frozen = ("site", "code", "kind", "regime", "is_virtual")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False for virtual locations, which every posting through the gate needs."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_virtual)


@admin.register(Lane)
class Lanes(Administered):
    """Roads between sites: their time and price feed placement and ETA."""

    list_display = ("origin", "destination", "mode", "crossing", "transit_hours_p50", "transit_hours_p80", "is_active")
    list_filter = ("mode", "origin", "destination", "is_active")
    list_select_related = ("origin", "destination", "crossing")


@admin.register(Market)
class Markets(Administered):
    """US markets and the distribution center that serves each first."""

    list_display = ("code", "name", "state", "primary_dc")
    list_filter = ("primary_dc", "state")
    search_fields = ("code", "name")
    list_select_related = ("primary_dc",)
    frozen = ("code",)
