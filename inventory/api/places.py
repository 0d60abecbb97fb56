"""Sites, locations and markets: the same for every client, and nothing in them belongs to one."""

from django.db.models import Q
from rest_framework import serializers

from inventory.api.endpoint import ListEndpoint
from inventory.api.filters import Filters, Flag, OneOf, Rows, Text
from inventory.api.rows import Output
from inventory.parties.models import Authorisation, Broker, Carrier
from inventory.places.models import Location, Market, Site


class SiteOutput(Output):
    """A site."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Site.Kind.choices)
    country = serializers.CharField()
    state = serializers.CharField()
    city = serializers.CharField()
    time_zone = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    is_active = serializers.BooleanField()


class SiteFilters(Filters):
    """Filters of sites."""

    code = Text()
    kind = OneOf(Site.Kind)
    country = Text()
    is_active = Flag()


class Sites(ListEndpoint):
    """Bonded zones, US distribution centers, ports and crossings."""

    model = Site
    client_path = None
    serializer_class = SiteOutput
    filterset_class = SiteFilters
    orderings = {"code": ("code",)}


class LocationOutput(Output):
    """A location within a site; its regime says which goods may lie there."""

    site = serializers.CharField(source="site.code")
    code = serializers.CharField()
    kind = serializers.ChoiceField(Location.Kind.choices)
    regime = serializers.CharField()
    is_active = serializers.BooleanField()


class LocationFilters(Filters):
    """Filters of locations."""

    site = Text("site__code")
    code = Text()
    kind = OneOf(Location.Kind)
    regime = Text()
    is_active = Flag()


class Locations(ListEndpoint):
    """Where goods can lie: bins, docks and quarantine areas of the sites."""

    model = Location
    client_path = None
    serializer_class = LocationOutput
    filterset_class = LocationFilters
    orderings = {"site": ("site__code", "code")}

    def rows(self) -> Rows:
        """Physical locations only."""
        return super().rows().filter(is_virtual=False)


class MarketOutput(Output):
    """A US market."""

    code = serializers.CharField()
    name = serializers.CharField()
    state = serializers.CharField()
    primary_dc = serializers.CharField(source="primary_dc.code")


class MarketFilters(Filters):
    """Filters of markets."""

    code = Text()
    state = Text()
    primary_dc = Text("primary_dc__code")


class Markets(ListEndpoint):
    """US markets, and the distribution center that serves each first."""

    model = Market
    client_path = None
    serializer_class = MarketOutput
    filterset_class = MarketFilters
    orderings = {"code": ("code",)}


class AuthorisationOutput(Output):
    """An authorisation to hold goods under a customs regime, and the site it is for."""

    number = serializers.CharField()
    regime = serializers.CharField()
    site = serializers.CharField(source="site_link.site.code", allow_null=True)
    holder = serializers.CharField(source="client.code", allow_null=True, help_text="Your code; null: the operator.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    anexo24_section = serializers.CharField()


class AuthorisationFilters(Filters):
    """Filters of authorisations."""

    number = Text()
    regime = Text()
    site = Text("site_link__site__code")


class Authorisations(ListEndpoint):
    """The authorisations your goods may be held under: your own and the operator's."""

    model = Authorisation
    serializer_class = AuthorisationOutput
    filterset_class = AuthorisationFilters
    orderings = {"number": ("regime", "number")}

    def get_queryset(self) -> Rows:
        """Never another client's authorisation."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return self.rows().filter(Q(client__isnull=True) | Q(client__in=self.scope.client_ids))


class CarrierOutput(Output):
    """A haulier."""

    code = serializers.CharField()
    name = serializers.CharField()
    caat = serializers.CharField()
    scac = serializers.CharField()


class Carriers(ListEndpoint):
    """Hauliers that may be named on receipts and shipments."""

    model = Carrier
    client_path = None
    serializer_class = CarrierOutput
    orderings = {"code": ("code",)}

    def rows(self) -> Rows:
        """Those in use."""
        return super().rows().filter(is_active=True)


class BrokerOutput(Output):
    """A customs broker."""

    patente = serializers.CharField()
    name = serializers.CharField()


class Brokers(ListEndpoint):
    """Customs brokers that may be named on pedimentos."""

    model = Broker
    client_path = None
    serializer_class = BrokerOutput
    orderings = {"patente": ("patente",)}

    def rows(self) -> Rows:
        """Those in use."""
        return super().rows().filter(is_active=True)
