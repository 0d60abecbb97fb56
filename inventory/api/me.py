"""Who the caller is."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.endpoint import Endpoint
from inventory.api.fields import Moment
from inventory.api.rows import Output
from inventory.parties.models import ApiKey
from inventory.parties.roles import ApiScope


class KeyOutput(Output):
    """The key in use and its client."""

    client = serializers.CharField(source="client.code")
    client_name = serializers.CharField(source="client.name")
    rfc = serializers.CharField(source="client.rfc")
    key = serializers.CharField(source="name")
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = Moment(allow_null=True)


class Me(Endpoint):
    """The API key in use, its client and its scopes. Costs next to nothing: use it to try a key."""

    required_scope = ApiScope.READ
    model = ApiKey
    serializer_class = KeyOutput

    def get(self, request: Request) -> Response:
        """The key in use."""
        return Response(KeyOutput(request.auth).data)
