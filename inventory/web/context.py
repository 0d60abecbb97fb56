"""What every page needs for its frame: the menu, the client chosen, the languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from inventory.web.access import NOBODY, choosable_clients
from inventory.web.navigation import menu_for, thumb_menu_for

LANGUAGES = {"es-mx": "Español", "en": "English"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame's values; each is worked out only when a template asks, so partials pay nothing."""
    access = getattr(request, "access", NOBODY)
    return {
        "access": access,
        "menu": SimpleLazyObject(lambda: menu_for(access, request.path)),
        "thumb_menu": SimpleLazyObject(lambda: thumb_menu_for(access, request.path)),
        "choosable_clients": SimpleLazyObject(lambda: choosable_clients(access)),
        "languages": [(code, LANGUAGES[code]) for code, _name in settings.LANGUAGES],
    }
