"""One round: every way once, those on one connection call by call in turn, the crowds one after another."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from inventory.models import Leg
from warehouse.bench import calls
from warehouse.bench.calls import Connection, Timed
from warehouse.bench.floor import posting, raw
from warehouse.bench.floor.tables import sku_of
from warehouse.bench.goals import Measure
from warehouse.bench.seeding import World
from warehouse.bench.sizes import Sizes

OPERATORS, READERS = 16, 8
HOT = 0  # the floor's item that everybody wants


@dataclass
class Bench:
    """What rounds are made of: the world, the sizes, and where the two servers listen."""

    world: World
    sizes: Sizes
    product: int
    floor: int
    serial: Iterator[int] = field(default_factory=lambda: count(1))

    def round(self, singles: int, crowd: int, lists: int) -> dict[str, Measure]:
        """Every way once."""
        found = {name: calls.timed_calls(deed, singles) for name, deed in self._in_process().items()}
        found |= self._alternate(self._singles(singles, lists))
        found |= self._crowds(crowd, lists * 2)
        return {name: Measure.of(timed) for name, timed in found.items()}

    def _in_process(self) -> dict[str, Callable[[], Any]]:
        """The floors without HTTP."""
        return {"floor: raw SQL": self._raw, "floor: ORM": self._orm}

    def _singles(self, singles: int, lists: int) -> dict[str, tuple[int, list[bytes]]]:
        """What goes over one connection each: the port and the requests."""
        world, product = self.world, self.product
        normal = world.pools["long"].take(singles)
        middle = str(world.today - timedelta(days=400))
        skus = [f"spread-{number % self.sizes.skus:05d}" for number in range(singles)]
        backdated = {"dispatched_at": (world.at - timedelta(days=970)).isoformat()}
        return {
            "floor: DRF + ORM": (self.floor, self._exits("fifo", singles)),
            "post": (product, self._posts("spread", singles)),
            "floor: DRF + raw": (self.floor, self._exits("func", singles)),
            "post short history": (product, self._posts("short", singles)),
            "post long history": (product, [self._step(number, "dispatch") for number in normal]),
            "post backdated": (product, self._posts("long", singles, **backdated)),
            "reversal": (product, [self._step(number, "reverse", reason="bench") for number in normal]),
            "empty call": (product, [self._get("me/")] * singles),
            "stock at a date": (product, [self._get(f"stock/?sku={sku}&as_of={middle}") for sku in skus]),
            "floor: list": (self.floor, [calls.request("GET", "/rows/")] * lists),
            "list": (product, [self._get("legs/")] * lists),
            "deep page": (product, [self._get(f"legs/?cursor={self._middle()}")] * lists),
        }

    def _alternate(self, ways: dict[str, tuple[int, list[bytes]]]) -> dict[str, Timed]:
        """One call of each way in turn, so that what disturbs one disturbs all."""
        lines = {port: Connection(port) for port in {port for port, _requests in ways.values()}}
        found = {name: Timed() for name in ways}
        for turn in range(max(len(requests) for _port, requests in ways.values())):
            for name, (port, requests) in ways.items():
                if turn < len(requests):
                    calls.one(lines[port], requests[turn], found[name])
        for line in lines.values():
            line.close()
        return found

    def _crowds(self, crowd: int, reads: int) -> dict[str, Timed]:
        """Sixteen operators, and eight readers."""
        here, there = self.product, self.floor
        ways = {
            "floor: 16 spread, ORM": (there, self._exits("fifo", crowd), OPERATORS),
            "16 operators, spread": (here, self._posts("spread", crowd), OPERATORS),
            "floor: 16 spread, raw": (there, self._exits("func", crowd), OPERATORS),
            "floor: 16 hot, ORM": (there, self._exits("fifo", crowd, hot=True), OPERATORS),
            "16 operators, hot": (here, self._posts("hot", crowd), OPERATORS),
            "floor: 16 hot, raw": (there, self._exits("func", crowd, hot=True), OPERATORS),
            "floor: list, 8 connections": (there, [calls.request("GET", "/rows/")] * reads, READERS),
            "list, 8 connections": (here, [self._get("legs/")] * reads, READERS),
        }
        return {name: calls.crowd(port, requests, many) for name, (port, requests, many) in ways.items()}

    def _posts(self, pool: str, times: int, **body: Any) -> list[bytes]:
        """The product's way: dispatch prepared shipments of one line."""
        return [self._step(number, "dispatch", **body) for number in self.world.pools[pool].take(times)]

    def _step(self, number: str, step: str, **body: Any) -> bytes:
        """One step of a shipment, under a key of its own."""
        return calls.request(
            "POST",
            f"/api/v1/shipments/{number}/{step}/",
            json.dumps(body),
            Authorization=f"Bearer {self.world.token}",
            Idempotency_Key=f"bench-{next(self.serial)}",
        )

    def _get(self, path: str) -> bytes:
        return calls.request("GET", f"/api/v1/{path}", Authorization=f"Bearer {self.world.token}")

    def _exits(self, way: str, times: int, *, hot: bool = False) -> list[bytes]:
        """The floor's way: one exit of one piece each."""
        return [
            calls.request("POST", f"/{way}/", json.dumps({**self._exit(hot=hot), "quantity": "1"}))
            for _turn in range(times)
        ]

    def _exit(self, *, hot: bool = False) -> dict[str, str]:
        number = next(self.serial)
        return {"sku": sku_of(HOT if hot else 1 + number % self.sizes.skus), "document": f"D-{number}"}

    def _orm(self) -> None:
        """One exit through the ORM, here."""
        now = timezone.now()
        posting.post(quantity=Decimal(1), day=now.date(), at=now, **self._exit())

    def _raw(self) -> None:
        """One exit in raw SQL, here."""
        day = date.today().isoformat()  # noqa: DTZ011  any day will do
        with transaction.atomic():
            bare = connection.connection
            if connection.vendor == "postgresql":
                with bare.cursor() as cursor:
                    raw.post(cursor, quantity=1, day=day, **self._exit())
            else:
                raw.post_sqlite(bare.execute, quantity=1, day=day, **self._exit())

    def _middle(self) -> str:
        """A cursor of the list of legs that stands in the middle of the table."""
        middle = (Leg.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) // 2
        return urlsafe_b64encode(json.dumps(["-id", False, [middle]]).encode()).decode()
