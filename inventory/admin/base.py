"""The kinds of admin pages: master data that is edited, and books that are read.

Nothing is ever deleted here: what is no longer used is made inactive.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.http import HttpRequest

from inventory.admin.access import is_administrator
from inventory.errors import DomainError, Fault
from inventory.parties.identifiers import Checked
from inventory.web.forms import add_refusal


class Administered(admin.ModelAdmin):
    """What every page of the admin shares: rights by role, no deleting, pages that do not grow with history."""

    list_per_page = 50
    show_full_result_count = False
    # Fields that stand once the row exists: other rows were written on the strength of them.
    frozen: Sequence[str] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: rows of the books may name this one for ever."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """The usual ones, and those frozen in a row that exists."""
        usual = super().get_readonly_fields(request, obj)
        return [*usual, *(name for name in self.frozen if name not in usual)] if obj else usual


class ReadOnly(Administered):
    """Books and trails: to be looked at."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: the books are written by the services, when something happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: what was written stands."""
        return False


class _Inline(admin.options.InlineModelAdmin):
    """Rights of rows that belong to another one."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators."""
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators: these rows are rights and parts, the trail remembers them."""
        return is_administrator(request)


class AdministeredInline(_Inline, admin.StackedInline):
    """Rows that are edited with the one they belong to. Stacked: in a table their fields have no labels."""


class ReadOnlyInline(_Inline, admin.TabularInline):
    """Rows of the books, shown with what they belong to."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False."""
        return False


class ServiceForm(forms.ModelForm):
    """A form whose row is written by a service: its refusals stand beside the fields they name."""

    def deed(self, values: dict[str, Any]) -> models.Model:
        """Write the row and return it."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.deed(self.cleaned_data)
        except DomainError as error:
            add_refusal(self, error)


class NumberForm(forms.ModelForm):
    """A form of numbers that authorities and the trade give out: a wrong form is refused, a wrong check digit warned of."""

    checks: ClassVar[Mapping[str, Callable[[str], Checked]]] = {}
    warnings: Sequence[Fault] = ()

    def clean(self) -> dict[str, Any]:
        """The values, each number as it is stored."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        faults: list[Fault] = []
        for name, check in self.checks.items():
            if values.get(name):
                checked = check(values[name])
                values[name] = checked.value
                faults += checked.faults
                for fault in checked.faults:
                    if fault.is_error:
                        self.add_error(name, str(fault))
        self.warnings = [fault for fault in faults if not fault.is_error]
        return values


class ByNumber:
    """An admin page whose `form` is a NumberForm: what it warns of is said once the row is saved."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: NumberForm, change: bool) -> None:
        """Save the row."""
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        for fault in form.warnings:
            messages.warning(request, str(fault))


class ByService:
    """An admin page whose `form` is a ServiceForm: the row is written by the time it is to be saved."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool) -> None:
        """Nothing is left to do."""
