"""How the API says no: RFC 9457 `application/problem+json`, with a stable `code` and one entry per value that is wrong.

Bad input is never a 5xx. 400: the request cannot be read. 422: it can, and a value breaks a rule. 409: the values are
fine and the books say otherwise. 404: there is no such thing, or not for this client.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signals import got_request_exception
from django.db import IntegrityError, OperationalError
from django.http import Http404
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.errors import DomainError, InvalidInput, InvalidInputs, json_safe

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_LONGEST_VALUE = 200
_BASE = {"field", "value", "rule"}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any exception of a view."""
    request: Request = context["request"]
    if isinstance(error, DomainError):
        return _of_refusal(error, request)
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is no such thing, or not for this API key."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, SuspiciousOperation | RawPostDataException | UnicodeDecodeError):
        error = exceptions.ParseError(_("The request cannot be read."))
    if isinstance(error, exceptions.ValidationError):
        return _of_validation(error, request)
    if isinstance(error, exceptions.APIException):
        return _of_api(error, request)
    return _of_surprise(error, request)


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    context: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """One problem as an answer."""
    body: dict[str, Any] = {
        "type": f"urn:recinto:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.path,
        "request_id": getattr(request, "request_id", ""),
        "errors": errors or [],
        "context": context or {},
    }
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def _of_refusal(error: DomainError, request: Request) -> Response:
    """A rule of the trade says no."""
    errors: list[dict[str, Any]] = []
    context = error.context
    if isinstance(error, InvalidInputs):
        errors, context = [_entry(one) for one in error], {}
    elif isinstance(error, InvalidInput):
        errors, context = [_entry(error)], {key: item for key, item in context.items() if key not in _BASE}
    return problem(
        request, status=error.status, code=error.code, detail=str(error), errors=errors, context=json_safe(context)
    )


def _entry(error: InvalidInput) -> dict[str, Any]:
    """One wrong value."""
    return {"field": error.field, "value": _shown(error.value), "rule": error.rule, "message": str(error)}


def _of_validation(error: exceptions.ValidationError, request: Request) -> Response:
    """Values that break the rules of their fields."""
    given = request.query_params if request.method in {"GET", "HEAD"} else _body(request)
    errors = [
        {"field": path, "value": _shown(_at(given, path)), "rule": str(detail.code), "message": str(detail)}
        for path, detail in _flat(error.detail)
    ]
    first = "; ".join(f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in errors[:3])
    return problem(request, status=422, code="invalid_input", detail=first, errors=errors)


def _of_api(error: exceptions.APIException, request: Request) -> Response:
    """A refusal of the framework: credentials, rights, method, media type, rate."""
    code = error.get_codes()
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(error.wait)))
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(getattr(request, "allowed_methods", ()))
    return problem(
        request,
        status=error.status_code,
        code="malformed" if code == "parse_error" else str(code),
        detail=str(error.detail),
        context=json_safe(getattr(error, "context", {})),
        headers=headers,
    )


def _of_surprise(error: Exception, request: Request) -> Response:
    """What nobody foresaw: logged in full, told in one sentence."""
    if isinstance(error, IntegrityError | DjangoValidationError):
        log.error("The database refused a write of the API.", exc_info=error)
        detail = _("This conflicts with what the books say.")
        return problem(request, status=409, code="conflict", detail=detail)
    log.error("The API failed.", exc_info=error)
    # Receivers know Django's request; DRF's would look the key up again, in a database that may just have failed.
    got_request_exception.send(sender=problem_response, request=request._request)
    if isinstance(error, OperationalError):
        detail = _("The books are busy. Repeat the request with the same Idempotency-Key.")
        return problem(request, status=503, code="busy", detail=detail, headers={"Retry-After": "1"})
    detail = _("Something went wrong on our side. Nothing was changed. Quote the request id.")
    return problem(request, status=500, code="internal_error", detail=detail)


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    """Each error with the path of its field, such as `lines[0].quantity`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            if isinstance(name, int):
                yield from _flat(inner, f"{path}[{name}]")
            else:
                step = "" if name == "non_field_errors" else name
                yield from _flat(inner, ".".join(filter(None, (path, step))))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            # A list of errors of one field, or a list of rows of which some are wrong.
            yield from _flat(inner, f"{path}[{index}]" if isinstance(inner, Mapping) else path)
    else:
        yield path, detail


def _body(request: Request) -> Any:
    """What was sent, if it could be read."""
    try:
        return request.data
    except exceptions.APIException:
        return {}


def _at(given: Any, path: str) -> Any:
    """The value at a path, or None."""
    for step in filter(None, re.split(r"[.\[\]]+", path)):
        if isinstance(given, Mapping):
            given = given.get(step)
        elif isinstance(given, list) and step.isdigit() and int(step) < len(given):
            given = given[int(step)]
        else:
            return None
    return given if path else None


def _shown(value: Any) -> Any:
    """A value short enough to repeat to its sender; no containers."""
    value = json_safe(value) if not isinstance(value, float) else repr(value)
    if isinstance(value, str):
        return value.replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode()[:_LONGEST_VALUE]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return str(value)[:_LONGEST_VALUE]
    return None if isinstance(value, list | dict) else value
