"""The physical books. Posting and Leg are append-only by database trigger (migration `append_only`)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.fields import QuantityField
from inventory.parties.models import Authorisation, Client, User
from inventory.places.models import Location

__all__ = ["Account", "Balance", "Hold", "Leg", "Lot", "Posting", "Reservation"]


class Account(models.Model):
    """Client × regime × authorisation × item (cuenta, kárdex): the unit of PEPS, of locking and of proof.

    Goods out of bond have an account too, without authorisation: regime IMD when nationalised in Mexico, EXD when they
    left the country.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="accounts", verbose_name=_("client"))
    regime = models.CharField(_("regime"), max_length=3)
    authorisation = models.ForeignKey(
        Authorisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("authorisation"),
    )
    item = models.ForeignKey(Item, models.PROTECT, related_name="accounts", verbose_name=_("item"))

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["item", "regime", "authorisation"], name="account_unique"),
            models.UniqueConstraint(
                fields=["item", "regime"],
                condition=Q(authorisation__isnull=True),
                name="account_unique_out_of_bond",
            ),
            models.CheckConstraint(
                condition=Q(regime__in=["IMD", "EXD"], authorisation__isnull=True)
                | (~Q(regime__in=["IMD", "EXD"]) & Q(authorisation__isnull=False)),
                name="account_in_bond_names_its_authorisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}/{self.regime}/{self.authorisation_id or '-'}/{self.item_id}"

    @property
    def is_bonded(self) -> bool:
        """True while goods of this account owe something to customs."""
        return self.authorisation_id is not None


class Lot(models.Model):
    """Goods you can point at, all of one customs status (lote). To change status, goods move to another lot."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="lots", verbose_name=_("account"))
    batch = models.CharField(_("batch"), max_length=64, blank=True)
    serial = models.CharField(_("serial number"), max_length=64, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    hold_reason = models.CharField(_("hold"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [models.UniqueConstraint(fields=["account", "batch", "serial"], name="lot_unique")]

    def __str__(self) -> str:
        return self.batch or self.serial or f"#{self.pk}"


class Posting(models.Model):
    """One indivisible change of stock (asiento): written once, undone only by its reverse."""

    class Kind(models.TextChoices):
        """The deed that wrote it."""

        RECEIPT = "receipt", _("Receipt")
        MOVE = "move", _("Move")
        PICK = "pick", _("Pick")
        DISPATCH = "dispatch", _("Dispatch")
        DELIVERY = "delivery", _("Delivery")
        STATUS = "status", _("Change of status")
        COUNT = "count", _("Count difference")
        REVERSAL = "reversal", _("Reversal")

    key = models.CharField(_("key"), max_length=120, unique=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    document = models.CharField(_("document"), max_length=64, blank=True)
    legal_date = models.DateField(_("legal date"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("person"))
    actor_label = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(actor_label=""),
                name="posting_names_key_and_actor",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="posting_reversal_names_what_it_reverses",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Leg(models.Model):
    """One side of one move (renglón): so much of a lot came to, or left, a location. Dates are copied from the posting."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="legs", verbose_name=_("posting"))
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="+",
        verbose_name=_("account"),
        db_index=False,
    )
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="legs", verbose_name=_("lot"))
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        related_name="+",
        verbose_name=_("location"),
        db_index=False,
    )
    quantity = QuantityField(_("quantity"))
    legal_date = models.DateField(_("legal date"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        indexes = [
            # With all that a sum of stock at a date asks for, so that it reads nothing but the index.
            models.Index(fields=["account", "legal_date", "location", "lot", "quantity"], name="leg_account_date"),
            models.Index(fields=["location", "legal_date"], name="leg_location_date"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="leg_is_not_zero")]

    def __str__(self) -> str:
        return f"{self.lot_id}@{self.location_id}: {self.quantity}"


class Balance(models.Model):
    """The running sum of the legs of one lot at one location (existencia), carried along under row locks."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="balances", verbose_name=_("account"))
    lot = models.ForeignKey(
        Lot,
        models.PROTECT,
        related_name="balances",
        verbose_name=_("lot"),
        db_index=False,
    )
    location = models.ForeignKey(Location, models.PROTECT, related_name="balances", verbose_name=_("location"))
    is_virtual = models.BooleanField(_("virtual"))
    quantity = QuantityField(_("quantity"), default=0)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.UniqueConstraint(fields=["lot", "location"], name="balance_unique"),
            models.CheckConstraint(
                condition=Q(is_virtual=True) | Q(quantity__gte=0),
                name="balance_physical_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}@{self.location_id}: {self.quantity}"


class Reservation(models.Model):
    """Stock promised to a document: not free for another until released or used. The free quantity is derived."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="reservations", verbose_name=_("account"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="reservations", verbose_name=_("lot"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("location"))
    quantity = QuantityField(_("quantity"))
    document = models.CharField(_("document"), max_length=64)
    reserved_at = models.DateTimeField(_("reserved"))
    released_at = models.DateTimeField(_("released"), null=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        indexes = [
            models.Index(
                fields=["lot", "location"],
                condition=Q(released_at__isnull=True),
                name="reservation_open",
            ),
            models.Index(
                fields=["document"],
                condition=Q(released_at__isnull=True),
                name="reservation_document",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_is_positive"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("reserved_at")),
                name="reservation_released_after_reserved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.quantity}"


class Freeze(models.Model):
    """What holds of every kind say of themselves: opened, by whom, and lifted by citing the document that allows it."""

    note = models.CharField(_("note"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("opened by"), max_length=120)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=120, blank=True)
    release_document = models.CharField(_("release document"), max_length=120, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(release_document=""),
                name="%(class)s_lifted_cites_its_document",
            )
        ]


class Hold(Freeze):
    """A freeze on a lot (mexico.md §7.2): while it is open the lot may not move. Lifting one cites the document that allows it."""

    class Reason(models.TextChoices):
        """Why the goods may not move."""

        SEIZURE = "embargo", _("Precautionary seizure (embargo)")
        EXAMINATION = "reconocimiento", _("Customs examination")
        QUALITY = "calidad", _("Quality")
        SAMPLE = "muestra", _("Sample")
        THEFT = "robo", _("Theft")
        NOM = "nom_pendiente", _("NOM labelling pending")
        DOCUMENTS = "documental", _("Documents")
        CLIENT = "cliente", _("Client's request")

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="holds", verbose_name=_("lot"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            *Freeze.Meta.constraints,
            models.UniqueConstraint(
                fields=["lot", "reason"], condition=Q(closed_at__isnull=True), name="hold_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.reason}"
