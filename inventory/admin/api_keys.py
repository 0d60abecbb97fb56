"""API keys: issued, rotated and revoked by the service; the text of a key is shown once, on the page that answers."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from inventory.admin.base import ReadOnly
from inventory.errors import DomainError
from inventory.models import ApiKey, Client
from inventory.parties import services as parties
from inventory.parties.roles import ApiScope
from inventory.parties.scope import Actor
from inventory.parties.services import IssuedKey
from inventory.web.forms import MomentInput, add_refusal


class IssueForm(forms.Form):
    """What a new key is for and may do."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.filter(is_active=True).order_by("name"))
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Which program uses it."))
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(scope.value, scope.value) for scope in ApiScope],
        widget=forms.CheckboxSelectMultiple,
        initial=[ApiScope.READ.value],
    )
    allowed_networks = forms.CharField(
        label=_("Allowed networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, such as 203.0.113.0/24. Empty: from anywhere."),
    )
    expires_at = forms.DateTimeField(label=_("Expires"), required=False, widget=MomentInput)


@admin.register(ApiKey)
class ApiKeys(ReadOnly):
    """The keys of clients' programs. What a key may do is fixed when it is issued; another right is another key."""

    list_display = ("name", "prefix", "client", "scopes", "created_at", "expires_at", "revoked_at", "last_used_on")
    list_filter = ("client", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix", "client__name")
    list_select_related = ("client",)
    exclude = ("secret_hash",)
    change_form_template = "admin/inventory/apikey/change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """True for administrators: a key is issued by its own page."""
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """The usual pages, and those that rotate and revoke a key."""
        ours = [
            path("<int:pk>/rotate/", self.admin_site.admin_view(self.rotate_view), name="inventory_apikey_rotate"),
            path("<int:pk>/revoke/", self.admin_site.admin_view(self.revoke_view), name="inventory_apikey_revoke"),
        ]
        return [*ours, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page that issues a key."""
        form = IssueForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                issued = parties.issue_api_key(
                    client=given["client"],
                    name=given["name"],
                    scopes=given["scopes"],
                    allowed_networks=given["allowed_networks"].split(),
                    expires_at=given["expires_at"],
                    at=timezone.now(),
                    actor=Actor.person(request.user),
                )
            except DomainError as error:
                add_refusal(form, error)
            else:
                return self.shown_once(request, issued)
        page = {
            **self.admin_site.each_context(request),
            "title": _("Issue an API key"),
            "form": form,
            "opts": self.opts,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/inventory/apikey/issue.html", page, status=status)

    @sensitive_variables("issued")
    def shown_once(self, request: HttpRequest, issued: IssuedKey) -> HttpResponse:
        """The page with the text of a new key; it can never be read again."""
        page = {
            **self.admin_site.each_context(request),
            "title": _("The new API key"),
            "issued": issued,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/inventory/apikey/issued.html", page)
        response["Cache-Control"] = "no-store"
        return response

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new key with the same rights; the old one works on for a week."""
        key = get_object_or_404(ApiKey, pk=pk)
        actor = Actor.person(request.user)
        return self.pressed(
            request, key, lambda: self.shown_once(request, parties.rotate(key=key, at=timezone.now(), actor=actor))
        )

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop a key at once."""
        key = get_object_or_404(ApiKey, pk=pk)

        def revoke() -> HttpResponse:
            parties.revoke(key=key, at=timezone.now())
            self.message_user(request, _("The key works no more."), messages.SUCCESS)
            return self.back_to(key)

        return self.pressed(request, key, revoke)

    def pressed(self, request: HttpRequest, key: ApiKey, deed: Callable[[], HttpResponse]) -> HttpResponse:
        """Do what a button says, for a button only; a refusal is said on the key's page."""
        if request.method != "POST":
            return self.back_to(key)
        try:
            return deed()
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self.back_to(key)

    @staticmethod
    def back_to(key: ApiKey) -> HttpResponse:
        """The key's page."""
        return redirect(reverse("admin:inventory_apikey_change", args=[key.pk]))
