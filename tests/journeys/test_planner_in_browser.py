"""A planner in a real browser: imports history, runs placement, reads why, accepts, and sees the order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.jobs import running
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.models import Job, Lane, Location, Market, Recommendation, Site
from inventory.parties.roles import Role
from inventory.places.services import virtual_location
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
    make_user,
)
from tests.web.looks import assert_sound
from warehouse.models import MovementOrder

MOVES = 10
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def corridor():
    """A zone with stock under bond, a distribution center that has none, the lane between, and a market."""
    zone, dc = make_site("slp"), make_site("dallas", Site.Kind.US_DC)
    Market.objects.create(code="texas", name="Texas", latitude=32.7, longitude=-96.8, primary_dc=dc)
    Lane.objects.create(
        origin=zone, destination=dc, transit_hours_p50=60, transit_hours_p80=90, truck_m3=Decimal(75),
        lead_weeks={"values": [1, 2], "probs": [0.85, 0.15]}, truck_cost_usd=Decimal(2100),
    )  # fmt: skip
    make_client("other", name="Other")
    acme, authorisation = make_client("acme", name="Acme"), make_authorisation("RFS", site=zone)
    bin_, gate = make_location(zone, "RFS"), virtual_location(zone, Location.Kind.VENDOR)
    items = [
        make_item(acme, f"WHEEL-{n}", description="Rueda", volume_m3=Decimal("0.05"), weight_kg=Decimal(3))
        for n in range(1, MOVES + 1)
    ]
    today = timezone.localdate()
    for item in items:
        account = make_account(item, "RFS", authorisation)
        make_bonded_lot(account, 900, day=today - timedelta(days=30))
        moves = [Move(make_lot(account).pk, gate.pk, bin_.pk, Decimal(900))]
        ledger.post(
            key=item.sku, kind="receipt", moves=moves, legal_date=today, at=timezone.now(), actor=ACTOR
        )  # fmt: skip
    return items


def history(items, weeks=60):
    """A year of steady demand, as a planner's file holds it."""
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    rows = [f"{item.sku},texas,{monday - timedelta(weeks=n)},{20 + n % 5}" for item in items for n in range(1, weeks)]
    return "\n".join(["sku,market,date,quantity", *rows]).encode()


def work(kind):
    """Do the job that waits, as a worker would, and return it."""
    job = Job.objects.get(kind=kind, state=Job.State.QUEUED)
    return running.run(job_id=job.pk, runner="test", clock=timezone.now)


def test_a_planner_imports_history_runs_placement_reads_why_and_fills_a_truck_with_ten_moves(
    come_in, corridor, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    page = come_in(make_user("paula", Role.PLANNER), language="en")

    page.goto(reverse("inventory:demand_import"))
    assert_sound(page)
    page.get_by_label("Client", exact=True).last.select_option(label="Acme")
    page.locator("#id_file").set_input_files(
        {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"sku,market,date,quantity\nNOPE,texas,2026-01-05,3\n"}
    )
    page.get_by_role("button", name="Import").click()
    page.wait_for_url("**/jobs/*/")
    work("demand_import")
    page.get_by_role("cell", name="NOPE", exact=True).wait_for()
    assert page.get_by_text("This client has no item NOPE.").count()
    assert_sound(page)

    page.goto(reverse("inventory:demand_import"))
    page.get_by_label("Client", exact=True).last.select_option(label="Acme")
    page.locator("#id_file").set_input_files(
        {"name": "history.csv", "mimeType": "text/csv", "buffer": history(corridor)}
    )
    page.get_by_role("button", name="Import").click()
    page.wait_for_url("**/jobs/*/")
    page.get_by_text("Queued").first.wait_for()
    work("demand_import")
    page.get_by_role("link", name="See the result").click()
    page.get_by_role("link", name="WHEEL-1", exact=True).click()
    page.get_by_role("heading", name="Demand by week and market").wait_for()
    assert_sound(page)

    page.goto(reverse("warehouse:placement_new"))
    assert_sound(page)
    page.get_by_label("Client", exact=True).last.select_option(label="Acme")
    page.get_by_role("button", name="Run").click()
    page.locator("progress").wait_for()
    work("placement_run")
    page.get_by_role("link", name="See the result").click()
    page.get_by_role("heading", name="Parameters").wait_for()
    assert_sound(page)

    page.get_by_role("link", name="Recommendations", exact=True).last.click()
    assert_sound(page)
    page.get_by_role("link", name="WHEEL-1", exact=True).click()
    why = page.locator("#why").inner_text()
    proposed = Recommendation.objects.get(state="proposed", item__sku="WHEEL-1")
    assert f"Send {proposed.quantity.normalize():f} from slp to dallas" in why
    assert_sound(page)

    page.get_by_role("link", name="Levels", exact=True).click()
    page.get_by_role("heading", name="Demand and forecast of DALLAS").wait_for()
    page.locator("[data-chart=fan] svg, [data-chart=fan] canvas").first.wait_for()
    page.locator("figure").filter(has_text="Demand and forecast").get_by_text("Show as a table").click()
    assert page.get_by_role("columnheader", name="Expected in all").is_visible()
    assert_sound(page)

    page.get_by_label("What if the DC held so many more?").fill("40")
    page.keyboard.press("Enter")
    page.get_by_text("If the DC held 40 more").wait_for()
    page.get_by_label("What if duty rose so many points?").press("Enter")
    page.get_by_text("If duty were 5 points higher").wait_for()
    assert_sound(page, "what if")

    page.goto(reverse("warehouse:planned_events"))
    page.get_by_role("link", name="Tariff").first.click()
    page.get_by_label("Country of origin").fill("CHN")
    page.get_by_label("New duty rate, %").fill("35")
    page.get_by_label("First day").fill(timezone.localdate().isoformat())
    assert_sound(page, "a planned event")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("Reason").first.wait_for()
    assert page.get_by_text("This field is required").first.is_visible()
    page.get_by_label("Reason").fill("In the gazette")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("35 % of duty").wait_for()
    assert_sound(page, "the planned event")
    page.get_by_role("button", name="End it").click()
    page.locator("dialog [data-confirm-yes]").click()
    page.get_by_text("From the next run on it counts no more.").wait_for()

    page.goto(reverse("warehouse:placement_network"))
    page.locator("[data-chart=network] svg, [data-chart=network] canvas").first.wait_for()
    assert_sound(page)

    page.goto(reverse("warehouse:recommendations"))
    boxes = page.get_by_role("checkbox")
    for n in range(2):
        boxes.nth(n).focus()
        page.keyboard.press("Space")
    page.get_by_text("2 moves").wait_for()
    assert_sound(page, "two chosen")
    lane = page.get_by_role("navigation", name="All of a lane").get_by_role("link")
    lane.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Accept together").wait_for()
    page.get_by_text("10 moves").wait_for()
    volume = Decimal("0.05") * sum(row.quantity for row in Recommendation.objects.all())
    assert page.get_by_text("1 of 75 m³").is_visible()
    assert page.get_by_text(f"{volume.normalize():f} m³").is_visible()
    assert_sound(page, "the truck")

    page.get_by_role("checkbox", name="WHEEL-10").focus()
    page.keyboard.press("Space")
    page.get_by_text("9 moves").wait_for()
    page.keyboard.press("Space")
    page.get_by_text("10 moves").wait_for()
    page.get_by_role("button", name="Accept and order").focus()
    page.keyboard.press("Enter")
    page.locator("dialog [data-confirm-yes]").wait_for()
    page.keyboard.press("Enter")

    page.wait_for_url("**/movements/*/")
    order = MovementOrder.objects.get()
    page.get_by_role("heading", name=order.number).wait_for()
    assert page.get_by_text("1 of 75 m³").is_visible()
    assert page.get_by_text("accepted recommendation").count() == MOVES
    assert_sound(page, "the order")
    assert order.lines.count() == MOVES
    assert {line.recommendation.state for line in order.lines.all()} == {"accepted"}


def test_a_phone_shows_the_day_and_its_map_without_spilling_over(come_in, corridor):
    page = come_in(make_user("ana", Role.ADMINISTRATOR), width=390, language="es-mx")

    page.goto(reverse("warehouse:home"))
    page.locator("[data-chart] svg").first.wait_for()

    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    assert_sound(page)
