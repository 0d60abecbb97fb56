"""Declarations that are not made in one piece: a rectification of what was short, and consolidated ones of several trucks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from inventory.customs import services as customs
from inventory.customs.pedimento_models import Pedimento
from warehouse.demo import papers
from warehouse.demo.agenda import Deed, moment
from warehouse.demo.catalogue import Good
from warehouse.demo.inbound import Arrival
from warehouse.demo.papers import Line
from warehouse.demo.world import World
from warehouse.receiving import services as receiving


def rectify(world: World, arrival: Arrival, days_later: int) -> None:
    """Plan an R1 that states what was really counted of an entry."""

    def deed(at: datetime) -> None:
        entry, original = arrival.entry, arrival.pedimento
        lines = [
            replace(line, quantity=line.quantity + entry.off.get(line.good.sku, Decimal(0))) for line in arrival.lines
        ]
        data = papers.declaration(
            number=world.numbers.next(entry.section, entry.patent, at.date()),
            key="R1", operation="IMP", regime=entry.regime,
            place=world.place(entry.regime, entry.section),
            on=at.date(), rate_of=original.paid_on, lines=lines,
            taxes=papers.DEFERRED[entry.regime], mode=entry.mode, rectifies=original.number,
            remarks="Faltante declarado en el recibo",
        )  # fmt: skip
        actor = world.people["aduanas"]
        r1 = customs.enter_pedimento(client=world.client(entry.client), data=data, at=at, actor=actor)
        customs.rectify(rectification=r1, at=at, actor=actor)

    day = arrival.entry.cleared_on + timedelta(days=days_later)
    world.agenda.plan(moment(day, 12, zone=arrival.site.time_zone), deed)


class Consolidated:
    """A consolidated declaration of the zone: opened, filled truck by truck, and closed after some days, or not yet."""

    def __init__(self, world: World, client: str, section: str, patent: str, opened_on: date) -> None:
        self.world, self.client, self.section, self.patent, self.opened_on = world, client, section, patent, opened_on
        self.site = world.zone("RFS")
        self.pedimento: Pedimento

    def plan(self, lines: Sequence[tuple[Good, Decimal]], trucks: Sequence[int], closes_after: int = 0) -> None:
        """`trucks` says how many lines come with each; what is left over is still to come. No closing after 0 days."""
        zone = self.site.time_zone
        self.world.agenda.plan(moment(self.opened_on, 9, zone=zone), lambda at: self._open(lines, at))
        first = 0
        for number, size in enumerate(trucks, start=1):
            at = moment(self.opened_on + timedelta(days=number), 10, zone=zone)
            self.world.agenda.plan(at, self._truck(first, first + size))
            first += size
        if closes_after:
            closing = moment(self.opened_on + timedelta(days=closes_after), 16, zone=zone)
            self.world.agenda.plan(closing, self._close)

    def _open(self, lines: Sequence[tuple[Good, Decimal]], at: datetime) -> None:
        data = papers.declaration(
            number=self.world.numbers.next(self.section, self.patent, self.opened_on),
            key="M3", operation="IMP", regime="RFS", place=self.world.place("RFS", self.section),
            on=self.opened_on, lines=[Line(good, quantity) for good, quantity in lines],
            taxes=papers.DEFERRED["RFS"], is_consolidated=True, consolidated_opened_on=self.opened_on.isoformat(),
        )  # fmt: skip
        data = papers.unpaid(data)
        self.pedimento = customs.enter_pedimento(
            client=self.world.client(self.client), data=data, at=at, actor=self.world.people["aduanas"]
        )

    def _truck(self, first: int, last: int) -> Deed:
        """What comes with one truck."""

        def deed(at: datetime) -> None:
            hand, dock = self.world.hand(self.site), self.world.dock("RFS")
            lines = self.pedimento.lines.filter(seq__gt=first, seq__lte=last).prefetch_related("sublines")
            sublines = [subline for line in lines for subline in line.sublines.all()]
            receipt = receiving.expect(pedimento=self.pedimento, sublines=sublines, at=at, actor=hand)
            receipt = receiving.arrive(receipt=receipt, arrived_at=at, dock=dock, at=at, actor=hand)
            counts = {
                line.pk: receiving.Count(
                    line.declared, location=self.world.shelf("RFS", self.world.good(line.subline.item.sku))
                )
                for line in receipt.lines.select_related("subline__item")
            }
            receipt = receiving.count(receipt=receipt, counts=counts, at=at, actor=hand)
            receiving.close(receipt=receipt, at=at, actor=hand)

        return deed

    def _close(self, at: datetime) -> None:
        customs.close_consolidated(
            pedimento=self.pedimento, closed_on=at.date(), paid_on=at.date(), at=at, actor=self.world.people["aduanas"]
        )
