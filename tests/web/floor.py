"""A warehouse floor for tests of pages: a bonded zone with shelves, a US DC, a client's goods, and the people who work there."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client as Browser
from django.utils import timezone

from inventory.customs.pedimento_models import Pedimento
from inventory.models import Account, BondedLot, Item, Location, Lot, Site, SiteAssignment, User
from tests.builders import (
    make_authorisation,
    make_client,
    make_item,
    make_location,
    make_pedimento,
    make_user,
    pedimento_number,
)
from tests.scenarios.world import ACTOR, declaration, load_law, make_dc, make_zone
from warehouse.models import Receipt, Shipment
from warehouse.receiving import services as receiving
from warehouse.shipping import services as shipping

MEXICO = ZoneInfo("America/Mexico_City")


@dataclass
class Floor:
    """What there is, and how to come in as somebody."""

    client: Any
    other_client: Any
    zone: Site
    far_zone: Site
    dc: Site
    authorisation: Any
    item: Item
    shelf: Location
    dock: Location

    def come_in(
        self, role: str, *, sites: tuple[Site, ...] = (), client: Any = None, name: str | None = None
    ) -> Browser:
        """A browser of a person of this role, bound to sites where told. Its pages are in English."""
        user = make_user(name, role=role, client=client, language="en")
        for site in sites:
            SiteAssignment.objects.create(user=user, site=site)
        return browser_of(user)

    def operator(self, *sites: Site, name: str | None = None) -> Browser:
        """An operator of these sites, of the zone and the DC unless told otherwise."""
        return self.come_in("operator", sites=sites or (self.zone, self.dc), name=name)

    def stranger(self) -> Browser:
        """An operator of another zone."""
        return self.operator(self.far_zone)

    def declared(self, lines: list[dict] | None = None, **header: Any) -> dict:
        """A declaration of today that the books accept."""
        today = timezone.localdate().isoformat()
        lines = lines or [{"sku": self.item.sku, "quantity": 100, "value": 1000, "batch": "L1"}]
        header = {"entered_on": today, "paid_on": today, **header}
        number = header.pop("number", None) or fresh_number()
        return declaration(number, self.zone, self.authorisation, lines, **header)

    def entered(self, lines: list[dict] | None = None, **header: Any) -> Pedimento:
        """A pedimento of today in the books, paid."""
        from inventory.customs import services as customs

        data = self.declared(lines, **header)
        return customs.enter_pedimento(client=self.client, data=data, at=timezone.now(), actor=ACTOR)

    def leaves(self, quantity: int = 100, **header: Any) -> Pedimento:
        """A paid outbound pedimento for so many of the item."""
        line = {"sku": self.item.sku, "quantity": quantity, "value": 1000}
        return self.entered([line], **{"operation": "EXP", "document_key": "J4", "regime": "RFS", **header})

    def expected(self, pedimento: Pedimento | None = None) -> Receipt:
        """A receipt that is expected."""
        return receiving.expect(pedimento=pedimento or self.entered(), at=timezone.now(), actor=ACTOR)

    def arrived(self, pedimento: Pedimento | None = None) -> Receipt:
        """A receipt whose vehicle is at the dock."""
        now = timezone.now()
        return receiving.arrive(receipt=self.expected(pedimento), arrived_at=now, dock=self.dock, at=now, actor=ACTOR)

    def counted(self, pedimento: Pedimento | None = None, short: int = 0) -> Receipt:
        """A receipt with every line counted."""
        receipt = self.arrived(pedimento)
        counts = {line.pk: receiving.Count(line.declared - short, location=self.shelf) for line in receipt.lines.all()}
        return receiving.count(receipt=receipt, counts=counts, at=timezone.now(), actor=ACTOR)

    def stocked(self, quantity: int = 100) -> BondedLot:
        """So many of the item on the shelf, and their bonded lot."""
        line = {"sku": self.item.sku, "quantity": quantity, "value": quantity * 10, "batch": "L1"}
        receipt = self.counted(self.entered([line]))
        receiving.close(receipt=receipt, at=timezone.now(), actor=ACTOR)
        return BondedLot.objects.get(subline__line__pedimento=receipt.pedimento)

    def account(self) -> Account:
        """The item's account in bond."""
        return Account.objects.get(item=self.item, authorisation=self.authorisation)

    def lot(self) -> Lot:
        """The item's lot in bond."""
        return Lot.objects.get(account=self.account())

    def shipment(self, upto: str = "draft", quantity: int = 40) -> Shipment:
        """A shipment to the DC, as far as told."""
        now = timezone.now()
        wanted = [shipping.Wanted(self.item, Decimal(quantity))]
        one = shipping.draft(
            client=self.client, origin=self.zone, destination=self.dc, wanted=wanted, at=now, actor=ACTOR
        )
        steps = {
            "reserved": lambda: shipping.reserve(shipment=one, at=now, actor=ACTOR),
            "picked": lambda: shipping.pick(shipment=one, dock=self.dock, at=now, actor=ACTOR),
            "cleared": lambda: shipping.assign_pedimento(
                shipment=one, pedimento=self.leaves(quantity), at=now, actor=ACTOR
            ),
            "dispatched": lambda: shipping.dispatch(shipment=one, at=now, actor=ACTOR, seal="S-1"),
        }
        for state, step in steps.items():
            if one.state == upto:
                break
            one = step()
            assert one.state == state
        return one


def make_floor() -> Floor:
    """The floor, with the law loaded and nothing on its shelves."""
    load_law()
    zone, far = make_zone("slp"), make_zone("far")
    client = make_client("acme", name="Acme Rodamientos")
    return Floor(
        client=client,
        other_client=make_client("other", name="Otra Compañía"),
        zone=zone,
        far_zone=far,
        dc=make_dc("dallas"),
        authorisation=make_authorisation("RFS", site=zone, number="RFE-1"),
        item=make_item(client, "RUEDA-75", description="Rueda giratoria", gtin="4006381333931"),
        shelf=Location.objects.get(site=zone, code="A-01-RFS"),
        dock=Location.objects.get(site=zone, code="ANDEN-RFS"),
    )


def fresh_number() -> str:
    """A valid number of this year."""
    return pedimento_number(year=timezone.localdate().year % 100)


def browser_of(user: User) -> Browser:
    """A browser with this user's session."""
    browser = Browser()
    browser.force_login(user)
    return browser


def text_of(response: Any) -> str:
    """What a page says, without its tags and extra blanks."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\xa0", " ").split())


def key_in(response: Any) -> str:
    """The key of the form on a page, which makes sending it twice harmless."""
    return re.search(r'name="key" value="([0-9a-f]+)"', response.content.decode())[1]


def local(moment: Any, zone: str = "America/Mexico_City") -> str:
    """A moment as a person at a site types it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def a_minute_ago() -> Any:
    """A moment that is past, to the minute."""
    return timezone.now() - timedelta(minutes=1)


__all__ = [
    "MEXICO", "Floor", "a_minute_ago", "browser_of", "fresh_number", "key_in", "local", "make_floor", "make_location",
    "make_pedimento", "text_of",
]  # fmt: skip
