"""What US markets asked of each item: the sample's real weekly sales, one unit sold there standing for one pack of the item."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from inventory.demand import sample
from warehouse.demo.catalogue import Good
from warehouse.demo.network import PRIMARY


class Demand:
    """Weekly demand by item, market and week, and by distribution center; the history ends in the last full week before `today`."""

    def __init__(self, goods: Iterable[Good], today: date) -> None:
        by_series = {good.series: good for good in goods}
        self.last_week = today - timedelta(days=today.weekday() + 7)
        self.by_market: dict[int, list[tuple[str, int, Decimal]]] = defaultdict(list)
        self._by_dc: dict[tuple[int, str, int], Decimal] = defaultdict(Decimal)
        self._totals: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        for series, market, week, units in sample.weeks():
            item = by_series[series].item
            quantity = units * item.pack_size
            self.by_market[item.pk].append((market, week, quantity))
            self._by_dc[item.pk, PRIMARY[market], week] += quantity
            self._totals[item.pk, PRIMARY[market]] += quantity

    def weekly(self, good: Good, dc: str = "") -> Decimal:
        """The mean of a week, at one distribution center or at all of them."""
        centers = [dc] if dc else sorted(set(PRIMARY.values()))
        return sum((self._totals[good.item.pk, center] for center in centers), Decimal(0)) / sample.WEEKS

    def between(self, item_id: int, dc: str, first: date, last: date) -> Decimal:
        """What a center was asked for in the weeks that began in these days; before the history the year repeats itself."""
        total, week = Decimal(0), first + timedelta(days=-first.weekday() % 7)
        while week <= last:
            back = (week - self.last_week).days // 7
            total += self._by_dc.get((item_id, dc, back if back > -sample.WEEKS else back + sample.WEEKS), Decimal(0))
            week += timedelta(days=7)
        return total
