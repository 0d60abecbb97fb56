"""What every request to a page passes: who may see what, which language, a second factor where it is due, and why."""

import json
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from inventory.audit import context as audit
from inventory.models import User
from inventory.web.access import WebRequest, web_access
from inventory.web.language import language_of

Respond = Callable[[HttpRequest], HttpResponse]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
REASON_MAX = 300


class LanguageMiddleware:
    """Answer in the language of the person, else of the browser's choice here, else in Spanish."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: WebRequest) -> HttpResponse:
        """Answer, every text of it in one language."""
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language() or language
            response = self.get_response(request)
            # A template response is drawn later; draw it while the language still holds.
            if hasattr(response, "render") and not response.is_rendered:
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        return response


class AccessMiddleware:
    """Give every request `access`: read from the memberships when first asked for, once.

    What someone saw is kept by no browser: on a shared tablet the next one could go back to it.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: WebRequest) -> HttpResponse:
        """Answer, with the access at hand."""
        request.access = SimpleLazyObject(lambda: web_access(request))  # type: ignore[assignment]
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class SecondFactorMiddleware:
    """Send people whose role needs a second factor, and who have none, to enrol one before they see anything else."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.required = frozenset(settings.MFA_REQUIRED_ROLES)

    def __call__(self, request: WebRequest) -> HttpResponse:
        """Answer, or send the person to enrol."""
        if not request.user.is_authenticated or not self.is_page(request.path) or not self.is_due(request):
            return self.get_response(request)
        messages.warning(request, _("Your role needs a second factor. Set one up to go on."))
        return redirect("mfa_index")

    def is_page(self, path: str) -> bool:
        """True for all but the pages one needs to enrol, to leave, or to change the language, and the API."""
        free = (reverse("account_login").rsplit("login", 1)[0], "/api/", "/static/", reverse("inventory:set_language"))
        return not path.startswith(free)

    def is_due(self, request: WebRequest) -> bool:
        """True when a second factor is required of this person and missing."""
        user: User = request.user
        wanted = user.must_enrol_second_factor or bool(self.required & {str(role) for role in request.access.roles})
        return wanted and not has_second_factor(user)


def has_second_factor(user: User) -> bool:
    """True when the person has enrolled an authenticator app or a passkey."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415  its models load only after ours

    strong = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=strong).exists()


class ReasonMiddleware:
    """Carry the `reason` field of a form into the audit trail of everything that the request changes."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the reason known to the trail."""
        reason = request.POST.get("reason", "") if request.method == "POST" and request.content_type in FORMS else ""
        with audit.because(reason.strip()[:REASON_MAX]) if reason.strip() else nullcontext():
            return self.get_response(request)


class HtmxMessagesMiddleware:
    """Send messages along with an answer to htmx, which app.js shows as toasts; a whole page draws them itself."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: WebRequest) -> HttpResponse:
        """Answer, with what is to be said in a header when htmx asked."""
        response = self.get_response(request)
        moves_on = 300 <= response.status_code < 400 or "HX-Redirect" in response or "HX-Refresh" in response
        if not request.htmx or request.htmx.boosted or moves_on or "HX-Trigger" in response:
            return response
        found = [{"tone": message.level_tag, "text": str(message)} for message in messages.get_messages(request)]
        if found:
            response["HX-Trigger"] = json.dumps({"recinto:messages": {"messages": found}})
        return response
