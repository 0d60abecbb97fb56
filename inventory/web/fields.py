"""Fields of operators' forms: quantities as people type them, moments on the clock of a place, shelves by their code."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models import Location
from inventory.units import QUANTITY_SCALE, plain
from inventory.web.forms import MomentInput, ScanInput


class QuantityFormField(forms.DecimalField):
    """An exact quantity, not negative; thousands may be set off by commas."""

    default_error_messages = {"min_value": _("%(value)s may not be negative.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            **{"min_value": Decimal(0), "max_digits": 18, "decimal_places": QUANTITY_SCALE, "widget": widget, **kwargs}
        )

    def to_python(self, value: Any) -> Decimal | None:
        """The number without its commas. Raises ValidationError naming what is none."""
        try:
            return super().to_python(value.replace(",", "") if isinstance(value, str) else value)
        except ValidationError:
            raise ValidationError(_("%(value)s is not a number."), "invalid", {"value": str(value)[:40]}) from None

    def prepare_value(self, value: Any) -> Any:
        """A stored quantity without trailing zeros."""
        return plain(value) if isinstance(value, Decimal) else value


class SiteMomentField(forms.DateTimeField):
    """A moment as the clock on the wall of a site tells it; `zone` is set by the form."""

    zone: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": MomentInput, **kwargs})

    def at_site(self, site: Any) -> None:
        """Read and show the moment on the clock of this site, and say so."""
        self.zone = site.time_zone
        self.help_text = _("Time at %(site)s.") % {"site": site.name}

    def to_python(self, value: Any) -> datetime | None:
        """The aware moment."""
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """The moment as the site reads it."""
        with timezone.override(self.zone):
            return super().prepare_value(value)


def this_minute() -> datetime:
    """Now, to the minute: as fine as people type."""
    return timezone.now().replace(second=0, microsecond=0)


class LocationField(forms.CharField):
    """A location by its code, typed or scanned; `choices_of` says which ones there are."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 60, "widget": ScanInput(attrs={"class": "", "data-scan": False}), **kwargs})
        self.rows = Location.objects.none()

    def choose_from(self, rows: Any, list_id: str = "") -> None:
        """Accept these locations; `list_id` names the datalist on the page that holds their codes."""
        self.rows = rows
        if list_id:
            self.widget.attrs["list"] = list_id

    def clean(self, value: Any) -> Location | None:
        """The location of this code. Raises ValidationError for one that is not there."""
        text = super().clean(value)
        if not text:
            return None
        location = location_named(self.rows, text)
        if location is None:
            raise ValidationError(_("There is no location %(code)s here for these goods."), params={"code": text})
        return location

    def prepare_value(self, value: Any) -> Any:
        """The code of a location."""
        return value.code if isinstance(value, Location) else value


def location_named(rows: Any, text: str) -> Location | None:
    """The location that a label names by its code, alone or behind its site (`slp/A-01`)."""
    code = text.strip().rsplit("/", 1)[-1]
    return rows.filter(code__iexact=code).order_by("pk").first()
