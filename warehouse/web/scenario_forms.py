"""The forms on which a scenario is built without writing JSON: one for each kind of change, each making that change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory.models import Item, Lane, Market, Site
from inventory.parties.models import Client
from inventory.placement.books import region_id
from inventory.placement.files.scenario import SCHEMA
from inventory.web.forms import DateInput

ALL = ("", _("All"))
PERCENT = Decimal(100)


def percent(
    label: Any, *, least: int = 0, most: int = 1000, required: bool = True, help_text: Any = ""
) -> forms.DecimalField:
    """A share that people type as per cent."""
    return forms.DecimalField(
        label=label, min_value=least, max_value=most, decimal_places=4, required=required, help_text=help_text
    )


def factor(*, required: bool = True, label: Any = "") -> forms.DecimalField:
    """What something is multiplied by, as per cent."""
    return forms.DecimalField(
        label=label or _("New value, % of today's"), min_value=1, max_value=10_000, decimal_places=4, required=required,
        help_text=_("120 is 20 % more."),
    )  # fmt: skip


class ChangeForm(forms.Form):
    """A change of one kind. `given` is what the base form knows: whose scenario it is."""

    kind: ClassVar[str]
    title: ClassVar[Any]
    hint: ClassVar[Any] = ""

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        for name, field in self.fields.items():
            choices = getattr(self, f"{name}_choices", None)
            if isinstance(field, forms.ChoiceField) and choices:
                field.choices = choices()

    def change(self) -> dict[str, Any]:
        """The change as a scenario holds it."""
        return {
            "kind": self.kind,
            **{name: value for name, value in self.values().items() if value not in (None, "", [])},
        }

    def values(self) -> dict[str, Any]:
        """Its fields."""
        raise NotImplementedError

    def said(self, name: str) -> Any:
        """What was typed."""
        return self.cleaned_data.get(name)

    def share(self, name: str) -> float | None:
        """A percentage as a share."""
        value = self.said(name)
        return None if value is None else float(value / PERCENT)

    def day(self, name: str) -> str | None:
        """A day as ISO text."""
        value = self.said(name)
        return value.isoformat() if value else None

    def number(self, name: str) -> float | None:
        """A number."""
        value = self.said(name)
        return None if value is None else float(value)


class OfItems(ChangeForm):
    """A change of some items: by SKU, or all of one origin."""

    skus = forms.CharField(
        label=_("SKUs"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("Separated by spaces or lines. Empty: all, or all of the origin."),
    )  # fmt: skip
    origin = forms.ChoiceField(label=_("Origin"), required=False)

    def origin_choices(self) -> list[tuple[str, Any]]:
        """The countries that the client's items are made in."""
        rows = Item.objects.filter(client=self.client, is_active=True).order_by("origin_country")
        return [ALL, *((code, code) for code in rows.values_list("origin_country", flat=True).distinct() if code)]

    def clean_skus(self) -> list[str]:
        """The SKUs; each that is not the client's is named."""
        wanted = self.cleaned_data["skus"].replace(",", " ").split()
        known = set(Item.objects.filter(client=self.client, sku__in=wanted).values_list("sku", flat=True))
        unknown = [sku for sku in wanted if sku not in known]
        if unknown:
            raise ValidationError(_("There is no %(skus)s."), params={"skus": ", ".join(unknown[:10])})
        return list(dict.fromkeys(wanted))

    def items(self) -> dict[str, Any]:
        """Which items."""
        return {"skus": self.said("skus"), "origin": self.said("origin")}


class DutyForm(OfItems):
    """Another duty, now or from a day on."""

    kind, title = "duty", _("Duty change")
    hint = _("By how many points, from which day and how likely.")
    delta = percent(_("Change, points"), least=-100, most=100, help_text=_("10 is ten points more, -5 five less."))
    begin = forms.DateField(label=_("From"), required=False, widget=DateInput, help_text=_("Empty: already today."))
    probability = percent(_("Probability, %"), most=100, required=False, help_text=_("Empty: certain."))

    def values(self) -> dict[str, Any]:
        """Points as a share."""
        return {
            **self.items(), "delta": self.share("delta"), "from": self.day("begin"), "probability": self.share("probability"),
        }  # fmt: skip


class UsmcaForm(OfItems):
    """USMCA won or lost."""

    kind, title = "usmca", _("USMCA won or lost")
    hint = _("Items that qualify pay no duty; those that no longer do pay the full rate.")
    qualifies = forms.TypedChoiceField(
        label=_("From now on"), choices=[("no", _("They no longer qualify")), ("yes", _("They qualify"))],
        coerce=lambda value: value == "yes",
    )  # fmt: skip
    rate = percent(_("Duty without USMCA, %"), required=False, help_text=_("Empty: each item's own."))
    begin = forms.DateField(label=_("From"), required=False, widget=DateInput, help_text=_("Empty: already today."))

    def values(self) -> dict[str, Any]:
        """True or false, and the rate."""
        return {
            **self.items(),
            "qualifies": self.said("qualifies"),
            "rate": self.share("rate"),
            "from": self.day("begin"),
        }


class ClosureForm(ChangeForm):
    """A crossing that is closed."""

    kind, title = "closure", _("Crossing closed")
    hint = _("Nothing passes a border crossing from one day to another.")
    crossing = forms.ChoiceField(label=_("Crossing"))
    begin = forms.DateField(label=_("From"), widget=DateInput)
    end = forms.DateField(label=_("To"), widget=DateInput)
    probability = percent(_("Probability, %"), most=100, required=False, help_text=_("Empty: certain."))

    def crossing_choices(self) -> list[tuple[str, Any]]:
        """The crossings that lanes pass."""
        return crossings()

    def clean(self) -> dict[str, Any]:
        """An end not before the beginning."""
        values = super().clean() or {}
        begin, end = values.get("begin"), values.get("end")
        if begin and end and end < begin:
            self.add_error("end", _("It lies before the beginning."))
        return values

    def values(self) -> dict[str, Any]:
        """Where, and both days."""
        return {
            "crossing": self.said("crossing"), "from": self.day("begin"), "to": self.day("end"),
            "probability": self.share("probability"),
        }  # fmt: skip


class LeadTimeForm(ChangeForm):
    """Lanes that take longer or less long."""

    kind, title = "lead_time", _("Lead times")
    hint = _("Lanes to bond, over the border, or over one crossing take longer or less long.")
    leg = forms.ChoiceField(
        label=_("Which lanes"), required=False,
        choices=[ALL, ("supply", _("From suppliers to bond")), ("crossing", _("From bond to distribution centers"))],
    )  # fmt: skip
    crossing = forms.ChoiceField(label=_("Crossing"), required=False)
    factor = factor()

    def crossing_choices(self) -> list[tuple[str, Any]]:
        """All, or one."""
        return [ALL, *crossings()]

    def values(self) -> dict[str, Any]:
        """Which lanes, and by what."""
        return {"leg": self.said("leg"), "crossing": self.said("crossing"), "factor": self.share("factor")}


class DemandForm(ChangeForm):
    """More demand or less."""

    kind, title = "demand", _("Demand")
    hint = _("All markets, or one, ask for more or for less.")
    region = forms.ChoiceField(label=_("Market"), required=False)
    factor = factor()

    def region_choices(self) -> list[tuple[str, Any]]:
        """All markets, or one."""
        return [ALL, *markets()]

    def values(self) -> dict[str, Any]:
        """Where, and by what."""
        return {"region": self.said("region"), "factor": self.share("factor")}


class CapitalForm(ChangeForm):
    """Money that costs more or less."""

    kind, title = "capital", _("Capital rate")
    hint = _("What money lying in stock costs a year.")
    rate = percent(_("Capital rate a year, %"), most=100)

    def values(self) -> dict[str, Any]:
        """The rate as a share."""
        return {"rate": self.share("rate")}


class DcAddedForm(ChangeForm):
    """A distribution center more."""

    kind, title = "dc_added", _("Distribution center added")
    hint = _("It serves some markets, and is reached and paid for like one there is.")
    dc = forms.SlugField(label=_("Code of the new one"), max_length=20)
    like = forms.ChoiceField(label=_("Like"))
    regions = forms.MultipleChoiceField(label=_("Markets it serves"), widget=forms.CheckboxSelectMultiple)
    storage = forms.DecimalField(
        label=_("Storage, USD a m³ and week"), required=False, min_value=0, max_value=1000, decimal_places=4,
        help_text=_("Empty: as at the one it is like."),
    )  # fmt: skip

    def like_choices(self) -> list[tuple[str, Any]]:
        """The distribution centers there are."""
        return sites(Site.Kind.US_DC)

    def regions_choices(self) -> list[tuple[str, Any]]:
        """All markets."""
        return markets()

    def values(self) -> dict[str, Any]:
        """Its code, the one it is like, its markets."""
        return {
            "dc": self.said("dc"), "like": self.said("like"), "regions": self.said("regions"),
            "storage_usd_per_m3_week": self.number("storage"),
        }  # fmt: skip


class DcRemovedForm(ChangeForm):
    """A distribution center less."""

    kind, title = "dc_removed", _("Distribution center removed")
    hint = _("Its markets and its stock go to another one.")
    dc = forms.ChoiceField(label=_("Which one"))
    to = forms.ChoiceField(label=_("Its markets go to"))

    def dc_choices(self) -> list[tuple[str, Any]]:
        """The distribution centers there are."""
        return sites(Site.Kind.US_DC)

    def to_choices(self) -> list[tuple[str, Any]]:
        """The same."""
        return sites(Site.Kind.US_DC)

    def clean(self) -> dict[str, Any]:
        """Another one than the one that goes."""
        values = super().clean() or {}
        if values.get("dc") and values.get("dc") == values.get("to"):
            self.add_error("to", _("Another one is needed."))
        return values

    def values(self) -> dict[str, Any]:
        """Which, and its heir."""
        return {"dc": self.said("dc"), "to": self.said("to")}


class SupplierForm(OfItems):
    """Another supplier: the Far East or nearshore."""

    kind, title = "supplier", _("Supplier switch")
    hint = _("Items come from somewhere else: lead time, freight, unit value and duty side by side with today.")
    supplier = forms.SlugField(label=_("Supplier"), max_length=20, help_text=_("A short code, as nearshore or asia."))
    mean = forms.DecimalField(label=_("Lead time, weeks"), min_value=Decimal("0.1"), max_value=100, decimal_places=2)
    sd = forms.DecimalField(
        label=_("Its standard deviation, weeks"), required=False, min_value=0, max_value=50, decimal_places=2
    )
    cost = forms.DecimalField(
        label=_("Freight to bond, USD a m³"), required=False, min_value=0, max_value=10_000, decimal_places=4
    )
    value_factor = factor(required=False, label=_("Unit value, % of today's"))
    duty = percent(_("US duty, %"), required=False, help_text=_("Empty: as it is."))

    def values(self) -> dict[str, Any]:
        """Its way, and what differs."""
        return {
            **self.items(), "supplier": self.said("supplier"),
            "lead_time_weeks": {"mean": self.number("mean"), "sd": self.number("sd") or 0.0},
            "cost_per_m3": self.number("cost"), "value_factor": self.share("value_factor"), "duty_rate": self.share("duty"),
        }  # fmt: skip


class StorageForm(ChangeForm):
    """Space that costs more or less."""

    kind, title = "storage", _("Storage price")
    hint = _("Space at one place, or at all of them.")
    node = forms.ChoiceField(label=_("Where"), required=False)
    factor = factor()

    def node_choices(self) -> list[tuple[str, Any]]:
        """Everywhere, or one place."""
        return [ALL, *sites(Site.Kind.BONDED, Site.Kind.US_DC)]

    def values(self) -> dict[str, Any]:
        """Where, and by what."""
        return {"node": self.said("node"), "factor": self.share("factor")}


class FreightForm(ChangeForm):
    """Freight that costs more or less."""

    kind, title = "freight", _("Freight and trucks")
    hint = _("All freight becomes dearer or cheaper.")
    factor = factor()

    def values(self) -> dict[str, Any]:
        """By what."""
        return {"factor": self.share("factor")}


class ShortageForm(FreightForm):
    """Lost sales that cost more or less."""

    kind, title = "shortage", _("Cost of a lost unit")
    hint = _("What a unit not served costs.")


FORMS: tuple[type[ChangeForm], ...] = (
    DutyForm, UsmcaForm, ClosureForm, LeadTimeForm, DemandForm, SupplierForm, DcAddedForm, DcRemovedForm, CapitalForm,
    StorageForm, FreightForm, ShortageForm,
)  # fmt: skip
FORM_OF = {form.kind: form for form in FORMS}


def overlay_of(changes: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Changes as a scenario keeps them."""
    return {"schema": SCHEMA, "changes": [dict(change) for change in changes]}


def crossings() -> list[tuple[str, Any]]:
    """The crossings that lanes from bond to distribution centers pass."""
    lanes = Lane.objects.filter(is_active=True, origin__kind=Site.Kind.BONDED, destination__kind=Site.Kind.US_DC)
    rows = lanes.filter(crossing__isnull=False).order_by("crossing__name")
    return list(rows.values_list("crossing__code", "crossing__name").distinct())


def sites(*kinds: str) -> list[tuple[str, Any]]:
    """Active sites of these kinds."""
    return list(Site.objects.filter(is_active=True, kind__in=kinds).order_by("name").values_list("code", "name"))


def markets() -> list[tuple[str, Any]]:
    """Markets that a distribution center serves, by their id in the network."""
    return [
        (region_id(market), market.name) for market in Market.objects.filter(primary_dc__isnull=False).order_by("name")
    ]
