"""What the filters of lists offer: the clients and the sites that the person behind a request may choose from."""

from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.models import Client, Site
from inventory.web.places_of import sites_of


def clients(request: HttpRequest) -> QuerySet[Client]:
    """The active clients this person could narrow all pages to."""
    access = request.access  # type: ignore[attr-defined]
    return access.full_scope.filter(Client.objects.filter(is_active=True), "pk")


def sites(request: HttpRequest) -> QuerySet[Site]:
    """The active sites where this person works."""
    return sites_of(request.access)  # type: ignore[attr-defined]


def zones(request: HttpRequest) -> QuerySet[Site]:
    """The bonded zones among them."""
    return sites_of(request.access, Site.Kind.BONDED)  # type: ignore[attr-defined]
