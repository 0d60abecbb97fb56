"""Weeks of a supply chain played for many settings at once: what arrives, leaves, is sold, is lost, and what it costs. Pure.

Source: placement.md §1 (the order of a week), §11 (docs/placement.md). Lead times are drawn once per lane and week, the same for
all settings and policies, so that their difference is theirs and not chance's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import ceil

import numpy as np

from inventory.placement.engine.chain import Chain
from inventory.placement.engine.model import Floats, Ints, LeadTime

START_MEAN, START_DC, START_BOND = 13, 2, 3.0


@dataclass
class Tally:
    """Sums over the counted weeks, per setting and item; trucks and freight per setting. Money, units and values.

    `cut` is the value of what a policy asked a site for beyond what lay there.
    """

    hold_bond: Floats
    hold_dc: Floats
    short: Floats
    expired: Floats
    asked: Floats
    served: Floats
    value_bond: Floats
    value_dc: Floats
    on_road: Floats
    cut: Floats
    freight: Floats
    trucks: Floats
    weeks: int

    @classmethod
    def empty(cls, settings: int, items: int) -> "Tally":
        """Nothing counted yet."""
        per_item = {
            f.name: np.zeros((settings, items)) for f in fields(cls) if f.name not in ("freight", "trucks", "weeks")
        }
        return cls(**per_item, freight=np.zeros(settings), trucks=np.zeros(settings), weeks=0)

    @property
    def by_item(self) -> Floats:
        """Holding, shortage and expiry, per setting and item."""
        return self.hold_bond + self.hold_dc + self.short + self.expired

    @property
    def controllable(self) -> Floats:
        """Holding, shortage, expiry and trucks, as a percentage of what was asked for, per setting."""
        asked = self.asked.sum(axis=1)
        return np.asarray(100 * (self.by_item.sum(axis=1) + self.trucks) / np.where(asked > 0, asked, 1.0))

    @property
    def fill(self) -> Floats:
        """The share of the value asked for that was served at once, per setting."""
        asked = self.asked.sum(axis=1)
        return np.asarray(np.where(asked > 0, self.served.sum(axis=1) / np.where(asked > 0, asked, 1.0), 1.0))


def draws(lead_times: Sequence[tuple[str, LeadTime]], weeks: int, seed: int) -> Ints:
    """Whole weeks for each named lead time and each week of shipping; a name's draws do not depend on the others."""
    found = np.zeros((len(lead_times), weeks), dtype=np.int64)
    for n, (name, lead) in enumerate(lead_times):
        own = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
        chance = np.random.default_rng([seed, own]).random(weeks)
        whole = lead.whole
        place = np.minimum(np.searchsorted(np.cumsum(whole.probs), chance), len(whole.weeks) - 1)
        found[n] = np.array(whole.weeks)[place]
    return found


class Simulation:
    """A chain played over some columns of its demand, one week each. Arrays are (setting, item, DC) or (setting, item, site).

    A week of which nobody knows the demand is left out by its caller: time stands still.
    """

    def __init__(self, chain: Chain, demand: Floats, *, settings: int, columns: Sequence[int], seed: int) -> None:
        self.chain, self.demand, self.columns, self.played = chain, demand, tuple(columns), 0
        weeks = len(self.columns)
        items, dcs, sites = len(chain.value), len(chain.dcs), len(chain.sites)
        self.lane_weeks = draws([(lane.name, lane.lead_time) for lane in chain.lanes], weeks, seed)
        self.supply_weeks = draws([(name, lead) for name, lead in chain.supplies], weeks, seed)
        longest = 1 + max([1, *(int(w) for lane in chain.lanes for w in lane.lead_time.whole.weeks)])
        longest_supply = 1 + max([1, *(int(w) for _name, lead in chain.supplies for w in lead.whole.weeks)])
        self.on_hand = np.zeros((settings, items, dcs))
        self.in_bond = np.zeros((settings, items, sites))
        self.backlog = np.zeros((settings, items, dcs))
        self.inbound = np.zeros((longest, settings, items, dcs))
        self.on_order = np.zeros((longest_supply, settings, items, sites))
        self.arrived: list[Floats] = []
        self.left = np.zeros((settings, items, sites))
        self.tally = Tally.empty(settings, items)

    def start_plain(self) -> None:
        """Stock for the lead time and 2 weeks at DCs and 3 in bond, and the mean flow on the way, by the last 13 weeks."""
        chain = self.chain
        past = self.demand[:, :, max(0, self.columns[0] - START_MEAN) : self.columns[0]]
        known = ~np.isnan(past)
        rate = np.where(known, past, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
        lead = chain.lead_mean
        self.on_hand[:] = rate * (np.round(lead) + START_DC)
        at_site = chain.by_site(rate[None])[0]
        self.in_bond[:] = START_BOND * at_site
        for weeks in range(len(self.inbound)):
            self.inbound[weeks] = rate * (weeks < np.round(lead))
        for weeks in range(len(self.on_order)):
            self.on_order[weeks] = at_site * (weeks < np.round(chain.supply_mean))
        self.arrived.append(self.in_bond.copy())

    def receive(self) -> None:
        """Step 1 of a week: what is due arrives."""
        self.on_hand += self.inbound[0]
        self.in_bond += self.on_order[0]
        self.arrived.append(self.on_order[0].copy())
        for pipe in (self.inbound, self.on_order):
            pipe[:-1] = pipe[1:].copy()
            pipe[-1] = 0.0

    def positions(self) -> Floats:
        """On hand and on the way less what is owed, per setting, item and DC."""
        return np.asarray(self.on_hand + self.inbound.sum(axis=0) - self.backlog)

    def echelons(self, positions: Floats) -> Floats:
        """Positions of each site with the DCs it feeds."""
        return np.asarray(self.chain.by_site(positions) + self.in_bond + self.on_order.sum(axis=0))

    def forward(self) -> Floats:
        """Units at DCs and on the way there, per setting, item and DC."""
        return np.asarray(self.on_hand + self.inbound.sum(axis=0))

    def owned(self) -> Floats:
        """All units by the site they come through, per setting, item and site."""
        return np.asarray(self.chain.by_site(self.forward()) + self.in_bond + self.on_order.sum(axis=0))

    def freight_in_stock(self) -> Floats:
        """The freight that was paid for what lies and comes, by the lanes that items usually come by, per setting."""
        chain = self.chain
        onward = (self.forward() * chain.by_feeder(chain.freight)).sum(axis=(1, 2))
        return np.asarray(onward + (self.owned() * chain.freight_in).sum(axis=(1, 2)))

    def trucks_in_stock(self) -> Floats:
        """What was paid for trucks to bring what lies forward or comes there, where others fill them too (else 0), per setting."""
        chain = self.chain
        if not chain.are_trucks_shared:
            return np.zeros(len(self.on_hand))
        return np.asarray((self.forward() * chain.by_feeder(chain.onward - chain.freight)).sum(axis=(1, 2)))

    def act(self, ships: Sequence[Floats], orders: Floats, *, counted: bool) -> None:
        """Steps 3 to 7: `ships` (one array per site) leave, `orders` are placed, the week's demand is served, limits run out."""
        chain, tally = self.chain, self.tally
        if counted:
            for site, ship in enumerate(ships):
                tally.cut += np.maximum(ship.sum(axis=2) - self.in_bond[:, :, site], 0.0) * chain.value
        taken = [ship * self._affordable(ship, site)[..., None] for site, ship in enumerate(ships)]
        taken = [np.floor(ship / chain.pack[:, None] + 1e-6) * chain.pack[:, None] for ship in taken]
        for site, ship in enumerate(taken):
            gone = ship.sum(axis=2)
            self.in_bond[:, :, site] -= gone
            self.left[:, :, site] += gone
            self._send(site, ship)
        for n, weeks in enumerate(self.supply_weeks[:, self.played].tolist()):
            mine = chain.supply == n
            if mine.any():
                self.on_order[max(weeks, 1) - 1] += np.where(mine, orders, 0.0)
        asked = self.demand[:, :, self.columns[self.played]]
        known = ~np.isnan(asked)
        asked = np.where(known, asked, 0.0)
        wanted = asked + self.backlog
        served = np.minimum(self.on_hand, wanted)
        self.on_hand -= served
        missing = np.minimum(wanted - served, asked)
        if chain.is_backordered:
            self.backlog = wanted - served
        forced = self._force_out()
        if counted:
            tally.weeks += 1
            tally.hold_bond += (self.in_bond * chain.h_bond).sum(axis=2)
            tally.hold_dc += (self.on_hand * chain.h_forward).sum(axis=2)
            tally.short += missing.sum(axis=2) * chain.shortage
            tally.expired += forced.sum(axis=2) * chain.expiry
            tally.asked += asked.sum(axis=1) * chain.value
            tally.served += (asked - missing).sum(axis=2) * chain.value
            tally.value_bond += self.in_bond.sum(axis=2) * chain.value
            tally.value_dc += self.on_hand.sum(axis=2) * chain.value
            tally.on_road += (self.inbound.sum(axis=(0, 3)) + self.on_order.sum(axis=(0, 3))) * chain.value
            for site, ship in enumerate(taken):
                volume = (ship * chain.volume[:, None]).sum(axis=1)
                tally.trucks += (chain.trucks(volume, site) * chain.truck_cost[site]).sum(axis=1)
                tally.freight += (ship * chain.freight[site]).sum(axis=(1, 2))
            tally.freight += (orders * chain.freight_in).sum(axis=(1, 2))
        self.played += 1

    def _affordable(self, ship: Floats, site: int) -> Floats:
        """The share of what a policy asks of a site that lies there."""
        wanted = ship.sum(axis=2)
        here = self.in_bond[:, :, site]
        return np.asarray(np.where(wanted > here, here / np.maximum(wanted, 1e-12), 1.0))

    def _send(self, site: int, ship: Floats) -> None:
        for dc, lane in enumerate(self.chain.lane[site].tolist()):
            if lane >= 0:
                weeks = int(self.lane_weeks[lane, self.played])
                self.inbound[max(weeks, 1) - 1, :, :, dc] += ship[:, :, dc]

    def _force_out(self) -> Floats:
        """What has lain in bond beyond its limit leaves by force, first in, first out."""
        forced = np.zeros_like(self.in_bond)
        for site, weeks in enumerate(self.chain.permanence.tolist()):
            if weeks < len(self.arrived):
                old = sum(entry[:, :, site] for entry in self.arrived[: len(self.arrived) - ceil(weeks)])
                forced[:, :, site] = np.clip(old - self.left[:, :, site], 0.0, self.in_bond[:, :, site])
        if forced.any():
            self.in_bond -= forced
            self.left += forced
        return forced
