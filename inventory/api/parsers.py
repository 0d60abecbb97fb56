"""Reading request bodies: JSON that is JSON, and never a 5xx for what is not."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request


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
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        if not isinstance(parsed, dict):
            raise ParseError(_("The body must be a JSON object."))
        return parsed


class UploadParser(MultiPartParser):
    """multipart/form-data with one file and its fields."""


def refuse_large(request: Request) -> None:
    """Raise BodyTooLarge by the declared length, before anything is read."""
    upload = (request.content_type or "").startswith("multipart/")
    limit = settings.UPLOAD_MAX_BYTES if upload else settings.API_BODY_MAX_BYTES
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > limit:
        message = _("The body has %(length)s bytes; %(limit)s are allowed.")
        raise BodyTooLarge(message % {"length": length, "limit": limit})
