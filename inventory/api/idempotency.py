"""A request may be repeated without being done twice: the answer is stored under the caller's key, with the change itself.

The row is written first, in the change's own transaction: of two copies that arrive together the second waits for the
first, and then answers with what the first stored. A refusal rolls everything back and stores nothing.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from inventory.errors import IdempotencyConflict
from inventory.parties.models import IdempotentRequest

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,80}")


class KeyMissing(APIException):
    """A request that changes something came without its key, or with one that cannot be."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_required"
    default_detail = _("Send an Idempotency-Key header of 1 to 80 printable ASCII characters, new for each change.")


@dataclass(frozen=True)
class Answer:
    """A success: what it says, and whether it was said before."""

    status: int
    body: Any
    replayed: bool = False


def once(request: Request, change: Callable[[], tuple[int, Any]]) -> Answer:
    """Do `change` under the request's Idempotency-Key, or return what it answered before.

    `change` returns status and JSON-ready body; what it raises passes through. Raises KeyMissing or IdempotencyConflict.
    """
    key = key_of(request)
    print_ = fingerprint(request)
    claimed = False
    try:
        with transaction.atomic():
            row = IdempotentRequest(
                client_id=request.auth.client_id,
                key=key,
                fingerprint=print_,
                status=0,
                body={},
                created_at=timezone.now(),
            )
            row.save(force_insert=True)
            claimed = True
            row.status, row.body = change()
            row.save(update_fields=["status", "body"])
            return Answer(row.status, row.body)
    except IntegrityError:
        if claimed:
            raise
    return _answered(request, key, print_)


def key_of(request: Request) -> str:
    """The request's key. Raises KeyMissing."""
    key = request.headers.get(HEADER, "").strip()
    if not _KEY.fullmatch(key):
        raise KeyMissing
    return key


def fingerprint(request: Request) -> str:
    """A digest of method, path and content: the order of names and blanks between them do not matter."""
    content = {name: _content(value) for name, value in request.data.items()}
    text = json.dumps([request.method, request.path, content], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _content(value: Any) -> Any:
    """A value of the body; a file by the digest of its bytes."""
    if not isinstance(value, UploadedFile):
        return value
    digest = sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]


def _answered(request: Request, key: str, print_: str) -> Answer:
    """The stored answer. Raises IdempotencyConflict when the key came with another request."""
    row = IdempotentRequest.objects.get(client=request.auth.client_id, key=key)
    if row.fingerprint != print_:
        raise IdempotencyConflict(_("Idempotency-Key %(key)s was used for another request."), key=key)
    return Answer(row.status, row.body, replayed=True)
