"""Customers' orders come in by file, by page, by API and by command: the same lines, and demand as requested."""

import io
from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from inventory.demand import order_imports
from inventory.demand.errors import BadRows, FileTooLarge, UnreadableFile
from inventory.demand.order_lines import Line, read_orders
from inventory.errors import InvalidInput
from inventory.models import CustomerOrderLine, DemandRecord, Job, Market, Site
from inventory.parties.roles import Role
from tests.api.conftest import caller_for
from tests.builders import ACTOR, NOON, make_client, make_item, make_site, make_user
from tests.demand.files import as_csv, as_xlsx, by_api, by_command, by_page, do_the_job
from tests.web.floor import browser_of

HEADER = ("order", "line", "sku", "market", "requested_on", "quantity", "shipped", "cancelled")
ROWS = (
    ("PO-1", 1, "WHEEL-1", "texas", date(2026, 1, 6), 2.5, 1, ""),
    ("PO-1", 2, "WHEEL-1", "texas", date(2026, 1, 8), 4, 0, "out_of_stock"),
    ("00017", 1, "WHEEL-1", "ohio", date(2026, 1, 14), 40, "", ""),
    ("PO-2", 1, "WHEEL-1", "ohio", date(2026, 1, 15), 9, "", "customer"),
)
WEEKS = [("ohio", date(2026, 1, 12), Decimal(40)), ("texas", date(2026, 1, 5), Decimal("6.5"))]


@pytest.fixture
def acme(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    dc = make_site("dc", Site.Kind.US_DC)
    for code in ("texas", "ohio"):
        Market.objects.create(code=code, name=code.title(), latitude=33, longitude=-97, primary_dc=dc)
    return make_item(make_client("acme"), "WHEEL-1").client


DOORS = [by_page("inventory:order_import"), by_api("demand-order-imports/"), by_command("import_orders")]
FORMS = [("orders.csv", as_csv), ("orders.xlsx", as_xlsx)]


def weeks():
    rows = DemandRecord.objects.filter(is_from_orders=True).order_by("market__code", "week")
    return list(rows.values_list("market__code", "week", "quantity"))


def read(text):
    return read_orders(io.BytesIO(text.encode()), name="orders.csv")


def bring_in(client, text, **options):
    return order_imports.import_orders(
        client=client, rows=read(text), source="orders.csv", at=NOON, actor=ACTOR, **options
    )


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "written"), FORMS)
def test_a_file_of_either_kind_counts_as_requested_by_every_door(acme, tmp_path, door, name, written):
    assert door(acme, name, written([HEADER, *ROWS]), tmp_path) == Job.State.DONE

    assert weeks() == WEEKS
    line = CustomerOrderLine.objects.get(reference="PO-1", line=2)
    assert (line.quantity, line.shipped, line.cancelled) == (4, 0, "out_of_stock")
    assert CustomerOrderLine.objects.get(market__code="ohio", line=1, cancelled="").reference == "00017"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("name", "written"), FORMS)
def test_one_row_that_cannot_be_and_no_door_writes_anything(acme, tmp_path, door, name, written):
    bad = ("PO-9", 1, "NOPE-9", "texas", date(2026, 1, 6), 3, "", "")

    assert door(acme, name, written([HEADER, *ROWS, bad]), tmp_path) == Job.State.FAILED

    assert (weeks(), CustomerOrderLine.objects.count()) == ([], 0)


def test_importing_a_file_twice_is_as_importing_it_once(acme):
    text = as_csv([HEADER, *ROWS]).decode()
    first = bring_in(acme, text)
    before = list(DemandRecord.objects.values()), list(CustomerOrderLine.objects.values())

    again = bring_in(acme, text)

    assert (first.rows, first.added, first.changed, first.weeks) == (4, 4, 0, 2)
    assert (again.rows, again.added, again.changed, again.weeks) == (4, 0, 0, 0)
    assert (list(DemandRecord.objects.values()), list(CustomerOrderLine.objects.values())) == before


def test_a_file_and_the_api_tell_of_the_same_lines(acme):
    bring_in(acme, as_csv([HEADER, *ROWS]).decode())
    line = {
        "order": "PO-1",
        "line": 1,
        "sku": "WHEEL-1",
        "market": "texas",
        "requested_on": "2026-01-06",
        "quantity": "5",
    }

    answer = caller_for(acme).post("demand-orders/", {"lines": [line]})

    assert answer.json() == {"added": 0, "changed": 1, "weeks": 1}
    assert weeks()[1] == ("texas", date(2026, 1, 5), Decimal(9))


def test_columns_are_found_by_name_in_any_order_and_in_spanish():
    rows = read("cantidad;Mercado;SKU;nota;fecha;Pedido;renglón;cancelado\n7;LA;A;ñandú;2026-03-02;P-1;3;Agotado\n")

    assert rows.lines == [Line("P-1", 3, "A", "LA", date(2026, 3, 2), Decimal(7), None, "out_of_stock")]


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        (",1,WHEEL-1,texas,2026-01-06,1,,", "order", "required"),
        ("X" * 41 + ",1,WHEEL-1,texas,2026-01-06,1,,", "order", "max_length"),
        ("P,0,WHEEL-1,texas,2026-01-06,1,,", "line", "whole"),
        ("P,1.5,WHEEL-1,texas,2026-01-06,1,,", "line", "whole"),
        ("P,2147483648,WHEEL-1,texas,2026-01-06,1,,", "line", "whole"),
        ("P,1,,texas,2026-01-06,1,,", "sku", "required"),
        ("P,1,NOPE,texas,2026-01-06,1,,", "sku", "unknown_item"),
        ("P,1,WHEEL-1,mars,2026-01-06,1,,", "market", "unknown_market"),
        ("P,1,WHEEL-1,texas,06/01/2026,1,,", "requested_on", "iso_date"),
        ("P,1,WHEEL-1,texas,2089-01-06,1,,", "requested_on", "range"),
        ("P,1,WHEEL-1,texas,2026-01-06,,,", "quantity", "required"),
        ("P,1,WHEEL-1,texas,2026-01-06,0,,", "quantity", "above"),
        ("P,1,WHEEL-1,texas,2026-01-06,0.0000001,,", "quantity", "above"),
        ("P,1,WHEEL-1,texas,2026-01-06,many,,", "quantity", "number"),
        ("P,1,WHEEL-1,texas,2026-01-06,1,-1,", "shipped", "at_least"),
        ("P,1,WHEEL-1,texas,2026-01-06,1,,lost", "cancelled", "choice"),
        ("PO-1,1,WHEEL-1,texas,2026-01-07,3,,", "line", "once"),
    ],
)
def test_a_bad_row_is_named_with_its_number_field_and_rule(acme, row, field, rule):
    text = ",".join(HEADER) + "\nPO-1,1,WHEEL-1,texas,2026-01-06,2,,\n\n" + row + "\n"

    with pytest.raises(BadRows) as refusal:
        bring_in(acme, text)
    (error,) = refusal.value
    assert (error.context["row"], error.field, error.rule) == (4, field, rule)
    assert (refusal.value.context["bad_rows"], refusal.value.context["rows"]) == (1, 2)
    assert not CustomerOrderLine.objects.exists()

    taken = bring_in(acme, text, skip_bad_rows=True)
    assert (taken.added, taken.bad_rows, [told["row"] for told in taken.errors]) == (1, 1, [4])


def test_every_fault_of_a_row_is_told_and_the_row_counts_once(acme):
    with pytest.raises(BadRows) as refusal:
        bring_in(acme, ",".join(HEADER) + "\nP,x,,texas,2026-01-06,0,,\nP,1,NOPE,mars,2026-01-06,1,,\n")

    assert [(error.context["row"], error.field) for error in refusal.value] == [
        (2, "line"), (2, "sku"), (2, "quantity"), (3, "sku"), (3, "market"),
    ]  # fmt: skip
    assert refusal.value.context["bad_rows"] == 2


def test_another_clients_item_is_unknown(acme):
    make_item(make_client("rival"), "SECRET")

    with pytest.raises(BadRows, match="This client has no item SECRET"):
        bring_in(acme, ",".join(HEADER) + "\nP,1,SECRET,texas,2026-01-06,1,,\n")


def test_a_file_that_is_none_is_refused_in_a_sentence(acme):
    with pytest.raises(UnreadableFile, match="order, line, sku, market, requested_on, quantity; missing: line"):
        read("order,sku,market,requested_on,quantity\n")
    with pytest.raises(InvalidInput, match="no lines of orders"):
        bring_in(acme, ",".join(HEADER) + "\n,,,,,,,\n")
    with pytest.raises(FileTooLarge):
        read_orders(io.BytesIO(b"x" * 11), name="orders.csv", max_bytes=10)


def test_an_import_and_each_of_its_lines_leave_a_trail(acme):
    bring_in(acme, as_csv([HEADER, *ROWS]).decode())

    (noted,) = LogEntry.objects.filter(additional_data__event="import")
    assert (noted.changes["added"], noted.object_repr) == (["None", "4"], "Acme: orders.csv")
    lines = LogEntry.objects.get_for_objects(CustomerOrderLine.objects.all())
    assert lines.count() == 4


def test_more_lines_than_one_statement_names_are_summed_once(acme):
    days = [date.fromordinal(date(2020, 1, 1).toordinal() + n) for n in range(1100)]
    lines = [f"P-{n},1,WHEEL-1,{('texas', 'ohio')[n % 2]},{day},1,," for n, day in enumerate(days)]

    taken = bring_in(
        acme, "\n".join([",".join(HEADER), *reversed(lines), *[line.replace(",1,W", ",2,W") for line in lines]])
    )

    assert (taken.added, sum(quantity for *_week, quantity in weeks())) == (2200, 2200)
    assert taken.weeks == len(weeks()) == len({(n % 2, day.isocalendar()[:2]) for n, day in enumerate(days)})


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_example_can_be_read_back(acme, form):
    Market.objects.create(code="los-angeles", name="LA", latitude=34, longitude=-118, primary_dc=Site.objects.get())
    make_item(acme, "SKU-1")
    browser = browser_of(make_user(role="planner", language="en"))
    page = browser.get(reverse("inventory:order_import")).content.decode()
    url = reverse("inventory:order_template", args=[form])

    file = browser.get(url)
    taken = order_imports.import_orders(
        client=acme, rows=read_orders(io.BytesIO(file.content)), source="x", at=NOON, actor=ACTOR
    )

    assert url in page
    assert (taken.added, DemandRecord.objects.get().quantity) == (1, 12)


def test_a_job_says_what_it_took_and_leads_to_the_orders(acme):
    planner = browser_of(make_user(role="planner", language="en"))
    file = SimpleUploadedFile("orders.csv", as_csv([HEADER, *ROWS]))
    planner.post(reverse("inventory:order_import"), {"client": acme.pk, "file": file})

    page = planner.get(reverse("inventory:job", args=[do_the_job().pk]))

    assert page.context["result_url"] == reverse("inventory:demand_orders")
    assert "Lines added" in page.content.decode()
    assert reverse("inventory:order_import") in planner.get(reverse("inventory:demand_orders")).content.decode()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUTHORITY, Role.SUPERVISOR])
def test_who_does_not_plan_imports_no_orders(acme, role):
    browser = browser_of(make_user(role=role))

    assert browser.get(reverse("inventory:order_import")).status_code == 403
    assert browser.get(reverse("inventory:order_template", args=["csv"])).status_code == 403


def test_a_client_imports_orders_of_its_own_only(acme):
    browser = browser_of(make_user(role=Role.CLIENT, client=make_client("own")))

    answer = browser.post(
        reverse("inventory:order_import"),
        {"client": acme.pk, "file": SimpleUploadedFile("orders.csv", as_csv([HEADER, *ROWS]))},
    )

    assert (answer.status_code, Job.objects.count()) == (422, 0)


def test_the_command_names_what_is_not_there(acme, tmp_path):
    with pytest.raises(CommandError, match="There is no client nobody"):
        call_command("import_orders", tmp_path / "x.csv", client="nobody")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_orders", tmp_path / "x.csv", client="acme")
