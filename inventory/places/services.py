"""Opening sites and their locations."""

from typing import Any

from django.db import transaction

from inventory.places.models import Location, Site
from inventory.statements import Statement

VIRTUAL = {
    Location.Kind.VENDOR: "VENDOR",
    Location.Kind.TRANSIT: "TRANSIT",
    Location.Kind.STATUS: "STATUS",
    Location.Kind.CONSIGNEE: "CONSIGNEE",
    Location.Kind.DIFFERENCE: "DIFFERENCE",
}

_VIRTUAL = Statement(
    lambda given: Location.objects.filter(site_id=given.number("site"), kind=given.text("kind"), is_virtual=True)
)


@transaction.atomic
def open_site(**values: Any) -> Site:
    """A new site with its virtual locations: the other side of every move that crosses its gate."""
    site = Site.objects.create(**values)
    Location.objects.bulk_create(
        [Location(site=site, code=code, kind=kind, is_virtual=True) for kind, code in VIRTUAL.items()]
    )
    return site


def virtual_location(site: Site, kind: str) -> Location:
    """The site's virtual location of this kind, opened where there was none."""
    found = _VIRTUAL.first(site=site.pk, kind=kind)
    if found is None:
        found, _created = Location.objects.get_or_create(
            site=site, kind=kind, is_virtual=True, defaults={"code": VIRTUAL[Location.Kind(kind)]}
        )
    return found
