"""How a scan went, told to the one who scanned: a sound, a colour, a word."""

import json
from typing import TypeVar

from django.http import HttpResponse

Response = TypeVar("Response", bound=HttpResponse)


def scanned(response: Response, *, ok: bool, text: str = "") -> Response:
    """The same response, with the signal that scanner.js turns into a beep, a flash and the text under the field."""
    response["HX-Trigger"] = json.dumps({"recinto:scanned": {"ok": ok, "text": str(text)}})
    return response
