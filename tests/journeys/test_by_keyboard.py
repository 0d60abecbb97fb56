"""Work on the floor without a mouse: Tab, Enter, and a scanner that types."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from inventory.models import BondedLot, Pedimento, SiteAssignment
from tests.builders import make_user
from tests.web.floor import make_floor
from warehouse.models import Receipt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

MOST_TABS = 80


@pytest.fixture
def floor(live):
    return make_floor()


@pytest.fixture
def page(floor, come_in):
    """An operator's page at a desk whose mouse is gone."""
    operator = make_user("operadora", role="operator")
    SiteAssignment.objects.create(user=operator, site=floor.zone)
    return come_in(operator)


def tab_to(page, selector):
    """Go on from control to control until this one has the focus, and see that one can see it."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' }"
            )
            assert outline, f"nothing shows that {selector} has the focus"
            return
    pytest.fail(f"{selector} is out of reach of the Tab key")


def enter(page):
    """Press Enter on what leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_receipt_is_counted_and_closed_by_keyboard_and_scanner_alone(page, floor):
    receipt = floor.arrived()
    line = receipt.lines.get()

    page.goto(reverse("warehouse:receipts"))
    tab_to(page, f"a[href$='/receipts/{receipt.number}/']")
    enter(page)
    tab_to(page, f"a[href$='/receipts/{receipt.number}/count/']")
    enter(page)
    page.keyboard.type("(01)04006381333931(10)L1")
    page.keyboard.press("Enter")
    expect(page.locator("#scan-code-result")).to_contain_text("RUEDA-75")
    for name, value in (("good", "100"), ("location", "A-01-RFS")):
        field = f"#id_line-{line.pk}-{name}"
        if not page.evaluate("selector => document.activeElement.matches(selector)", field):
            tab_to(page, field)
        page.keyboard.press("Control+A")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#line-{line.pk}.is-done")
    tab_to(page, f"a[href$='/receipts/{receipt.number}/']:not(nav *)")
    enter(page)
    tab_to(page, "form[action$='/close/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    tab_to(page, "[data-confirm-yes]")
    enter(page)

    assert Receipt.objects.get().state == "closed"
    assert receipt.lines.get().counted == 100


def test_a_shipment_is_picked_and_dispatched_by_keyboard_and_scanner_alone(page, floor):
    floor.stocked()
    shipment = floor.shipment("reserved")
    floor.leaves(40)

    page.goto(reverse("warehouse:shipment", args=[shipment.number]))
    tab_to(page, "a[href$='/pick/']")
    enter(page)
    for code in ("A-01-RFS", "4006381333931"):
        with page.expect_response(lambda answer: "/pick/" in answer.url):
            page.keyboard.type(code)
            page.keyboard.press("Enter")
    page.wait_for_selector(".next-step")
    tab_to(page, f"a[href$='/shipments/{shipment.number}/']:not(nav *)")
    enter(page)
    tab_to(page, "a[href$='/assign/']")
    enter(page)
    tab_to(page, "#id_pedimento")
    page.keyboard.type(Pedimento.objects.get(operation="EXP").number)
    tab_to(page, "#content form button.btn-primary")
    enter(page)
    tab_to(page, "a[href$='/dispatch/']")
    enter(page)
    tab_to(page, "#id_seal")
    page.keyboard.type("US-4711")
    enter(page)

    shipment.refresh_from_db()
    assert (shipment.state, shipment.seal) == ("dispatched", "US-4711")
    assert BondedLot.objects.get().remaining == 60
