"""Reading request bodies: JSON that is JSON, and never a 5xx for what is not."""

import io
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request

_SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|\x00")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


class BodyTooLarge(APIException):
    """More was sent than the API reads."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"


class StrictJSONParser(JSONParser):
    """JSON as the standard has it; nesting too deep to read is malformed like any other nonsense."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The parsed object. Raises ParseError for anything that is no JSON object."""
        text = stream.read()
        try:
            # JSON is UTF-8 (RFC 8259), whatever the charset says.
            parsed = super().parse(
                io.BytesIO(text or b"{}"), media_type, {**(parser_context or {}), "encoding": "utf-8"}
            )
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        if not isinstance(parsed, dict):
            raise ParseError(_("The body must be a JSON object."))
        # Looked for in the text first: almost no body has such an escape, and walking one costs time.
        if _SUSPECT.search(text) and not _is_text(parsed):
            raise ParseError(_("The body holds characters that are not text (U+0000 or half a surrogate pair)."))
        return parsed


class UploadParser(MultiPartParser):
    """multipart/form-data with one file and its fields."""


def _is_text(value: Any) -> bool:
    """True when every string in a parsed body can be stored."""
    if isinstance(value, dict):
        return all(_is_text(name) and _is_text(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(_is_text, value))
    return not isinstance(value, str) or not _NOT_TEXT.search(value)


def refuse_large(request: Request) -> None:
    """Raise BodyTooLarge by the declared length, before anything is read."""
    upload = (request.content_type or "").startswith("multipart/")
    limit = settings.UPLOAD_MAX_BYTES if upload else settings.API_BODY_MAX_BYTES
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > limit:
        message = _("The body has %(length)s bytes; %(limit)s are allowed.")
        raise BodyTooLarge(message % {"length": length, "limit": limit})
