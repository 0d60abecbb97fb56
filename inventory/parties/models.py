"""People and companies: who owns goods, who is authorised, who carries and clears, who may see what."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.parties.roles import ApiScope, Role

__all__ = [
    "ApiKey",
    "Authorisation",
    "Broker",
    "Carrier",
    "Client",
    "IdempotentRequest",
    "Membership",
    "OperatorCompany",
    "User",
]


class User(AbstractUser):
    """A person who logs in. What they may see and do is in their memberships; people are deactivated, never deleted."""

    language = models.CharField(_("language"), max_length=8, default="es-mx")
    must_enrol_second_factor = models.BooleanField(_("must enrol a second factor"), default=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


class OperatorCompany(models.Model):
    """The company that runs the warehouse (operador del recinto, almacenadora)."""

    name = models.CharField(_("name"), max_length=200)
    rfc = models.CharField("RFC", max_length=13, unique=True)
    address = models.CharField(_("address"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("operator company")
        verbose_name_plural = _("operator companies")

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """A company whose goods are kept (cliente, depositante): the tenant of every row it owns."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=200)
    rfc = models.CharField("RFC", max_length=13)
    address = models.CharField(_("address"), max_length=300, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Authorisation(models.Model):
    """A licence to hold goods under a customs regime (IMMEX programme, RFE or AGD authorisation), with its validity.

    Held by a client (IMMEX) or by the operator company (RFE, AGD). It names one site through `places.SiteAuthorisation`,
    so the unit of PEPS never crosses sites.
    """

    class Section(models.TextChoices):
        """Section of Anexo 24 that binds the holder (mexico.md §3.1)."""

        A = "A", _("A: no hour limit")
        B = "B", _("B: SECIIT, 24 hours")
        C = "C", _("C: 48 hours")

    class VatMode(models.TextChoices):
        """How IVA at introduction is settled (mexico.md §1.4)."""

        CASH = "cash", _("paid in cash")
        CREDIT = "credit", _("credit by certification")
        GUARANTEE = "guarantee", _("guarantee")

    number = models.CharField(_("number"), max_length=40)
    regime = models.CharField(_("regime"), max_length=3)
    client = models.ForeignKey(
        Client,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="authorisations",
        verbose_name=_("client"),
    )
    operator = models.ForeignKey(
        OperatorCompany,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="authorisations",
        verbose_name=_("operator company"),
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    is_oea_certified = models.BooleanField(_("OEA certified"), default=False)
    anexo24_section = models.CharField(_("Anexo 24 section"), max_length=1, choices=Section, default=Section.A)
    vat_mode = models.CharField(_("IVA at introduction"), max_length=10, choices=VatMode, default=VatMode.CREDIT)
    administrator_code = models.CharField(_("administrator key"), max_length=4, blank=True)
    operator_code = models.CharField(_("operator key"), max_length=4, blank=True)

    class Meta:
        verbose_name = _("authorisation")
        verbose_name_plural = _("authorisations")
        ordering = ["regime", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["regime", "number"],
                name="authorisation_number_unique_in_regime",
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=True, operator__isnull=False)
                | Q(client__isnull=False, operator__isnull=True),
                name="authorisation_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="authorisation_validity_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regime} {self.number}"


class Broker(models.Model):
    """A customs broker (agente aduanal) by licence number (patente)."""

    patente = models.CharField("patente", max_length=4, unique=True)
    name = models.CharField(_("name"), max_length=200)
    rfc = models.CharField("RFC", max_length=13, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("customs broker")
        verbose_name_plural = _("customs brokers")
        ordering = ["patente"]

    def __str__(self) -> str:
        return f"{self.patente} {self.name}"


class Carrier(models.Model):
    """A haulier (transportista), by its CAAT in Mexico and SCAC in the US."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=200)
    caat = models.CharField("CAAT", max_length=4, blank=True)
    scac = models.CharField("SCAC", max_length=4, blank=True)
    rfc = models.CharField("RFC", max_length=13, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person; a client's user names the client, everyone else names none."""

    ROLES = [
        (Role.OPERATOR.value, _("Operator")),
        (Role.SUPERVISOR.value, _("Supervisor")),
        (Role.CUSTOMS.value, _("Customs compliance")),
        (Role.PLANNER.value, _("Planner")),
        (Role.ADMINISTRATOR.value, _("Administrator")),
        (Role.AUTHORITY.value, _("Authority (read only)")),
        (Role.CLIENT.value, _("Client user")),
    ]

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=16, choices=ROLES)
    client = models.ForeignKey(
        Client,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("client"),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "client"], name="membership_unique"),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(client__isnull=True),
                name="membership_unique_without_client",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.CLIENT.value, client__isnull=False)
                | (~Q(role=Role.CLIENT.value) & Q(client__isnull=True)),
                name="membership_of_client_role_names_its_client",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class ApiKey(models.Model):
    """A client's credential for the REST API: a prefix to find it by and the SHA-256 of a 256-bit secret."""

    SCOPES = [(scope.value, scope.value) for scope in ApiScope]

    client = models.ForeignKey(Client, models.CASCADE, related_name="api_keys", verbose_name=_("client"))
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("prefix"), max_length=12, unique=True)
    secret_hash = models.CharField(_("secret hash"), max_length=64)
    scopes = models.JSONField(_("scopes"), default=list)
    allowed_networks = models.JSONField(_("allowed networks"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name=_("created by"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_on = models.DateField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["client", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotentRequest(models.Model):
    """What a stock-changing API call was answered, kept so that a replay gets the same answer and does nothing.

    Written in the same transaction as the change itself.
    """

    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotent_request_key_unique")]

    def __str__(self) -> str:
        return self.key
