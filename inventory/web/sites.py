"""The sites, and what lies at each of their locations."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from inventory.ledger import selectors as ledger
from inventory.models import Location, Site
from inventory.parties.roles import Can
from inventory.web.access import WebRequest, requires
from inventory.web.cells import TABLET, PairColumn
from inventory.web.lists import ListPage
from inventory.web.places_of import at_sites, found


class SiteTable(tables.Table):
    """Sites."""

    name = PairColumn(
        verbose_name=_("Site"),
        url=lambda site: reverse("inventory:site", args=[site.code]),
        below=lambda site: site.code,
    )
    kind = tables.Column(verbose_name=_("Kind"))
    city = tables.Column(verbose_name=_("City"), attrs=TABLET)
    country = tables.Column(verbose_name=_("Country"), attrs=TABLET)
    shelf_count = tables.Column(verbose_name=_("Locations"), attrs={"td": {"class": "text-end number"}})

    class Meta:
        order_by = "name"

    def render_kind(self, record: Site) -> str:
        """What the site is, in words."""
        return record.get_kind_display()


class SiteFilters(filters.FilterSet):
    """What kind."""

    kind = filters.ChoiceFilter(choices=Site.Kind.choices, label=_("Kind"))


class SiteList(ListPage):
    """Where goods can be."""

    capability, title = Can.SEE_STOCK, _("Sites")
    table_class, filterset_class = SiteTable, SiteFilters
    search_fields, search_hint = ("code", "name", "city"), _("Name, code or city")
    empty_title, empty_text = _("No sites"), _("An administrator opens sites in the administration.")

    def rows(self) -> QuerySet[Site]:
        """Sites in use where this person works."""
        rows = at_sites(self.request.access, Site.objects.filter(is_active=True), "pk")
        return rows.annotate(shelf_count=Count("locations", filter=Q(locations__is_virtual=False)))


@requires(Can.SEE_STOCK)
@require_safe
def site_page(request: WebRequest, code: str) -> HttpResponse:
    """One site: its authorisations, and its locations with what lies there."""
    site = get_object_or_404(Site, code=code)
    found(request.access, site, site.pk)
    scope = request.access.scope
    places = Location.objects.filter(site=site, is_virtual=False, is_active=True).order_by("regime", "kind", "code")
    stock: dict[int, list[Any]] = {}
    for row in ledger.stock(scope).filter(location__site=site):
        stock.setdefault(row.location_id, []).append(row)
    authorisations = [link.authorisation for link in site.authorisations.select_related("authorisation")]
    own = [one for one in authorisations if one.client_id is None or scope.allows(one.client_id)]
    page = {
        "title": site.name,
        "subtitle": site.get_kind_display(),
        "crumbs": [(_("Sites"), reverse("inventory:sites"))],
        "site": site,
        "places": [(place, stock.get(place.pk, [])) for place in places],
        "facts": [
            (_("Code"), site.code),
            (_("City"), ", ".join(filter(None, (site.city, site.state, site.country)))),
            (_("Time zone"), site.time_zone),
            (_("Customs office and section"), site.customs_section),
            (_("Authorisations"), ", ".join(str(one) for one in own)),
        ],
    }
    return render(request, "inventory/places/site.html", page)


urlpatterns = [
    path("sites/", SiteList.as_view(), name="sites"),
    path("sites/<slug:code>/", site_page, name="site"),
]
