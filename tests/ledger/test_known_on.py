"""Stock of a past day as an earlier day knew it: what is recorded late, for a date gone by, was not known then."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from inventory.ledger import selectors as stock
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import Location, Posting
from inventory.parties.scope import ClientScope
from inventory.places.services import virtual_location
from inventory.reports import asking, registry
from inventory.web.stock import end_of
from tests import builders
from tests.api.conftest import caller_for
from tests.scenarios.world import ACTOR, SEES_ALL, at
from tests.web.floor import browser_of

pytestmark = pytest.mark.django_db
# What is asked (a legal date, as known on a day) and what lay on the shelf.
ASKED = [
    ("2026-03-01", "", 0),
    ("2026-03-05", "", 70),
    ("2026-03-05", "2026-03-05", 100),
    ("2026-03-05", "2026-03-09", 100),
    ("2026-03-05", "2026-03-10", 70),
    ("2026-03-02", "2026-03-12", 100),
    ("2026-03-12", "2026-03-11", 70),
    ("2026-03-12", "2026-03-12", 100),
    ("2026-03-11", "2026-03-12", 70),
]


@pytest.fixture
def account():
    """A hundred came on the 2nd; thirty left on the 3rd, which is recorded late on the 10th and undone on the 12th."""
    account = builders.make_account()
    lot, shelf = builders.make_lot(account), builders.make_location(account.authorisation.site_link.site)
    vendor, transit = (virtual_location(shelf.site, kind) for kind in (Location.Kind.VENDOR, Location.Kind.TRANSIT))
    ledger.post(
        key="came", kind=Posting.Kind.RECEIPT, moves=[Move(lot.pk, vendor.pk, shelf.pk, Decimal(100))],
        legal_date=date(2026, 3, 2), at=at("2026-03-02"), actor=ACTOR,
    )  # fmt: skip
    left = ledger.post(
        key="left", kind=Posting.Kind.DISPATCH, moves=[Move(lot.pk, shelf.pk, transit.pk, Decimal(30))],
        legal_date=date(2026, 3, 3), at=at("2026-03-10", 23), actor=ACTOR,
    )  # fmt: skip
    ledger.reverse(
        posting=left, key="back", legal_date=date(2026, 3, 12), at=at("2026-03-12", 0), actor=ACTOR, reason="Undone"
    )
    return account


def asked_of(as_of, known_on):
    """The question as parameters of a URL or a report."""
    return {"as_of": as_of, **({"known_on": known_on} if known_on else {})}


@pytest.mark.parametrize(("as_of", "known_on", "there"), ASKED)
def test_the_selectors_leave_out_what_was_recorded_later(account, as_of, known_on, there):
    on, known_at = date.fromisoformat(as_of), end_of(date.fromisoformat(known_on)) if known_on else None

    rows = stock.stock_as_of(SEES_ALL, on, known_at)

    assert sum(row["on_hand"] for row in rows) == there
    assert stock.on_hand_as_of(SEES_ALL, account, on, known_at) == there
    assert stock.on_hand_as_of(ClientScope.of(builders.make_client().pk), account, on, known_at) == 0


@pytest.mark.parametrize(("as_of", "known_on", "there"), ASKED)
def test_so_do_the_api_the_page_and_the_report(account, as_of, known_on, there):
    params = asked_of(as_of, known_on)
    report = registry.report("stock_by_site")

    by_lot = caller_for(account.client).get("stock/", {"kind": "storage", **params}).json()["results"]
    by_site = caller_for(account.client).get("stock-by-site/", params).json()["results"]
    page = browser_of(builders.make_user(role="administrator")).get(reverse("inventory:stock"), params)
    told = report.rows(asking.read(report, params, scope=SEES_ALL, at=at("2026-03-20")))

    wanted = [there] if there else []
    assert [Decimal(row["quantity"]) for row in by_lot] == wanted
    assert [Decimal(row["quantity"]) for row in by_site if not row["in_transit"]] == wanted
    assert [row["on_hand"] for row in page.context["table"].data] == wanted
    assert [row[report.names.index("on_hand")] for row in told] == wanted
