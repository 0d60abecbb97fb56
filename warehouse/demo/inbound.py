"""Goods coming in: a declaration is entered and cleared, a truck arrives, is counted and put away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from stdnum import iso6346

from inventory.customs import services as customs
from inventory.customs.models import LegalNotice
from inventory.customs.pedimento_models import Pedimento
from warehouse.demo import papers
from warehouse.demo.agenda import moment
from warehouse.demo.catalogue import Good
from warehouse.demo.papers import Line
from warehouse.demo.world import World
from warehouse.receiving import services as receiving
from warehouse.receiving.models import Receipt, ReceiptLine

OWNERS = ("CSQU", "MSKU", "HLXU", "OOLU", "TGHU", "TEMU")
STAGES = ("declared", "paid", "expected", "arrived", "counted", "closed")


@dataclass(frozen=True)
class Entry:
    """An inbound declaration and how it goes: what is over, short or damaged by SKU, and the last stage it reaches."""

    client: str
    regime: str
    key: str
    section: str
    patent: str
    cleared_on: date
    lines: Sequence[tuple[Good, Decimal]]
    mode: str = "7"
    off: Mapping[str, Decimal] = field(default_factory=dict)
    damaged: Mapping[str, Decimal] = field(default_factory=dict)
    wrong_seal: bool = False
    wrong_digit: bool = False
    is_examined: bool = False
    is_clearance_recorded: bool = True
    is_rebooked: bool = False
    until: str = "closed"


class Arrival:
    """One entry on its way into the books."""

    def __init__(self, world: World, entry: Entry) -> None:
        self.world, self.entry = world, entry
        self.site = world.zone(entry.regime)
        self.broker = world.people["aduanas"]
        self.pedimento: Pedimento
        self.receipt: Receipt
        self.box = self.seal = ""
        paid_on = entry.cleared_on - timedelta(days=1)
        self.lines = [Line(good, quantity, _batch(good, paid_on)) for good, quantity in entry.lines]

    def plan(self) -> None:
        """Put every step on the agenda, up to the stage the entry reaches."""
        day, zone = self.entry.cleared_on, self.site.time_zone
        steps = [
            (moment(day - timedelta(days=1), 17, zone=zone), self._enter),
            (moment(day, 11, zone=zone), self._clear),
            (moment(day, 18, zone=zone), self._expect),
            (moment(day + timedelta(days=1), 9, zone=zone), self._arrive),
            (moment(day + timedelta(days=1), 13, zone=zone), self._count),
            (moment(day + timedelta(days=1), 16, zone=zone), self._close),
        ]
        for at, step in steps[: STAGES.index(self.entry.until) + 1]:
            self.world.agenda.plan(at, step)

    def _enter(self, at: datetime) -> None:
        entry, on = self.entry, self.entry.cleared_on - timedelta(days=1)
        number = self.world.numbers.next(entry.section, entry.patent, on)
        self.box = container(OWNERS[int(number[-3:]) % len(OWNERS)], int(number[-6:]) * 37 % 10**6)
        self.seal = f"UL{int(number[-6:]) * 7919 % 10**7:07d}"
        data = papers.declaration(
            number=number,
            key=entry.key,
            operation="IMP",
            regime=entry.regime,
            place=self.world.place(entry.regime, entry.section),
            on=on,
            lines=self.lines,
            taxes=papers.DEFERRED[entry.regime],
            mode=entry.mode,
            invoice={"supplier": f"Proveedor {entry.lines[0][0].item.origin_country}"},
            entered_on=(on - timedelta(days=3)).isoformat(),
            update_option="FI" if entry.regime == "DFI" else "",
            identifiers=_identifiers(self.world, entry.regime),
            is_carried=not entry.off,  # one that will be rectified keeps the same value for each piece
            **papers.carriage(number, self.box, self.seal),
        )
        if entry.until == "declared":
            data = papers.unpaid(data)
        self.pedimento = customs.enter_pedimento(
            client=self.world.client(entry.client), data=data, at=at, actor=self.broker
        )

    def _clear(self, at: datetime) -> None:
        if self.entry.is_clearance_recorded:
            self.pedimento = customs.record_clearance(
                pedimento=self.pedimento,
                cleared_at=at,
                was_examined=self.entry.is_examined,
                at=at,
                actor=self.broker,
            )

    def _expect(self, at: datetime) -> None:
        if self.entry.is_rebooked:
            missed = receiving.expect(pedimento=self.pedimento, expected_on=at.date(), at=at, actor=self.broker)
            receiving.cancel(receipt=missed, at=at, actor=self.broker)
        self.receipt = receiving.expect(
            pedimento=self.pedimento, expected_on=at.date() + timedelta(days=1), at=at, actor=self.broker
        )

    def _arrive(self, at: datetime) -> None:
        chance = self.world.chance
        self.receipt = receiving.arrive(
            receipt=self.receipt,
            arrived_at=at,
            dock=self.world.dock(self.entry.regime),
            container_number=container(self.box[:4], int(self.box[4:10]), wrong=self.entry.wrong_digit),
            plates=f"{chance.randrange(10, 99)}AK{chance.randrange(1, 9)}B",
            driver=chance.choice(("J. Hernández", "M. Salazar", "R. Ibarra", "E. Tovar")),
            carrier=self.world.company.carriers[chance.choice(("tan", "cfn"))],
            seals=[receiving.SealCheck(self.seal, self.seal[:-1] + "X" if self.entry.wrong_seal else self.seal)],
            at=at,
            actor=self.world.hand(self.site),
        )

    def _count(self, at: datetime) -> None:
        lines = self.receipt.lines.select_related("subline__item")
        counts = {line.pk: self._counted(line) for line in lines}
        self.receipt = receiving.count(receipt=self.receipt, counts=counts, at=at, actor=self.world.hand(self.site))

    def _counted(self, line: ReceiptLine) -> receiving.Count:
        """What is found of one line."""
        sku = line.subline.item.sku
        damaged = self.entry.damaged.get(sku, Decimal(0))
        good = line.declared + self.entry.off.get(sku, Decimal(0)) - damaged
        return receiving.Count(
            good=good,
            damaged=damaged,
            location=self.world.shelf(self.entry.regime, self.world.good(sku)),
            note="Cajas mojadas" if damaged else "",
        )

    def _close(self, at: datetime) -> None:
        for notice in LegalNotice.objects.filter(document=self.receipt.number, closed_at=None).order_by("pk"):
            number = f"AV-{at:%y%m%d}-{notice.pk}"
            customs.close_notice(notice=notice, acknowledgement=number, at=at, actor=self.broker)
        receiving.close(receipt=self.receipt, at=at, actor=self.world.hand(self.site))


def container(owner: str, serial: int, *, wrong: bool = False) -> str:
    """A container number with its check digit, or with the next one.

    >>> container("CSQU", 305438), container("CSQU", 305438, wrong=True)
    ('CSQU3054383', 'CSQU3054384')
    """
    body = f"{owner}{serial:06d}"
    digit = int(iso6346.calc_check_digit(body))
    return f"{body}{(digit + wrong) % 10}"


def _batch(good: Good, on: date) -> str:
    """The batch of goods that come in batches."""
    return f"L{on:%y%m%d}" if good.is_batched else ""


def _identifiers(world: World, regime: str) -> list[dict[str, str]]:
    """The identifiers of Apéndice 8 that go with a regime."""
    licence = world.licence(regime).number
    if regime == "ITE":
        return [{"code": "IM", "complement_1": licence}]
    if regime == "DFI":
        return [{"code": "AG", "complement_1": "142"}, {"code": "SF", "complement_1": "1"}]
    return []
