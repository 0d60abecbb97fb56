"""Sites, locations, lanes and markets."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.fields import MoneyField, QuantityField
from inventory.parties.models import Authorisation, User

__all__ = ["Lane", "Location", "Market", "Site", "SiteAssignment", "SiteAuthorisation"]


class Site(models.Model):
    """A place goods can be: a bonded zone, a US distribution center, a port, a border crossing, a consignee."""

    class Kind(models.TextChoices):
        """What the site is."""

        BONDED = "bonded", _("Bonded zone")
        US_DC = "us_dc", _("US distribution center")
        PORT = "port", _("Port")
        CROSSING = "crossing", _("Border crossing")
        SUPPLIER = "supplier", _("Supplier")
        CONSIGNEE = "consignee", _("Consignee in Mexico")

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    country = models.CharField(_("country"), max_length=3)
    city = models.CharField(_("city"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=40, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    time_zone = models.CharField(_("time zone"), max_length=40)
    customs_section = models.CharField(_("customs office and section"), max_length=3, blank=True)
    us_port_code = models.CharField(_("US port (Schedule D)"), max_length=4, blank=True)
    storage_usd_per_m3_week = MoneyField(_("storage, USD per m³ and week"), default=0)
    capacity_m3 = QuantityField(_("capacity, m³"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
                name="site_is_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(capacity_m3__gt=0),
                name="site_has_room",
                violation_error_message=_("Capacity: more than 0 m³, or empty where none is stated."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SiteAuthorisation(models.Model):
    """The one site where goods under an authorisation are held. PEPS therefore never crosses sites."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="authorisations", verbose_name=_("site"))
    authorisation = models.OneToOneField(
        Authorisation,
        models.PROTECT,
        related_name="site_link",
        verbose_name=_("authorisation"),
    )

    class Meta:
        verbose_name = _("authorisation of a site")
        verbose_name_plural = _("authorisations of sites")

    def __str__(self) -> str:
        return f"{self.site} · {self.authorisation}"


class SiteAssignment(models.Model):
    """A site an operator is bound to: the person sees and works at these sites only."""

    user = models.ForeignKey(User, models.CASCADE, related_name="site_assignments", verbose_name=_("user"))
    site = models.ForeignKey(Site, models.CASCADE, related_name="assignments", verbose_name=_("site"))

    class Meta:
        verbose_name = _("site of an operator")
        verbose_name_plural = _("sites of operators")
        constraints = [models.UniqueConstraint(fields=["user", "site"], name="site_assignment_unique")]

    def __str__(self) -> str:
        return f"{self.user} · {self.site}"


class Location(models.Model):
    """A bin, a dock, a quarantine area, or a virtual place outside the shelves (ubicación).

    `regime` is the only customs regime whose goods may lie here: RFS, ITE, DFI in bond, IMD nationalised, EXD for goods
    that left Mexico (a US DC). Virtual locations carry none and may go below zero: they are the other side of a move.
    """

    class Kind(models.TextChoices):
        """What the location is for."""

        STORAGE = "storage", _("Storage")
        DOCK = "dock", _("Dock")
        QUARANTINE = "quarantine", _("Quarantine")
        VENDOR = "vendor", _("Vendor (virtual)")
        TRANSIT = "transit", _("In transit (virtual)")
        STATUS = "status", _("Change of customs status (virtual)")
        CONSIGNEE = "consignee", _("Consignee (virtual)")
        DIFFERENCE = "difference", _("Count difference (virtual)")

    VIRTUAL_KINDS = (
        Kind.VENDOR,
        Kind.TRANSIT,
        Kind.STATUS,
        Kind.CONSIGNEE,
        Kind.DIFFERENCE,
    )

    site = models.ForeignKey(Site, models.PROTECT, related_name="locations", verbose_name=_("site"))
    code = models.CharField(_("code"), max_length=32)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STORAGE)
    regime = models.CharField(_("regime"), max_length=3, blank=True)
    is_virtual = models.BooleanField(_("virtual"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["site", "code"]
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="location_code_unique_in_site"),
            models.CheckConstraint(
                condition=Q(is_virtual=True, regime="") | (Q(is_virtual=False) & ~Q(regime="")),
                name="location_physical_has_one_regime",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site.code}/{self.code}"


class Market(models.Model):
    """A US market (region) that asks for goods, and the distribution center that serves it first."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=2, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    primary_dc = models.ForeignKey(Site, models.PROTECT, related_name="markets", verbose_name=_("served from"))

    class Meta:
        verbose_name = _("market")
        verbose_name_plural = _("markets")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Lane(models.Model):
    """A road between two sites (ruta): mode, crossing, time and price, as placement and ETA need them."""

    class Mode(models.TextChoices):
        """How goods travel the lane."""

        TRUCK = "truck", _("Truck")
        RAIL = "rail", _("Rail")
        OCEAN = "ocean", _("Ocean")
        AIR = "air", _("Air")

    origin = models.ForeignKey(Site, models.PROTECT, related_name="lanes_out", verbose_name=_("origin"))
    destination = models.ForeignKey(Site, models.PROTECT, related_name="lanes_in", verbose_name=_("destination"))
    mode = models.CharField(_("mode"), max_length=6, choices=Mode, default=Mode.TRUCK)
    crossing = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("crossing"),
    )
    transit_hours_p50 = models.PositiveIntegerField(_("transit, hours (median)"))
    transit_hours_p80 = models.PositiveIntegerField(_("transit, hours (80 %)"))
    lead_weeks = models.JSONField(_("lead time, weeks"), help_text=_('{"values": [1, 2], "probs": [0.85, 0.15]}'))
    truck_m3 = QuantityField(_("truck, m³"), null=True, blank=True)
    truck_cost_usd = MoneyField(_("truck cost, USD"), null=True, blank=True)
    cost_usd_per_m3 = MoneyField(_("cost, USD per m³"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        ordering = ["origin", "destination", "mode"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "destination", "mode", "crossing"], name="lane_unique"),
            models.CheckConstraint(
                condition=Q(transit_hours_p80__gte=models.F("transit_hours_p50")),
                name="lane_p80_not_before_p50",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin.code} → {self.destination.code}"
