"""People and companies."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.admin.base import Administered, AdministeredInline, ByNumber, NumberForm, ReadOnlyInline
from inventory.models import (
    Authorisation,
    Broker,
    Carrier,
    Client,
    Membership,
    OperatorCompany,
    SiteAssignment,
    SiteAuthorisation,
    User,
)
from inventory.parties.identifiers import Checked, check_format, check_rfc


class MembershipInline(AdministeredInline):
    """The roles of a person."""

    model = Membership


class SiteAssignmentInline(AdministeredInline):
    """The sites an operator is bound to."""

    model = SiteAssignment


def language_choice() -> forms.ChoiceField:
    """The languages of the pages."""
    return forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE)


class NewUserForm(AdminUserCreationForm):
    """A person's first password."""

    language = language_choice()

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "email", "language")


class UserForm(UserChangeForm):
    """A person's particulars."""

    language = language_choice()

    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class People(Administered, UserAdmin):
    """People: roles, sites, deactivation. Whoever leaves is made inactive; the trail goes on naming them."""

    form, add_form = UserForm, NewUserForm
    inlines = (MembershipInline, SiteAssignmentInline)
    list_display = ("username", "first_name", "last_name", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role", "memberships__client")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language")}),
        (_("Security"), {"fields": ("must_enrol_second_factor", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "language", "usable_password", "password1", "password2")}),
    )
    actions = ("deactivate",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People with their roles."""
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.prefetch_related("memberships__client").distinct()

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        """The roles in words, with the client of those that have one."""
        of = user.memberships.all()
        return ", ".join(
            f"{one.get_role_display()} ({one.client})" if one.client else one.get_role_display() for one in of
        )

    @admin.action(description=_("Deactivate: they can no longer log in"))
    def deactivate(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Deactivate people, one by one so that each leaves a trail; never oneself."""
        count = 0
        for user in people.exclude(pk=request.user.pk).filter(is_active=True):
            user.is_active = False
            user.save(update_fields=["is_active"])
            count += 1
        text = ngettext("%(count)s person deactivated.", "%(count)s people deactivated.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


class PartyForm(NumberForm):
    """A company with its tax number and what it is known by on the road and at customs."""

    checks: ClassVar[Mapping[str, Callable[[str], Checked]]] = {
        "rfc": check_rfc,
        "patente": partial(check_format, "patent"),
        "caat": partial(check_format, "caat"),
        "scac": partial(check_format, "scac"),
    }


@admin.register(OperatorCompany)
class OperatorCompanies(ByNumber, Administered):
    """The company that runs the warehouse, as reports print it."""

    form = PartyForm
    list_display = ("name", "rfc")


class AuthorisationInline(ReadOnlyInline):
    """A client's own authorisations, to be read; they are edited on a page of their own."""

    model = Authorisation
    fields = ("number", "regime", "valid_from", "valid_to")
    fk_name = "client"
    show_change_link = True


@admin.register(Client)
class Clients(ByNumber, Administered):
    """The companies whose goods are kept."""

    form = PartyForm
    list_display = ("code", "name", "rfc", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "rfc")
    frozen = ("code",)
    inlines = (AuthorisationInline,)


class SiteAuthorisationInline(AdministeredInline):
    """The one site under an authorisation: chosen once, since PEPS never crosses sites."""

    model = SiteAuthorisation
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: goods lie there under it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False."""
        return False


@admin.register(Authorisation)
class Authorisations(Administered):
    """Licences to hold goods under a customs regime. Whose, under which regime and where stands for ever."""

    list_display = ("number", "regime", "client", "operator", "valid_from", "valid_to")
    list_filter = ("regime", "vat_mode", "is_oea_certified")
    search_fields = ("number", "client__name", "client__code")
    list_select_related = ("client", "operator")
    frozen = ("regime", "client", "operator")
    inlines = (SiteAuthorisationInline,)


@admin.register(Broker)
class Brokers(ByNumber, Administered):
    """Customs brokers."""

    form = PartyForm
    list_display = ("patente", "name", "rfc", "is_active")
    list_filter = ("is_active",)
    search_fields = ("patente", "name", "rfc")


@admin.register(Carrier)
class Carriers(ByNumber, Administered):
    """Hauliers."""

    form = PartyForm
    list_display = ("code", "name", "caat", "scac", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "caat", "scac")
