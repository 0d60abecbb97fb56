"""What every chapter of the story is handed: the simulated clock, chance, places, parties, items and people."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from inventory.models import Authorisation, Client, Location, Site
from inventory.parties.scope import Actor
from warehouse.demo.agenda import Agenda, weekday_before
from warehouse.demo.catalogue import Good
from warehouse.demo.company import Company
from warehouse.demo.market import Demand
from warehouse.demo.papers import Numbers

ZONE_OF = {"RFS": "slp", "ITE": "nld", "DFI": "nld"}
FLOOR = {"slp": "operador.slp", "nld": "operador.nld"}


@dataclass
class World:
    """One telling of the story. Whoever draws from `chance` does so in a fixed order."""

    today: date
    agenda: Agenda
    chance: Random
    sites: dict[str, Site]
    company: Company
    goods: dict[str, list[Good]]
    people: dict[str, Actor]
    demand: Demand
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def now(self) -> datetime:
        """The moment the story ends."""
        return self.agenda.now

    def client(self, code: str) -> Client:
        """A client by its code."""
        return self.company.clients[code]

    def zone(self, regime: str) -> Site:
        """The zone where goods under a regime lie."""
        return self.sites[ZONE_OF[regime]]

    def licence(self, regime: str) -> Authorisation:
        """The authorisation behind a regime."""
        return self.company.authorisations[regime]

    def hand(self, site: Site) -> Actor:
        """Who works on the floor of a zone."""
        return self.people[FLOOR[site.code]]

    def good(self, sku: str) -> Good:
        """An item by its SKU."""
        return next(good for goods in self.goods.values() for good in goods if good.sku == sku)

    def ago(self, days: int) -> date:
        """A working day so many days before today."""
        return weekday_before(self.today - timedelta(days=days))

    def place(self, regime: str, section: str) -> dict[str, str]:
        """Where a declaration says goods are and under which licence."""
        return {
            "site": self.zone(regime).code,
            "authorisation": self.licence(regime).number,
            "customs_section": section,
        }

    def shelf(self, regime: str, good: Good) -> Location:
        """The bin where an item is put away."""
        bins = Location.objects.filter(site=self.zone(regime), regime=regime, kind=Location.Kind.STORAGE)
        ordered = list(bins.order_by("code"))
        return ordered[(good.series * 5) % len(ordered)]

    def dock(self, regime: str, number: int = 1) -> Location:
        """A dock for goods under a regime."""
        return Location.objects.get(site=self.zone(regime), code=f"{regime}-ANDEN-{number}")


def in_packs(quantity: Decimal, good: Good, *, up: bool = True) -> Decimal:
    """A quantity in whole packs of an item."""
    packs, rest = divmod(quantity, good.item.pack_size)
    return (packs + (1 if up and rest else 0)) * good.item.pack_size
