"""How every form looks: one renderer, so that no page writes a field by hand.

`{{ form }}` draws the error summary and the fields; `{{ form.field.as_field_group }}` draws one: label, control, help and
errors, tied together for those who listen to the page.
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from inventory.errors import DomainError, InvalidInputs

_CLASS_OF_INPUT = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "select": "form-select",
    "file": "form-control",
    "color": "form-control form-control-color",
    "hidden": "",
}


def control_class(widget: forms.Widget) -> str:
    """The class of the design system for a widget."""
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return ""  # Django would give the same class to the list and to each of its boxes
    if isinstance(widget, forms.Select):
        return "form-select"
    return _CLASS_OF_INPUT.get(getattr(widget, "input_type", ""), "form-control")


class RecintoBoundField(BoundField):
    """A field whose control already has the look and says whether it is wrong."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """The attributes of the control: Django's own, the class, and a hint for phone keyboards."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        look = control_class(widget)
        if look:
            wrong = "is-invalid" if self.form.is_bound and self.errors else ""
            attrs["class"] = " ".join(filter(None, (widget.attrs.get("class"), look, wrong)))
        if isinstance(self.field, forms.DecimalField) and not isinstance(widget, forms.HiddenInput):
            attrs.setdefault("inputmode", "decimal")
        return attrs

    @property
    def is_check(self) -> bool:
        """True for a single box to tick, which stands before its label."""
        return isinstance(self.field.widget, forms.CheckboxInput)


class RecintoRenderer(TemplatesSetting):
    """Forms drawn from templates/components/forms."""

    form_template_name = "components/forms/form.html"
    formset_template_name = "components/forms/formset.html"
    field_template_name = "components/forms/field.html"
    bound_field_class = RecintoBoundField


class DateInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of a day and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class ScanInput(forms.TextInput):
    """A field that a hardware scanner types into: large, no autocorrection, Enter sends it on."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        plain = {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "autocorrect": "off",
            "spellcheck": "false",
            "inputmode": "text",
            "enterkeyhint": "go",
            "data-scan": "",
            "class": "form-control-lg scan-input",
        }
        super().__init__({**plain, **(attrs or {})})


class ReasonField(forms.CharField):
    """Why: asked wherever something is undone, overridden or corrected, and kept in the audit trail."""

    def __init__(self, **kwargs: Any) -> None:
        options = {"max_length": 300, "min_length": 5, "widget": forms.Textarea(attrs={"rows": 2})}
        super().__init__(**{**options, **kwargs})


def add_refusal(form: forms.BaseForm, error: DomainError) -> None:
    """Put a refusal where it belongs: on the form's own field when it names one, else on the form."""
    for one in error.errors if isinstance(error, InvalidInputs) else [error]:
        field = getattr(one, "field", "")
        form.add_error(field if field in form.fields else None, str(one))
