"""A pedimento as a file to take away, to change and to bring back."""

import io

import pytest
from django.urls import reverse

from inventory.customs.services.entering import OF_A_LINE, OF_THE_PEDIMENTO
from inventory.models import Pedimento
from tests.builders import pedimento_number
from tests.scenarios import world
from tests.web.floor import text_of

ODD = 'Calle 5/7; "Norte" \\ =1'
# What tells one entry from another, and not what was declared.
OF_THE_ENTRY = {"id", "number", "recorded_at", "version"}


@pytest.fixture
def broker(floor):
    """Somebody of customs compliance."""
    return floor.come_in("customs", name="aduanas")


@pytest.fixture
def entered(floor):
    """A pedimento with everything, of three part numbers in two lines, with texts that part cells; consolidated."""
    lines = [{"sku": "RUEDA-75", "quantity": 100, "value": 1000, "batch": batch} for batch in ("A", "B")]
    data = world.with_everything(
        world.declaration(pedimento_number(), floor.zone, floor.authorisation, lines, paid_on="2026-03-02")
    )
    opened = {"is_consolidated": "true", "consolidated_opened_on": "2026-02-23", "entered_on": "2026-02-24"}
    data |= {**opened, "cleared_at": "2026-03-02T09:30:15-06:00", "remarks": "=1+1\nsecond line", "marks": f"'{ODD}"}
    data["remesa_notices"] = [{"remesa": n, "number": f"AV/{n}", "issued_on": "2026-02-24"} for n in (1, 2)]
    data["consignees"] += [{"name": ODD, "address": ODD}]
    data["invoices"][0] |= {"number": "F/1", "supplier_address": ODD}
    data["lines"][0]["contributions"] = [{"code": "6", "payment_form": "5", "amount_mxn": "3", "rate": "0.05"}]
    for name in ("sku", "batch", "serial"):
        data["lines"][1].pop(name, None)
    halves = {"sku": "RUEDA-75", "commercial_quantity": "50", "tariff_quantity": "50", "customs_value_mxn": "500"}
    data["lines"][1]["sublines"] = [{**halves, "batch": "B/1"}, {**halves, "batch": ";"}]
    return world.enter(floor.client, data, "2026-03-03")


def page(name, *args):
    return reverse(f"inventory:{name}", args=args)


def told(pedimento):
    """Every value of every row of a pedimento, without what tells one entry from another."""
    owned = {"pedimento": pedimento}
    rows = [model.objects.filter(**owned) for model in OF_THE_PEDIMENTO.values()]
    rows += [model.objects.filter(line__pedimento=pedimento) for model in OF_A_LINE.values()]
    sublines = [values_of(part) for line in pedimento.lines.all() for part in line.sublines.order_by("pk")]
    seqs = {line.pk: line.seq for line in pedimento.lines.all()}
    return [
        values_of(pedimento), [values_of(line) for line in pedimento.lines.all()], sublines,
        *([(seqs.get(getattr(row, "line_id", None)), values_of(row)) for row in some.order_by("pk")] for some in rows),
    ]  # fmt: skip


def values_of(row):
    """A row's own values, and whose item and site it names."""
    names = {field.attname for field in row._meta.concrete_fields} - OF_THE_ENTRY - {"pedimento_id", "line_id"}
    return {name: getattr(row, name) for name in names}


def test_a_downloaded_pedimento_uploaded_under_a_new_number_is_the_same_pedimento(floor, broker, entered):
    content = broker.get(page("pedimento_file", entered.number)).content
    before = told(entered)
    Pedimento.objects.all().delete()
    number = pedimento_number()
    file = io.BytesIO(content.replace(entered.number.encode(), number.encode()))
    file.name = "pedimento.csv"

    response = broker.post(page("pedimento_upload"), {"client": floor.client.pk, "file": file})

    assert response.status_code == 302, response.context["faults"]
    again = Pedimento.objects.get()
    assert again.number == number
    assert told(again) == before
    assert all(before), "every block had something to lose"


def test_the_file_is_offered_on_the_page_to_whoever_sees_it_and_is_named_after_the_pedimento(floor, entered):
    authority = floor.come_in("authority")

    shown = text_of(authority.get(page("pedimento", entered.number)))
    answer = authority.get(page("pedimento_file", entered.number))

    assert "Download CSV" in shown
    assert answer["Content-Disposition"] == f'attachment; filename="pedimento-{entered.number}.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfline,sku,")


def test_nobody_downloads_a_pedimento_of_another_site_or_client(floor, entered):
    for stranger in (floor.stranger(), floor.come_in("client", client=floor.other_client)):
        assert stranger.get(page("pedimento_file", entered.number)).status_code == 404
