"""What every endpoint is made of: find the thing within the key's scope, make one call, draw what came back."""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated, NotFound, Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.filters import Filters, StrictFilterBackend
from inventory.api.idempotency import REPLAYED, once
from inventory.api.parsers import StrictJSONParser, UploadParser, refuse_large
from inventory.api.schema import ApiSchema
from inventory.api.throttling import AddressThrottle
from inventory.parties.models import Client
from inventory.parties.roles import ApiScope
from inventory.parties.scope import Actor, ClientScope

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class VersionMoved(APIException):
    """The thing changed since the caller read it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "version_moved"
    default_detail = translation.gettext_lazy("It was changed since you read it: read it again, then decide.")


class Endpoint(GenericAPIView):
    """One URL of the API. A subclass names its scopes; what names none is refused."""

    required_scope: ClassVar[ApiScope | None] = None
    write_scope: ClassVar[ApiScope | None] = None
    schema = ApiSchema()
    filter_backends = [StrictFilterBackend]
    parser_classes = [StrictJSONParser]
    model: ClassVar[type[models.Model]]

    # Whose rows: the path from a row to its client, or None for lists that are the same for every client.
    client_path: ClassVar[str | None] = "client"

    @property
    def scope(self) -> ClientScope:
        """The rows this key may see."""
        return ClientScope.of(self.request.auth.client_id)

    @property
    def client(self) -> Client:
        """The client whose key this is."""
        return self.request.auth.client

    @property
    def actor(self) -> Actor:
        """Who acts, for the books."""
        return Actor(label=str(self.request.user))

    def get_queryset(self) -> QuerySet[Any]:
        """The rows of the endpoint, never another client's."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.own(self.rows(), self.client_path)

    def rows(self) -> QuerySet[Any]:
        """All rows, before anyone's rights are looked at."""
        return self.model._default_manager.order_by()

    def own(self, rows: QuerySet[Any], client_path: str | None = "client") -> QuerySet[Any]:
        """Only this client's rows."""
        return rows if client_path is None else self.scope.filter(rows, client_path)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in English, or in Spanish to those who ask for it, with the id of the request."""
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex  # type: ignore[attr-defined]
        with translation.override(language_of(request)):
            response = super().dispatch(request, *args, **kwargs)
        response["Content-Language"] = language_of(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        response["Cache-Control"] = "private, no-store" if response.status_code >= 400 else "private, no-cache"
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what no endpoint takes: bodies too large, names with characters no name has."""
        request.allowed_methods = self.allowed_methods
        super().initial(request, *args, **kwargs)
        if any("\x00" in str(value) for value in kwargs.values()):
            raise NotFound
        refuse_large(request)

    def handle_exception(self, exc: Exception) -> Response:
        """The problem; who guesses keys soon has to wait."""
        if isinstance(exc, AuthenticationFailed | NotAuthenticated):
            guesses = AddressThrottle()
            if not guesses.allow_request(self.request, self):
                exc = Throttled(guesses.wait())
        return super().handle_exception(exc)


class ListEndpoint(Endpoint):
    """A list in pages, read without a model instance per row."""

    required_scope = ApiScope.READ
    filterset_class: ClassVar[type[Filters] | None] = None
    orderings: ClassVar[Mapping[str, tuple[str, ...]]] = {"-id": ("-id",), "id": ("id",)}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of the list."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(page)

    def read_rows(self, rows: QuerySet[Any], keys: list[str]) -> list[tuple[dict[str, Any], tuple[Any, ...]]]:
        """The page's rows with their cursor keys, for the paginator."""
        return self.serializer_class.reader().read(rows, keys)


class DetailEndpoint(Endpoint):
    """One thing, named in the URL."""

    required_scope = ApiScope.READ

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The thing, with its parts; an `ETag` where it has a version."""
        thing = self.thing()
        tag = tag_of(thing)
        if tag and tag in _tags(request.headers.get("If-None-Match", "")):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        body = self.serializer_class(thing, context={"request": request}).data
        return Response(body, headers={"ETag": tag} if tag else None)

    def thing(self) -> Any:
        """The thing that the URL names, if it is this client's. Raises NotFound."""
        return find(self.get_queryset(), **self.kwargs)


class Writes:
    """For endpoints that change something: one answer per Idempotency-Key, in one transaction with the change."""

    request: Request

    def change(
        self,
        input_class: type[serializers.Serializer] | None,
        act: Callable[[dict[str, Any]], dict[str, Any]],
        *,
        status_code: int = status.HTTP_200_OK,
        look_first: bool = False,
    ) -> Response:
        """Validate the body, do `act` with its values, and answer with the body it returns."""

        def do() -> tuple[int, Any]:
            values: dict[str, Any] = {}
            if input_class is not None:
                given = input_class(data=self.request.data, context={"view": self, "request": self.request})
                given.is_valid(raise_exception=True)
                values = given.validated_data
            return status_code, act(values)

        answer = once(self.request, do, look_first=look_first)
        headers = {REPLAYED: "true"} if answer.replayed else None
        return Response(answer.body, status=answer.status, headers=headers)

    def named(self, rows: QuerySet[Any], **names: Any) -> Any:
        """The client's own thing that the URL names, locked against others if the caller has seen a version of it.

        Raises NotFound, VersionMoved.
        """
        asked = _tags(self.request.headers.get("If-Match", ""))
        if not asked:
            return find(rows, **names)
        thing = find(rows.select_for_update(of=("self",)), **names)
        if "*" not in asked and tag_of(thing) not in asked:
            raise VersionMoved
        return thing


def find(rows: QuerySet[Any], **names: Any) -> Any:
    """The one row of these names. Raises NotFound."""
    return there(rows.filter(**names).first())


def there(thing: Any) -> Any:
    """The thing. Raises NotFound if it is None: what is not there and what is another's look the same."""
    if thing is None:
        raise NotFound(translation.gettext("There is no such thing, or not for this API key."))
    return thing


def tag_of(thing: Any) -> str:
    """The ETag of a thing that carries a version, else nothing."""
    version = getattr(thing, "version", None)
    return f'"{version}"' if isinstance(version, int) else ""


def _tags(header: str) -> list[str]:
    """The tags of an If-Match or If-None-Match header."""
    return [part.strip().removeprefix("W/") for part in header.split(",") if part.strip()]


def language_of(request: HttpRequest) -> str:
    """English, unless the caller puts Spanish first."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500].lower()):
        if code.startswith("es"):
            return settings.LANGUAGE_CODE
        if code.startswith("en"):
            break
    return "en"


__all__ = [
    "DetailEndpoint",
    "Endpoint",
    "ListEndpoint",
    "UploadParser",
    "VersionMoved",
    "Writes",
    "find",
    "language_of",
    "there",
]
