"""Bare views: post an exit through the ORM, post it in raw SQL, list a hundred ledger rows."""

from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from warehouse.bench.floor import posting, raw
from warehouse.bench.floor.models import LedgerRow


class ExitInput(serializers.Serializer):
    """An exit of one item."""

    sku = serializers.CharField(max_length=64)
    quantity = serializers.DecimalField(max_digits=18, decimal_places=6)
    document = serializers.CharField(max_length=64)


class _Post(APIView):
    def post(self, request: Request) -> Response:
        """Post an exit."""
        given = ExitInput(data=request.data)
        given.is_valid(raise_exception=True)
        return Response({"id": self.write(**given.validated_data)}, status=201)

    def write(self, sku: str, quantity: Decimal, document: str) -> int:
        """The id of the movement."""
        raise NotImplementedError


class PostFifo(_Post):
    """Through the ORM."""

    def write(self, sku: str, quantity: Decimal, document: str) -> int:
        """The id of the movement."""
        at = timezone.now()
        return posting.post(sku, quantity, document, at.date(), at).pk


class PostFunc(_Post):
    """In raw SQL."""

    def write(self, sku: str, quantity: Decimal, document: str) -> int:
        """The id of the movement."""
        day = timezone.now().date().isoformat()
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                return raw.post(cursor, sku, int(quantity), document, day)
            return raw.post_sqlite(connection.connection.execute, sku, int(quantity), document, day)


class RowOutput(serializers.ModelSerializer):
    """A ledger row."""

    sku = serializers.CharField(source="goods.sku")
    document = serializers.CharField(source="movement.document")

    class Meta:
        model = LedgerRow
        fields = ["id", "sku", "document", "place", "quantity", "legal_date", "recorded_at"]


class Rows(APIView):
    """The newest hundred, uncounted."""

    def get(self, request: Request) -> Response:
        """The list."""
        rows = LedgerRow.objects.select_related("goods", "movement").order_by("-id")[:100]
        return Response({"results": RowOutput(rows, many=True).data})
