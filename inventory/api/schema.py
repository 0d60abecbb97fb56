"""The OpenAPI schema: what holds for every operation is said here once."""

import inspect
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiTypes
from rest_framework import serializers

from inventory.api.permissions import scope_for

PROBLEM_TYPE = "application/problem+json"


class ProblemEntry(serializers.Serializer):
    """One value that is wrong."""

    field = serializers.CharField(help_text="Such as `lines[0].quantity`; empty when it is the whole.")
    value = serializers.JSONField(allow_null=True, help_text="What was given, if it is short.")
    rule = serializers.CharField(help_text="The rule it breaks; never changes.")
    message = serializers.CharField(help_text="For people, in the language asked for.")


class Problem(serializers.Serializer):
    """Why a request was refused (RFC 9457)."""

    type = serializers.CharField(help_text="`urn:recinto:problem:` and the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people, with the numbers.")
    code = serializers.CharField(help_text="For programs; never changes.")
    instance = serializers.CharField()
    request_id = serializers.CharField(help_text="Quote it when you ask us.")
    errors = ProblemEntry(many=True)
    context = serializers.DictField(help_text="The numbers behind the refusal.")


_READ = {
    400: "The request cannot be read.",
    401: "No API key, or none that is valid.",
    403: "The key lacks the scope, or may not be used from here.",
    406: "Only JSON is spoken here.",
    422: "A value breaks a rule: `errors` names field, value and rule.",
    429: "Too many requests: wait as long as `Retry-After` says.",
    503: "The books are busy: repeat the request as it was.",
}
_NAMED = {404: "There is no such thing, or not for this key."}
_WRITE = {
    409: "The books say otherwise, or the Idempotency-Key was used for another request.",
    412: "It was changed since you read it.",
    413: "The body is too large.",
    415: "The body has a media type this endpoint does not read.",
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]{1,80}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="New for each change. The same key with the same request gets the same answer, and nothing is done twice.",
    examples=[OpenApiExample("key", value="6d0f3c1e-5a0e-4a65-9d59-6f2b1e3f7c11")],
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag you read: refused if it changed since."
)
LANGUAGE = OpenApiParameter(
    "Accept-Language", OpenApiTypes.STR, OpenApiParameter.HEADER, description="`en` (default) or `es`, for messages."
)


_TOPICS = {
    "Customs": "pedimentos pedimento-lines bonded-lots discharges lot-corrections differences notices",
    "Stock": "accounts stock stock-by-site reservations postings legs",
    "Receiving": "receipts",
    "Shipping": "shipments milestones deliveries movement-orders",
    "Demand and placement": "demand demand-orders demand-imports demand-order-imports placement-runs placement-levels "
    "level-overrides planned-events recommendations scenarios scenario-results backtests track-record",
    "Catalog": "items",
    "Places and partners": "sites locations markets authorisations carriers brokers",
    "Work": "me jobs findings",
    "Reference": "reference",
}
_TOPIC_OF = {word: topic for topic, words in _TOPICS.items() for word in words.split()}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the key is described in the schema."""

    target_class = "inventory.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A client's API key: `rk_<prefix>_<secret>`."}


class ApiSchema(AutoSchema):
    """Adds the problems, the headers and the scopes that every operation has."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        """The headers every operation takes."""
        if self.method in {"GET", "HEAD"}:
            return [LANGUAGE]
        versioned = [IF_MATCH] if getattr(self.view, "is_versioned", False) else []
        return [IDEMPOTENCY_KEY, *versioned, LANGUAGE]

    def get_description(self) -> str:
        """The docstring, and the scope the key needs."""
        scope = scope_for(self.view, self.method)
        handler = getattr(type(self.view), self.method.lower())
        shared = handler.__qualname__.split(".")[0] in {"ListEndpoint", "DetailEndpoint"}
        text = inspect.cleandoc(type(self.view).__doc__ or "") if shared else super().get_description()
        return f"{text}\n\nScope: `{scope.value}`." if scope else text

    def get_summary(self) -> str:
        """The first sentence of the description."""
        return self.get_description().split("\n")[0].split(". ")[0].rstrip(".")

    def get_tags(self) -> list[str]:
        """The topic of the URL."""
        return [_TOPIC_OF[self._tokenize_path()[0]]]

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A list is a GET of a view that has orders."""
        return self.method == "GET" and hasattr(self.view, "orderings")

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """The answers, and the problems beside them."""
        responses = super()._get_response_bodies(direction)
        component = self.resolve_serializer(Problem(), direction)
        reasons = {**_READ, **(_NAMED if "{" in self.path else {})}
        if self.method not in {"GET", "HEAD"}:
            reasons |= _WRITE | _NAMED
        elif hasattr(self.view, "is_versioned"):
            responses["304"] = {"description": "Not changed since the ETag in If-None-Match."}
        for code, reason in sorted(reasons.items()):
            content = {PROBLEM_TYPE: {"schema": component.ref}}
            responses.setdefault(str(code), {"description": reason, "content": content})
        return dict(sorted(responses.items()))
