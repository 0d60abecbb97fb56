"""Sums of the books that charts are drawn from, added up by the database and limited to a scope."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.customs import selectors as customs
from inventory.ledger.models import Balance
from inventory.parties.scope import ClientScope
from inventory.web.charts import Chart, bars, drawn
from inventory.web.formatting import money_text, quantity_text

REGIMES: dict[str, Promise] = {
    "RFS": _("Strategic bonded zone"),
    "ITE": _("Temporary import (IMMEX)"),
    "DFI": _("Fiscal deposit"),
    "IMD": _("Nationalised"),
    "EXD": _("In the US"),
}


@dataclass(frozen=True)
class Span:
    """Layers whose last day falls between two days from now; None is without an end."""

    code: str
    label: Promise
    first: int | None
    last: int | None
    tone: str


SPANS = (
    Span("overdue", _("Overdue"), None, -1, "danger"),
    Span("30", _("Up to 30 days"), 0, 30, "danger"),
    Span("90", _("31 to 90 days"), 31, 90, "warning"),
    Span("180", _("91 to 180 days"), 91, 180, "info"),
    Span("365", _("181 to 365 days"), 181, 365, "info"),
    Span("later", _("Over a year"), 366, None, "success"),
)


def regime_name(code: str) -> str:
    """A regime in words, with its code."""
    return f"{REGIMES[code]} ({code})" if code in REGIMES else code


def value_by(scope: ClientScope, *keys: str, site_ids: frozenset[int] | None = None) -> dict[tuple, Decimal]:
    """The value in USD of the physical stock, by these paths from a balance, at the catalogue's unit values."""
    rows = scope.filter(Balance.objects.filter(is_virtual=False, quantity__gt=0), "account__client")
    if site_ids is not None:
        rows = rows.filter(location__site__in=site_ids)
    paths = (*keys, "account__item__unit_value_usd")
    sums: dict[tuple, Decimal] = {}
    for *key, unit_value, quantity in rows.order_by().values_list(*paths).annotate(total=Sum("quantity")):
        sums[tuple(key)] = sums.get(tuple(key), Decimal(0)) + quantity * unit_value
    return sums


def stock_by_regime(scope: ClientScope, site_ids: frozenset[int] | None = None, url: str = "") -> Chart:
    """The value of the physical stock by customs regime."""
    values = {regime: value for (regime,), value in value_by(scope, "account__regime", site_ids=site_ids).items()}
    order = sorted(values, key=lambda code: -values[code])
    names = [str(REGIMES.get(code, code)) for code in order]
    say = {"format": "money", "unit": "USD"}
    return Chart(
        id="stock-by-regime",
        title=_("Stock by regime"),
        note=_("Value of what lies on the shelves, in USD, at the catalogue's unit values."),
        option=bars(names, [drawn(values[code]) for code in order], name=_("Value, USD"), say=say, flat=True),
        head=[_("Regime"), _("Value")],
        rows=[[regime_name(code), money_text(values[code], "USD")] for code in order],
        size="small",
        url=url,
        has_data=bool(values),
    )


def layers_by_deadline(scope: ClientScope, today: date, site_ids: frozenset[int] | None = None, url: str = "") -> Chart:
    """The open layers by how far their last day is away: how many, and what customs value they still owe."""
    found = spans_of_layers(scope, today, site_ids)
    tones = [{"value": drawn(value), "itemStyle": {"color": f"tone:{span.tone}"}} for span, _count, value in found]
    return Chart(
        id="layers-by-deadline",
        title=_("Layers by deadline"),
        note=_("Customs value still under bond, in MXN, by the days left to leave."),
        option=bars(
            [str(span.label) for span, _count, _value in found], tones, name=_("Value, MXN"),
            say={"format": "money", "unit": "MXN"}, flat=True,
        ),
        head=[_("Days left"), _("Layers"), _("Customs value")],
        rows=[[span.label, quantity_text(count), money_text(value, "MXN")] for span, count, value in found],
        size="small",
        url=url,
        has_data=any(count for _span, count, _value in found),
    )  # fmt: skip


def spans_of_layers(
    scope: ClientScope, today: date, site_ids: frozenset[int] | None = None
) -> list[tuple[Span, int, Decimal]]:
    """For each span, how many open layers end in it and what value they owe. One statement."""
    rows = customs.open_bonded_lots(scope)
    if site_ids is not None:
        rows = rows.filter(account__authorisation__site_link__site__in=site_ids)
    wanted = {}
    for span in SPANS:
        within = _within(span, today)
        wanted[f"n_{span.code}"] = Count("pk", filter=within)
        wanted[f"v_{span.code}"] = Sum("remaining_value_mxn", filter=within)
    sums = rows.order_by().aggregate(**wanted)
    return [(span, sums[f"n_{span.code}"], sums[f"v_{span.code}"] or Decimal(0)) for span in SPANS]


def _within(span: Span, today: date) -> Q:
    """The condition that a layer's last day falls into a span."""
    condition = Q(must_leave_by__isnull=False)
    if span.first is not None:
        condition &= Q(must_leave_by__gte=today + timedelta(days=span.first))
    if span.last is not None:
        condition &= Q(must_leave_by__lte=today + timedelta(days=span.last))
    return condition
