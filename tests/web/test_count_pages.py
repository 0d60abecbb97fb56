"""Counts by their pages: open, count blind, recount by somebody else, approve and post."""

import pytest
from django.urls import reverse

from inventory.models import Balance, BondedLot, StockDifference
from tests.web.floor import key_in, text_of
from warehouse.models import CountSheet


def page(name, *args):
    return reverse(f"warehouse:{name}", args=args)


@pytest.fixture
def stocked(floor):
    floor.stocked(4321)
    return floor


def opened(floor, browser, codes="A-01*\nanden-rfs"):
    key = key_in(browser.get(page("count_new")))
    return browser.post(page("count_new"), {"key": key, "site": floor.zone.pk, "locations": codes})


def field_of(sheet):
    return f"line-{sheet.lines.get().pk}"


def test_a_sheet_is_opened_for_scanned_locations_once(stocked):
    operator = stocked.operator()
    form = {"key": key_in(operator.get(page("count_new"))), "site": stocked.zone.pk, "locations": "A-01-RFS"}

    first, second = operator.post(page("count_new"), form), operator.post(page("count_new"), form)

    assert first["Location"] == second["Location"] == page("count", CountSheet.objects.get().number)


def test_locations_that_are_not_there_are_named(stocked):
    response = opened(stocked, stocked.operator(), "A-01-RFS Z-99 Y-1*")

    assert response.status_code == 422
    assert "Not at this site: Z-99, Y-1*." in text_of(response)
    assert not CountSheet.objects.exists()


def test_a_count_is_blind_then_recounted_by_another_and_posted_by_a_third(stocked):
    first, second = stocked.operator(name="ana"), stocked.operator(name="beto")
    boss = stocked.come_in("supervisor")
    opened(stocked, first)
    sheet = CountSheet.objects.get()
    record, post = page("count_record", sheet.number), page("count_post", sheet.number)

    blind = text_of(first.get(page("count", sheet.number)))
    first.post(record, {field_of(sheet): "4,300"})
    again = first.post(record, {field_of(sheet): "4300"})
    still_blind = text_of(second.get(page("count", sheet.number)))
    second.post(record, {field_of(sheet): "4300"})
    early = first.post(post)
    posted = boss.post(post)
    twice = boss.post(post)

    sheet.refresh_from_db()
    assert "4,321" not in blind + still_blind
    assert "4,300" not in still_blind
    assert (again.status_code, early.status_code, posted.status_code, twice.status_code) == (409, 403, 302, 409)
    assert "somebody else recounts it" in text_of(again)
    assert sheet.state == "posted"
    assert Balance.objects.get(location=stocked.shelf).quantity == 4300
    assert BondedLot.objects.get().remaining == 4321
    assert StockDifference.objects.get().quantity == -21


def test_a_count_that_agrees_needs_no_recount(stocked):
    operator = stocked.operator()
    opened(stocked, operator)
    sheet = CountSheet.objects.get()

    operator.post(page("count_record", sheet.number), {field_of(sheet): "4321"})

    sheet.refresh_from_db()
    assert sheet.state == "counted"


def test_a_negative_count_is_refused_on_its_field(stocked):
    operator = stocked.operator()
    opened(stocked, operator)
    sheet = CountSheet.objects.get()

    response = operator.post(page("count_record", sheet.number), {field_of(sheet): "-1"})

    assert response.status_code == 422
    assert response.context["form"].errors[field_of(sheet)]
    assert sheet.lines.get().counted is None


def test_a_supervisor_cancels_a_sheet(stocked):
    opened(stocked, stocked.operator())
    sheet = CountSheet.objects.get()

    stocked.come_in("supervisor").post(page("count_cancel", sheet.number))

    sheet.refresh_from_db()
    assert sheet.state == "cancelled"


def test_sheets_are_for_those_who_count_there(stocked):
    opened(stocked, stocked.operator())
    sheet = CountSheet.objects.get()

    assert stocked.come_in("client", client=stocked.client).get(page("counts")).status_code == 403
    assert stocked.stranger().get(page("count", sheet.number)).status_code == 404
    assert sheet.number not in text_of(stocked.stranger().get(page("counts")))
