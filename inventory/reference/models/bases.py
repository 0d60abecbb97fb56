"""What every dated list has: a validity, a source, names in two languages."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Dated(models.Model):
    """A row of a list that is valid for a time, both ends included."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Last valid day; empty while valid."))

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a validity that shares a day with another row's of the same key, as the loader does. Raises ValidationError."""
        super().clean()
        start: date | None = self.valid_from  # None: said of the field already
        other = self._also_valid(start) if start else None
        if other is None:
            return
        text = _("%(other)s is valid from %(since)s to %(until)s: two may not be.")
        if other.valid_to is None:
            text = _("%(other)s is valid since %(since)s without an end: give it its last valid day first.")
        facts = {"other": str(other), "since": other.valid_from, "until": other.valid_to}
        raise ValidationError(
            {"valid_to" if self.pk else "valid_from": ValidationError(text, "overlapping_validity", facts)}
        )

    def _also_valid(self, start: date) -> "Self | None":
        """Another row of the same key that is valid on one of this row's days."""
        laws = (law for law in self._meta.constraints if isinstance(law, models.UniqueConstraint))
        names = next(law.fields for law in laws if "valid_from" in law.fields)
        key = {name: getattr(self, name) for name in names if name != "valid_from"}
        others = type(self)._default_manager.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start), **key)
        if self.valid_to is not None:
            others = others.filter(valid_from__lte=self.valid_to)
        return others.exclude(pk=self.pk).order_by("valid_from").first()

    @staticmethod
    def laws(*key: str, name: str) -> list[models.BaseConstraint]:
        """Return the constraints of a dated list: one row per key and first day, and time runs forward."""
        return [
            models.UniqueConstraint(fields=[*key, "valid_from"], name=f"{name}_starts_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name=f"{name}_validity_runs_forward",
            ),
        ]


class Sourced(Dated):
    """A dated row that names its law and its source, and says whether someone read the rule there.

    Rows that are not verified are professional knowledge, implemented as changeable defaults.
    """

    legal_basis = models.CharField(_("legal basis"), max_length=200)
    source = models.CharField(_("source"), max_length=300)
    verified = models.BooleanField(_("verified"), default=False)
    verified_by = models.CharField(_("verified by"), max_length=120, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)

    class Meta:
        abstract = True


class Named(models.Model):
    """A row with a Spanish name (the official one) and an English one."""

    name_es = models.CharField(_("Spanish name"), max_length=400)
    name_en = models.CharField(_("English name"), max_length=400, blank=True)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        spanish = (get_language() or "es").startswith("es")
        return self.name_es if spanish or not self.name_en else self.name_en
