"""Nothing in the admin lets a person edit the books: not the pages, not a form sent by hand, not even a superuser's."""

import copy

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from inventory.admin.base import ReadOnly
from inventory.parties.roles import Role
from tests.builders import make_client, make_user
from tests.told import told_once
from tests.web.two_worlds import make_ground, make_world

# What an administrator may write. Everything else of ours is read there, or is not there at all.
WRITABLE = {
    "Authorisation", "BillOfMaterials", "Broker", "Carrier", "ClaveEffect", "Client", "DocumentKey", "ExchangeRate",
    "Item", "Lane", "Location", "Market", "NonBusinessDay", "OperatorCompany", "PermanenceRule", "RateParameter", "Requirement",
    "Regime", "Site", "UnitConversion", "User", "ApiKey",
}  # fmt: skip
BOOKS = {
    "Posting", "Leg", "Balance", "Lot", "Account", "Reservation", "Hold", "BondedLot", "BondedLotHold", "Discharge",
    "LotCorrection", "ClockChange", "Pedimento", "PedimentoLine", "PedimentoSubline", "StockDifference", "LegalNotice", "Receipt",
    "ReceiptLine", "Shipment", "ShipmentLine", "Milestone", "Delivery", "DeliveryLine", "MovementOrder", "BinMove",
    "CountSheet", "CountLine", "LogEntry", "AuditSeal", "DemandRecord", "PlacementRun", "PlacementLevel",
    "CustomerOrderLine", "Recommendation", "Scenario", "ScenarioResult", "BacktestResult",
    "LeadTimeStat", "Finding", "Job", "IdempotentRequest",
}  # fmt: skip


@pytest.fixture
def administrator(db):
    return make_user("boss", Role.ADMINISTRATOR)


@told_once
def told():
    return make_world(make_ground(), "ACME")


@pytest.fixture
def world(told, db):
    return copy.deepcopy(told)


def registered():
    return dict(admin.site._registry)


def test_every_model_is_either_writable_or_read_or_absent():
    names = {model.__name__: one for model, one in registered().items()}

    read_only = {name for name, one in names.items() if isinstance(one, ReadOnly)} - {"ApiKey"}

    assert set(names) - read_only == WRITABLE
    assert not BOOKS & (set(names) - read_only)


def test_other_packages_bring_no_pages_of_their_own():
    assert {type(one).__module__.split(".admin.")[0] for one in registered().values()} == {"inventory", "warehouse"}


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_has_the_right_to_write_the_books_or_to_delete_anything(rf, administrator, is_superuser):
    from inventory.web.access import web_access

    administrator.is_superuser = is_superuser
    request = rf.get("/admin/")
    request.user, request.session = administrator, {}
    request.access = web_access(request)

    for model, page in registered().items():
        assert not page.has_delete_permission(request), model
        assert "delete_selected" not in page.get_actions(request), model
        if model.__name__ in BOOKS:
            assert not page.has_add_permission(request), model
            assert not page.has_change_permission(request), model
        for inline in page.get_inline_instances(request):
            if inline.model.__name__ in BOOKS:
                assert not inline.has_add_permission(request), inline.model
                assert not inline.has_change_permission(request), inline.model
                assert not inline.has_delete_permission(request), inline.model


def test_a_form_sent_by_hand_changes_no_book(client, administrator, world):
    client.force_login(administrator)
    before = world.state()

    for model in registered():
        if model.__name__ not in BOOKS:
            continue
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        assert client.post(reverse(f"{base}_add"), {"quantity": "1"}).status_code == 403, model
        if row is None:
            continue
        changed = client.post(reverse(f"{base}_change", args=[row.pk]), {"quantity": "1", "state": "closed"})
        assert changed.status_code == 403, model
        assert client.post(reverse(f"{base}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403, model
        action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        client.post(reverse(f"{base}_changelist"), action)

    assert world.state() == before


@pytest.mark.once
def test_every_page_of_the_admin_opens(client, administrator, world):
    client.force_login(administrator)

    for model, page in registered().items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{base}_changelist")).status_code == 200, model
        search = client.get(reverse(f"{base}_changelist"), {"q": "a"})
        assert search.status_code == 200, model
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            assert client.get(reverse(f"{base}_change", args=[row.pk])).status_code == 200, model
        if model.__name__ in WRITABLE:
            assert client.get(reverse(f"{base}_add")).status_code == 200, (model, page)


def test_the_list_covers_every_model_there_is():
    ours = {model.__name__ for app in ("inventory", "warehouse") for model in apps.get_app_config(app).get_models()}

    assert BOOKS - {"LogEntry"} <= ours
    assert ours >= WRITABLE


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_come_in(client, db, role):
    user = make_user(role=role, client=make_client() if role is Role.CLIENT else None, is_staff=True)
    client.force_login(user)

    assert client.get(reverse("admin:index"), follow=True).status_code == 403
    assert client.get(reverse("admin:inventory_posting_changelist"), follow=True).status_code == 403


def test_the_admin_has_no_log_in_of_its_own(client, db):
    for url in (reverse("admin:index"), reverse("admin:login"), reverse("admin:inventory_posting_changelist")):
        answer = client.get(url, follow=True)

        assert answer.request["PATH_INFO"] == reverse("account_login")
        assert b"admin/css" not in answer.content
