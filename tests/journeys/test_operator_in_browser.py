"""An operator's day in a real browser, in Spanish: from the pedimento to the distribution center, every page looked at."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from inventory.models import Balance, BondedLot, Discharge, Lane, Pedimento, Site, SiteAssignment, User
from inventory.parties.scope import Actor
from inventory.placement import services as placement
from inventory.placement.models import PlacementRun, Recommendation
from inventory.places.services import open_site
from tests.builders import make_user
from tests.web.floor import fresh_number, make_floor
from tests.web.looks import assert_sound
from warehouse.models import Delivery, Receipt, Shipment
from warehouse.movements import services as moving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PASSWORD = "correct horse battery"


def es(text):
    """A text of the pages in Spanish."""
    with override("es-mx"):
        return gettext(text)


def plain(text):
    """A pattern that finds a text anywhere in a name."""
    return re.compile(re.escape(text))


class Person:
    """Somebody at a browser: goes to pages, presses buttons by their Spanish names, and looks at every page."""

    def __init__(self, page, user):
        self.page = page
        page.goto("/accounts/login/")
        page.fill("[name=login]", user.username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")

    def see(self, url):
        self.page.goto(url)
        self.look()

    def look(self):
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang") == "es-mx"
        assert_sound(self.page)

    def press(self, text, *, confirm=False):
        """Press a button or a link; answer the question it asks."""
        name = plain(es(text))
        button = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first
        if confirm:
            button.click()
            with self.page.expect_navigation():
                self.page.click("[data-confirm-yes]")
        else:
            with self.page.expect_navigation():
                button.click()
        self.look()

    def fill(self, **values):
        """Fill fields by the end of their ids."""
        for name, value in values.items():
            self.put(f"#id_{name}", value)

    def put(self, selector, value):
        field = self.page.locator(selector)
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def scan(self, code):
        """What a hardware scanner does: types and presses Enter, then waits for the answer's word."""
        self.page.locator("#scan-code-result").evaluate("element => { element.textContent = '' }")
        self.page.fill("#scan-code", code)
        self.page.press("#scan-code", "Enter")
        expect(self.page.locator("#scan-code-result")).not_to_be_empty()
        return self.page.inner_text("#scan-code-result")


@pytest.fixture
def floor(live):
    floor = make_floor()
    bridge = open_site(
        code="laredo", name="Puente Laredo", kind=Site.Kind.CROSSING, country="USA", latitude=27.6, longitude=-99.5,
        time_zone="America/Chicago",
    )  # fmt: skip
    Lane.objects.create(
        origin=floor.zone, destination=floor.dc, crossing=bridge, transit_hours_p50=40, transit_hours_p80=60,
        lead_weeks={"values": [1], "probs": [1]},
    )  # fmt: skip
    return floor


@pytest.fixture
def broker(floor, new_page):
    """Somebody of customs compliance, at a desk."""
    return Person(new_page(), make_user("aduanas", role="customs"))


@pytest.fixture
def operator(floor, new_page):
    """An operator of the zone with a phone."""
    return Person(new_page(width=390, height=844), operator_of("operadora", floor.zone))


@pytest.fixture
def receiver(floor, new_page):
    """An operator of the distribution center with a tablet."""
    return Person(new_page(width=820, height=1180), operator_of("receptora", floor.dc))


def operator_of(name, site) -> User:
    user = make_user(name, role="operator")
    SiteAssignment.objects.create(user=user, site=site)
    return user


def enter_pedimento(broker, floor, quantity, **header):
    """Type a pedimento of one line on the form; the line is filled from its item by htmx."""
    today = timezone.localdate().isoformat()
    number = fresh_number()
    broker.see(reverse("inventory:pedimento_new"))
    broker.fill(
        client=str(floor.client.pk), number=number, document_key="M3", regime="RFS", authorisation="RFE-1", site="slp",
        customs_section="240", entered_on=today, paid_on=today, fx_rate="18.25", value_usd="1000",
    )  # fmt: skip
    broker.fill(**header)
    page = broker.page
    page.fill("#id_lines-0-sku", "rueda-75")
    page.press("#id_lines-0-sku", "Tab")
    expect(page.locator("#id_lines-0-tariff_code")).to_have_value("8302200100")
    expect(page.locator("#id_lines-0-sku")).to_have_value("RUEDA-75")
    for name in ("commercial_quantity", "tariff_quantity"):
        page.fill(f"#id_lines-0-{name}", str(quantity))
    for name in ("customs_value_mxn", "price_paid_mxn"):
        page.fill(f"#id_lines-0-{name}", "18250")
    page.fill("#id_lines-0-batch", "L1")
    # One line more, and out with it again: neither leaves the page.
    page.get_by_role("button", name=es("Add a line")).click()
    page.wait_for_selector("#row-lines-1")
    assert_sound(page)
    page.locator("#row-lines-1 > .entry-remove").click()
    page.wait_for_selector("#row-lines-1", state="detached")
    broker.press("Enter the pedimento")
    return Pedimento.objects.get(number=number)


def receive(operator, floor, pedimento):
    """Expect, arrive, count blind by scanning, and close."""
    operator.see(reverse("inventory:pedimento", args=[pedimento.number]))
    operator.press("Expect its goods")
    operator.press("Expect them")
    operator.press("It has arrived")
    operator.fill(container_number="CSQU3054383", plates="AB123C", seal_1_expected="S-9", seal_1_found="S-9")
    operator.press("It is here")
    assert "RUEDA-75" in operator.scan("(01)04006381333931(10)L1")
    line = Receipt.objects.get().lines.get()
    page = operator.page
    page.fill(f"#id_line-{line.pk}-good", "100")
    page.fill(f"#id_line-{line.pk}-location", "A-01-RFS")
    page.locator(f"#line-{line.pk} form button").click()
    page.wait_for_selector(f"#line-{line.pk}.is-done")
    assert_sound(page)
    operator.press("Go on")
    operator.press("Close the receipt", confirm=True)
    assert Receipt.objects.get().state == "closed"


def build_and_pick(operator, floor):
    """Build a shipment of forty, reserve it, and pick it by scanning the shelf, then the box."""
    operator.see(reverse("warehouse:shipments"))
    operator.press("Build a shipment")
    operator.fill(client=str(floor.client.pk), origin=str(floor.zone.pk), destination=str(floor.dc.pk))
    operator.press("Show what is free")
    operator.page.locator("[id^=id_account-]").fill("40")
    operator.press("Build the shipment")
    return reserve_and_pick(operator)


def reserve_and_pick(operator):
    """Reserve the goods of the shipment one looks at, and pick them by scanning the shelf, then the box."""
    operator.press("Reserve")
    operator.press("Pick")
    assert "A-01-RFS" in operator.scan("A-01-RFS")
    assert_sound(operator.page)
    operator.scan("4006381333931")
    operator.page.wait_for_selector(".next-step")
    operator.press("Go on")
    return Shipment.objects.get()


def clear_and_dispatch(operator, shipment, pedimento):
    """Assign the outbound pedimento, and let the truck go."""
    operator.see(reverse("warehouse:shipment", args=[shipment.number]))
    operator.press("Assign the pedimento")
    operator.fill(pedimento=pedimento.number)
    operator.press("Assign the pedimento")
    operator.press("Dispatch it")
    operator.fill(seal="US-4711")
    operator.press("Dispatch it")


def accepted_by_planner(floor, quantity):
    """The movement order that came of a recommendation a planner has accepted."""
    now, monday = timezone.now(), timezone.localdate()
    run = PlacementRun.objects.create(
        client=floor.client, as_of=monday, created_at=now, actor_label="planner", inputs_hash="a" * 64,
        code_version="1", parameters={},
    )  # fmt: skip
    proposed = Recommendation.objects.create(
        run=run, client=floor.client, item=floor.item, source=floor.zone, target=floor.dc, quantity=Decimal(quantity),
        reason_code="REPLENISH", explanation={}, priority=1, expected_cost_usd=Decimal(9),
        expected_fill_before=Decimal("0.8"), expected_fill_after=Decimal("0.97"), ship_week=monday,
        arrive_week_p50=monday, arrive_week_p90=monday,
    )  # fmt: skip
    planner = Actor("planner")
    accepted = placement.accept(recommendation=proposed, at=now, actor=planner)
    (order,) = moving.order_from_recommendations(recommendations=[accepted], at=now, actor=planner)
    return order


def record_milestone(operator, shipment, code):
    """Write down what happened now."""
    operator.see(reverse("warehouse:tracking"))
    operator.press("Record")
    operator.fill(code=code)
    operator.press("Record it")


def test_goods_go_from_their_pedimento_to_the_distribution_center(broker, operator, receiver, floor):
    entry = enter_pedimento(broker, floor, 100)
    receive(operator, floor, entry)
    assert BondedLot.objects.get().remaining == 100

    shipment = build_and_pick(operator, floor)
    assert shipment.state == "picked"

    exit_ = enter_pedimento(broker, floor, 40, operation="EXP", document_key="J4")
    clear_and_dispatch(operator, shipment, exit_)
    assert Discharge.objects.get().quantity == 40
    assert BondedLot.objects.get().remaining == 60

    for code in ("ARR_MX_YARD", "MX_MODULE_GREEN", "US_RELEASED", "ARR_DC"):
        record_milestone(operator, shipment, code)
    shipment.refresh_from_db()
    assert shipment.state == "arrived"

    receiver.see(reverse("warehouse:shipment", args=[shipment.number]))
    receiver.press("Receive")
    receiver.fill(**{"line-1-good": "37", "line-1-damaged": "1", "line-1-location": "D-01", "seal_found": "US-4711"})
    receiver.press("Receive", confirm=True)
    line = Delivery.objects.get().lines.get()
    assert (line.good, line.damaged, line.short) == (37, 1, 2)
    assert Balance.objects.get(location__code="D-01").quantity == 37

    for url in (
        reverse("inventory:trail", args=[entry.number]),
        reverse("inventory:bonded_lots"),
        reverse("inventory:kardex", args=[BondedLot.objects.get().account_id]),
        reverse("inventory:stock"),
        reverse("inventory:findings"),
    ):
        broker.see(url)


def test_what_a_planner_accepted_is_shipped_from_its_movement_order(operator, floor):
    floor.stocked()
    order = accepted_by_planner(floor, 40)

    operator.see(reverse("warehouse:movements"))
    operator.press(order.number)
    assert es("accepted recommendation") in operator.page.inner_text("#content")
    operator.press("Ship it")
    shipment = reserve_and_pick(operator)
    clear_and_dispatch(operator, shipment, floor.leaves(40))

    shipment.refresh_from_db()
    assert (shipment.state, shipment.movement_order) == ("dispatched", order)
    assert shipment.lines.get().quantity == 40
    assert Discharge.objects.get().quantity == 40
    operator.see(reverse("warehouse:movement", args=[order.number]))
    assert operator.page.get_by_role("link", name=shipment.number).count() == 1


@pytest.mark.parametrize("language", ["es-mx", "en"])
def test_every_part_of_the_pedimento_form_fits_a_phone_with_a_row_of_each_kind(floor, come_in, language):
    page = come_in(make_user("aduanas", role="customs"), language=language, width=390, height=844)
    page.goto(reverse("inventory:pedimento_new"))
    assert page.locator("html").get_attribute("lang") == language
    kinds = page.evaluate("[...document.querySelectorAll('.entry-add')].map(button => button.value)")

    for kind in kinds:
        page.evaluate("document.querySelectorAll('#content details').forEach(part => { part.open = true })")
        page.locator(f".entry-add[value='{kind}']").click()
        page.wait_for_selector(f"[id^='row-{kind}-']")
    page.evaluate("document.querySelectorAll('#content details').forEach(part => { part.open = true })")

    assert {"consignees", "customs_accounts", "offsets", "payment_documents", "remesa_notices"} <= set(kinds)
    assert_sound(page)


def test_a_wedge_scanner_works_wherever_the_focus_is(operator, floor):
    floor.stocked()
    operator.see(reverse("warehouse:bin_move"))

    operator.page.locator("h1").click()
    with operator.page.expect_navigation():
        operator.page.keyboard.type("RUEDA-75")
        operator.page.keyboard.press("Enter")

    assert operator.page.locator(".work-card").count() == 1
