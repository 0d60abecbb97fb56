"""Spanish first: which language a request is answered in, and the switch."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from inventory.models import User

API = "/api/"


def language_of(request: HttpRequest) -> str:
    """What the person chose, else what was chosen on this browser, else Spanish; the API follows its caller's header.

    The language of the browser itself is not asked: a tablet set up in English still belongs to a Mexican floor.
    """
    if request.path.startswith(API):
        wanted = request.headers.get("Accept-Language", "").lower()
        return "es-mx" if wanted.startswith("es") else "en"
    user = getattr(request, "user", None)
    chosen = user.language if isinstance(user, User) else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@require_POST
@login_not_required
def switch_language(request: HttpRequest) -> HttpResponse:
    """Change the language, remember it for the person and this browser, and go back to the page."""
    wanted = request.POST.get("language", "")
    if translation.check_for_language(wanted) and isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=wanted)
    return set_language(request)
