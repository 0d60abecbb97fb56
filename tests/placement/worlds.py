"""A client with one bonded site, two DCs, two markets and two years of demand, as rows of the books."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from inventory.demand import reading
from inventory.demand import services as demand
from inventory.models import Balance, Lane, Market, Site
from inventory.places.models import Location
from tests.builders import (
    ACTOR,
    make_account,
    make_authorisation,
    make_bonded_lot,
    make_client,
    make_item,
    make_location,
    make_lot,
    make_site,
)

AS_OF = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


class World:
    """`stock(100)` puts units into bond, customs books and shelf alike; `at_dc` and `on_the_road` put them further on."""

    def __init__(self, code="acme", mean=(20, 30), weeks=104, **item):
        self.client = make_client(code)
        self.site = make_site(f"slp-{code}", storage_usd_per_m3_week=Decimal("1.4"))
        self.dcs = [make_site(f"dc{n}-{code}", Site.Kind.US_DC, storage_usd_per_m3_week=3) for n in (1, 2)]
        self.crossing = make_site(f"laredo-{code}", Site.Kind.CROSSING)
        self.authorisation = make_authorisation(site=self.site)
        self.item = make_item(client=self.client, sku="A", us_duty_rate=Decimal("0.25"), **item)
        self.account = make_account(self.item, authorisation=self.authorisation)
        self.shelf = make_location(self.site)
        self.markets = []
        for n, dc in enumerate(self.dcs, start=1):
            self._lane(dc)
            self.markets.append(
                Market.objects.create(code=f"m{n}-{code}", name=f"M{n}", latitude=30, longitude=-97, primary_dc=dc)
            )
        self.history_of("A", mean, weeks)

    def _lane(self, dc):
        Lane.objects.create(
            origin=self.site, destination=dc, crossing=self.crossing, transit_hours_p50=60, transit_hours_p80=90,
            lead_weeks={"values": [1, 2], "probs": [0.85, 0.15]}, truck_m3=75, truck_cost_usd=2100,
        )  # fmt: skip

    def history_of(self, sku, means, weeks=104):
        rng = np.random.default_rng(11)
        records = [
            {"sku": sku, "market": market.code, "date": (AS_OF - timedelta(weeks=back)).isoformat(), "quantity": int(q)}
            for market, mean in zip(self.markets, means, strict=True)
            for back, q in zip(range(weeks, 0, -1), rng.poisson(mean, weeks), strict=True)
        ]
        rows = reading.from_records(records)
        demand.import_history(client=self.client, rows=rows, source="test", at=AT, actor=ACTOR)

    def stock(self, units, *, limit=date(2030, 1, 1), account=None, **values):
        account = account or self.account
        values.setdefault("day", date(2026, 1, 5))
        lot = make_bonded_lot(account, units, must_leave_by=limit, legal_deadline=limit, **values)
        self.put(account, self.shelf, units)
        return lot

    def put(self, account, location, units, **lot):
        found = account.lots.filter(batch=lot.get("batch", "")).first() or make_lot(account, **lot)
        balance, _created = Balance.objects.get_or_create(
            account=account, lot=found, location=location,
            defaults={"is_virtual": location.is_virtual, "quantity": 0},
        )  # fmt: skip
        balance.quantity += units
        balance.save()
        return found

    def at_dc(self, n, units):
        out = make_account(self.item, "EXD")
        return self.put(out, self._location(self.dcs[n], Location.Kind.STORAGE), units)

    def on_the_road(self, n, units):
        out = make_account(self.item, "EXD")
        return self.put(out, self._location(self.dcs[n], Location.Kind.TRANSIT), units)

    def _location(self, site, kind):
        return Location.objects.filter(site=site, kind=kind).first() or make_location(site, "EXD", kind)
