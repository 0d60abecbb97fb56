"""Which client's rows all pages show: the switch at the top."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from inventory.web.access import ACTIVE_CLIENT, WebRequest


@require_POST
def choose_client(request: WebRequest) -> HttpResponse:
    """Narrow every page to one client, or to none of them, and go back."""
    chosen = request.POST.get("client", "")
    request.session.pop(ACTIVE_CLIENT, None)
    if chosen.isdecimal() and request.access.full_scope.allows(int(chosen)):
        request.session[ACTIVE_CLIENT] = int(chosen)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()) else "/")
