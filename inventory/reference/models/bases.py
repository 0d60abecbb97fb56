"""What every dated list has: a validity, a source, names in two languages."""

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
