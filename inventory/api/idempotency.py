"""A request may be repeated without being done twice: the answer is stored under the caller's key, with the change itself.

The row is written last, in the change's own transaction. A copy of a request is done like the first and then finds its
key taken, or is refused because the first is done already (a shipment leaves once): either way its own work is rolled
back and it is answered with what the first stored. So the common case pays one statement, the rare one pays twice. Two
copies that arrive together queue at the rows they change, or at the unique key. A refusal stores nothing but the finding
it may carry.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from inventory.errors import DomainError, IdempotencyConflict
from inventory.findings import services as findings
from inventory.parties.models import IdempotentRequest
from inventory.statements import insert

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


def once(request: Request, change: Callable[[], tuple[int, Any]], *, look_first: bool = False) -> Answer:
    """Do `change` under the request's Idempotency-Key, or return what it answered before.

    `change` returns status and JSON-ready body; what it raises passes through. `look_first` spares a copy the work, where
    that leaves something behind which no rollback takes back, such as a file. Raises KeyMissing or IdempotencyConflict.
    """
    key, print_ = key_of(request), fingerprint(request)
    if look_first and (stored := _answered(request, key, print_)):
        return stored
    try:
        with findings.atomic():
            status_code, body = change()
            done = IdempotentRequest(
                client_id=request.auth.client_id,
                key=key,
                fingerprint=print_,
                status=status_code,
                # As text: PostgreSQL would put an object's names in an order of its own, and a replay is the same answer.
                body=json.dumps(body, ensure_ascii=False),
                created_at=timezone.now(),
            )
            insert([done])
            return Answer(status_code, body)
    except (DomainError, APIException, IntegrityError):
        stored = _answered(request, key, print_)
        if stored is None:
            raise
        return stored


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


def _answered(request: Request, key: str, print_: str) -> Answer | None:
    """The stored answer, if there is one. Raises IdempotencyConflict when the key came with another request."""
    row = IdempotentRequest.objects.filter(client=request.auth.client_id, key=key).first()
    if row is None:
        return None
    if row.fingerprint != print_:
        raise IdempotencyConflict(_("Idempotency-Key %(key)s was used for another request."), key=key)
    return Answer(row.status, json.loads(row.body), replayed=True)
