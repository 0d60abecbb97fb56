"""The customs books.

Discharge, LotCorrection and ClockChange are append-only by database trigger; BondedLot keeps its opening for ever and
carries what remains.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.customs.pedimento_models import Pedimento, PedimentoLine, PedimentoSubline
from inventory.fields import MoneyField, QuantityField
from inventory.ledger.models import Account, Freeze
from inventory.parties.models import User

__all__ = [
    "BondedLot",
    "BondedLotHold",
    "ClockChange",
    "Discharge",
    "LegalNotice",
    "LotCorrection",
    "StockDifference",
]


class BondedLot(models.Model):
    """What a subline of an inbound pedimento still owes customs (saldo de la partida): a debt, not a thing on a shelf.

    The opening never changes. What remains is carried along by the services that append discharges and corrections.
    """

    class Goods(models.TextChoices):
        """Where the goods come from in law (procedencia)."""

        FOREIGN = "foreign", _("Foreign")
        NATIONAL = "national", _("National or nationalised")

    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="bonded_lots",
        verbose_name=_("account"),
        db_index=False,
    )
    subline = models.OneToOneField(
        PedimentoSubline,
        models.PROTECT,
        related_name="bonded_lot",
        verbose_name=_("subline"),
    )
    goods = models.CharField(_("provenance"), max_length=8, choices=Goods, default=Goods.FOREIGN)
    serial = models.CharField(_("serial number"), max_length=64, blank=True)
    quantity = QuantityField(_("opening quantity"))
    tariff_quantity = QuantityField(_("opening tariff quantity"))
    value_mxn = MoneyField(_("opening value, MXN"))
    remaining = QuantityField(_("remaining"))
    remaining_tariff = QuantityField(_("remaining tariff quantity"))
    remaining_value_mxn = MoneyField(_("remaining value, MXN"))
    declared = QuantityField(
        _("declared quantity"),
        help_text=_("Opening plus corrections by rectification."),
    )
    declared_tariff = QuantityField(_("declared tariff quantity"))
    declared_value_mxn = MoneyField(_("declared value, MXN"))
    legal_date = models.DateField(_("legal date"))
    available_from = models.DateField(_("available from"))
    recorded_at = models.DateTimeField(_("recorded"))
    clock_start = models.DateField(_("clock start"))
    is_clock_provisional = models.BooleanField(_("provisional clock"), default=False)
    is_provisional = models.BooleanField(_("provisional (consolidated still open)"), default=False)
    stay_limit_code = models.CharField(_("permanence rule"), max_length=20)
    must_leave_by = models.DateField(
        _("must leave by"),
        null=True,
        help_text=_("Conservative: no rolling; drives alerts and PEPS."),
    )
    legal_deadline = models.DateField(_("legal deadline"), null=True)
    paid_on = models.DateField(_("paid"))
    pedimento_number = models.CharField(_("pedimento"), max_length=15)
    line_seq = models.PositiveIntegerField(_("line"))
    hold_reason = models.CharField(_("hold"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("bonded lot")
        verbose_name_plural = _("bonded lots")
        indexes = [
            # PEPS reads only open lots of one account, in this order (mexico.md §3.4): history costs nothing.
            models.Index(
                fields=[
                    "account",
                    "clock_start",
                    "paid_on",
                    "pedimento_number",
                    "line_seq",
                    "id",
                ],
                condition=Q(remaining__gt=0),
                name="bonded_lot_open_peps",
            ),
            models.Index(
                fields=["must_leave_by"],
                condition=Q(remaining__gt=0),
                name="bonded_lot_open_deadline",
            ),
            models.Index(fields=["account", "legal_date"], name="bonded_lot_account_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    remaining__gte=0,
                    remaining_tariff__gte=0,
                    remaining_value_mxn__gte=0,
                ),
                name="bonded_lot_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, declared__gte=F("remaining")),
                name="bonded_lot_not_above_declared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pedimento_number}-{self.line_seq}"


class BondedLotHold(Freeze):
    """A freeze on a bonded lot (mexico.md §3.4, §1.6): while it is open PEPS passes the lot by and its balance stays.

    A police report discharges nothing: stolen goods stay on the balance, held. Lifting one cites the document that allows it.
    """

    class Reason(models.TextChoices):
        """Why nothing may be written off the lot."""

        SEIZURE = "embargo", _("Precautionary seizure (embargo)")
        THEFT = "robo", _("Theft")
        CLOCK_DISPUTE = "plazo", _("Dispute about the stay")

    bonded_lot = models.ForeignKey(BondedLot, models.PROTECT, related_name="holds", verbose_name=_("bonded lot"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)

    class Meta:
        verbose_name = _("hold on a bonded lot")
        verbose_name_plural = _("holds on bonded lots")
        constraints = [
            *Freeze.Meta.constraints,
            models.UniqueConstraint(
                fields=["bonded_lot", "reason"],
                condition=Q(closed_at__isnull=True),
                name="bonded_lot_hold_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bonded_lot_id}: {self.reason}"


class Discharge(models.Model):
    """A write-off of a bonded lot by an outbound line (descargo); its reversal is a row with the signs turned.

    Quantities are positive when they leave bond.
    """

    class Flag(models.TextChoices):
        """Why the row may stand out of plain PEPS order (mexico.md §3.4, §3.8, §9-9)."""

        DECLARED_SOURCE = "declared_source", _("declared source")
        SERIAL = "serial", _("by serial number")
        OUT_OF_ORDER = "out_of_order", _("recorded out of order")
        EXPIRED_SKIPPED = "expired_skipped", _("an expired lot was skipped")
        EXPIRED = "expired", _("of an expired lot")
        REALLOCATED = "reallocated", _("re-allocated by a rectification")
        REVALUED = "revalued", _("revalued by a rectification")

    bonded_lot = models.ForeignKey(
        BondedLot,
        models.PROTECT,
        related_name="discharges",
        verbose_name=_("bonded lot"),
    )
    outbound_line = models.ForeignKey(
        PedimentoLine,
        models.PROTECT,
        related_name="discharges",
        verbose_name=_("outbound line"),
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="discharges",
        verbose_name=_("account"),
        db_index=False,
    )
    quantity = QuantityField(_("quantity"))
    tariff_quantity = QuantityField(_("tariff quantity"))
    value_mxn = MoneyField(_("value, MXN"))
    legal_date = models.DateField(_("legal date"))
    recorded_at = models.DateTimeField(_("recorded"))
    key = models.CharField(_("key"), max_length=120)
    flags = models.JSONField(_("flags"), default=list, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversals", verbose_name=_("reverses")
    )
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("person"))
    actor_label = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("discharge")
        verbose_name_plural = _("discharges")
        indexes = [
            models.Index(fields=["account", "legal_date"], name="discharge_account_date"),
            # Of the few that reverse another: to SQLite the index of all looks useless, for nearly all of it is empty.
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="discharge_reversals"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "outbound_line", "bonded_lot", "reverses"], name="discharge_reversed_once_per_key"
            ),
            models.UniqueConstraint(
                fields=["key", "outbound_line", "bonded_lot"],
                condition=Q(reverses__isnull=True),
                name="discharge_once_per_key_line_and_lot",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, quantity__gt=0) | Q(reverses__isnull=False, quantity__lt=0),
                name="discharge_sign_tells_reversal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bonded_lot_id}: {self.quantity}"


class LotCorrection(models.Model):
    """A change of what a bonded lot declared, made by a rectification (R1): a signed difference, never an edit."""

    bonded_lot = models.ForeignKey(
        BondedLot,
        models.PROTECT,
        related_name="corrections",
        verbose_name=_("bonded lot"),
    )
    rectification = models.ForeignKey(
        Pedimento,
        models.PROTECT,
        related_name="corrections",
        verbose_name=_("rectification"),
    )
    quantity = QuantityField(_("quantity"))
    tariff_quantity = QuantityField(_("tariff quantity"))
    value_mxn = MoneyField(_("value, MXN"))
    legal_date = models.DateField(_("legal date"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("person"))
    actor_label = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("correction of a bonded lot")
        verbose_name_plural = _("corrections of bonded lots")
        constraints = [
            models.UniqueConstraint(
                fields=["bonded_lot", "rectification"],
                name="lot_correction_once_per_rectification",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bonded_lot_id}: {self.quantity}"


class ClockChange(models.Model):
    """A change of when a bonded lot's stay began: the selection mechanism's date arrived, or the consolidated closed."""

    bonded_lot = models.ForeignKey(
        BondedLot,
        models.PROTECT,
        related_name="clock_changes",
        verbose_name=_("bonded lot"),
    )
    before = models.DateField(_("before"))
    after = models.DateField(_("after"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor_label = models.CharField(_("by"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("clock change")
        verbose_name_plural = _("clock changes")

    def __str__(self) -> str:
        return f"{self.bonded_lot_id}: {self.before} → {self.after}"


class StockDifference(models.Model):
    """What the shelf has more (+) or less (−) than the customs books say, found and not yet explained in law.

    A shortage does not discharge anything by itself (mexico.md §3.8): it stands here until R1, A3 or an acta resolves it.
    """

    class Origin(models.TextChoices):
        """How it was found."""

        RECEIPT = "receipt", _("Receipt")
        COUNT = "count", _("Count")
        RECTIFICATION = "rectification", _("Rectification")

    account = models.ForeignKey(Account, models.PROTECT, related_name="differences", verbose_name=_("account"))
    quantity = QuantityField(_("quantity"))
    origin = models.CharField(_("found by"), max_length=14, choices=Origin)
    document = models.CharField(_("document"), max_length=64)
    found_on = models.DateField(_("found"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor_label = models.CharField(_("by"), max_length=120)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolution = models.CharField(_("resolution"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stock difference")
        verbose_name_plural = _("stock differences")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "document"],
                name="stock_difference_once_per_document",
            ),
            models.CheckConstraint(condition=~Q(quantity=0), name="stock_difference_is_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.quantity}"


class LegalNotice(models.Model):
    """A notice the law asks for by an hour (aviso): due, then acknowledged or excepted with a reason (mexico.md §7.1)."""

    class Kind(models.TextChoices):
        """Which notice."""

        ARRIVAL = "arrival", _("Arrival (aviso de arribo)")
        DISCREPANCY = (
            "discrepancy",
            _("Overage or shortage (aviso de sobrantes o faltantes)"),
        )

    pedimento = models.ForeignKey(Pedimento, models.PROTECT, related_name="notices", verbose_name="pedimento")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    document = models.CharField(_("document"), max_length=64)
    due_at = models.DateTimeField(_("due"))
    details = models.JSONField(_("details"), default=dict, blank=True)
    acknowledgement = models.CharField(_("acknowledgement"), max_length=60, blank=True)
    exception_reason = models.CharField(_("exception"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("legal notice")
        verbose_name_plural = _("legal notices")
        constraints = [
            models.UniqueConstraint(fields=["document", "kind"], name="legal_notice_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(acknowledgement="") | ~Q(exception_reason=""),
                name="legal_notice_closed_by_ack_or_exception",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document}"
