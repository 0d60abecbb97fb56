"""Who gets where: logged in or not, by role, by client, by second factor; and what is remembered of it."""

import pytest
from auditlog.models import LogEntry
from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse

from inventory.models import Client, SiteAssignment
from inventory.parties.roles import Can
from inventory.web.access import NOBODY, web_access
from inventory.web.navigation import MENU, address_of, menu_for
from tests.builders import make_client, make_item, make_site, make_user

pytestmark = pytest.mark.django_db


def test_a_page_that_says_nothing_wants_a_login(gallery, client):
    for path in ("/", "/gallery/items/", "/gallery/scan/", "/accounts/2fa/"):
        answer = client.get(path)

        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/?next=")


def test_a_role_without_the_capability_is_told_so(gallery, client):
    client.force_login(make_user(role="operator"))

    answer = client.get("/gallery/admins/")

    assert answer.status_code == 403
    assert "Su función no permite hacer esto" in answer.content.decode()


def test_an_address_that_is_not_there_says_so_to_anyone(client):
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "Aquí no hay nada" in answer.content.decode()


def test_a_failure_on_our_side_shows_a_page_that_needs_nothing(gallery, client):
    client.force_login(make_user(role="administrator"))
    client.raise_request_exception = False

    answer = client.get("/gallery/breaks/")

    assert answer.status_code == 500
    assert "<title>Recinto</title>" in answer.content.decode()


def test_nobody_can_sign_up(client):
    page = client.get("/accounts/signup/")
    client.post(
        "/accounts/signup/", {"username": "x", "email": "x@example.com", "password1": "p" * 12, "password2": "p" * 12}
    )

    assert "administrador" in page.content.decode()
    assert not type(make_user()).objects.filter(username="x").exists()


def test_a_wrong_password_says_so_and_leaves_a_trace(client):
    make_user("ana")

    answer = client.post("/accounts/login/", {"login": "ana", "password": "wrong password"})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert LogEntry.objects.filter(object_repr="ana", additional_data__event="login_refused").count() == 1


def test_guessing_passwords_is_stopped(client):
    make_user("ana")

    answers = [client.post("/accounts/login/", {"login": "ana", "password": f"guess {number}"}) for number in range(12)]
    right = client.post("/accounts/login/", {"login": "ana", "password": "correct horse battery"})

    assert "_auth_user_id" not in client.session
    assert right.status_code in (200, 429)
    assert "minutos" in answers[-1].content.decode() or "intentos" in answers[-1].content.decode()
    cache.clear()


def test_one_can_go_on_where_the_login_interrupted(client):
    make_user("ana", role="administrator")

    answer = client.post(
        "/accounts/login/?next=/accounts/2fa/",
        {"login": "ana", "password": "correct horse battery", "next": "/accounts/2fa/"},
    )

    assert answer.url == "/accounts/2fa/"


def test_a_role_that_needs_a_second_factor_sees_nothing_before_it(gallery, client):
    user = make_user(role="administrator", must_enrol_second_factor=True)
    client.force_login(user)

    assert client.get("/gallery/items/").url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.post("/language/", {"language": "en"}).status_code == 302


def test_the_roles_that_need_one_are_a_setting(gallery, client):
    client.force_login(make_user(role="customs"))

    with override_settings(MFA_REQUIRED_ROLES=frozenset({"customs"})):
        client.handler.load_middleware()
        answer = client.get("/gallery/items/")
    client.handler.load_middleware()

    assert answer.status_code == 302


def test_staff_can_narrow_all_pages_to_one_client(gallery, client):
    one, other = make_client(), make_client()
    make_item(client=one, sku="ONE")
    make_item(client=other, sku="OTHER")
    client.force_login(make_user(role="planner"))

    client.post("/client/", {"client": other.pk, "next": "/gallery/items/"})
    narrowed = client.get("/gallery/items/")
    client.post("/client/", {"client": "", "next": "/gallery/items/"})
    wide = client.get("/gallery/items/")

    assert [row.record.sku for row in narrowed.context["table"].page.object_list] == ["OTHER"]
    assert len(wide.context["table"].page.object_list) == 2


def test_a_client_cannot_choose_another_client(gallery, client):
    own, other = make_client(), make_client()
    make_item(client=other, sku="OTHER")
    client.force_login(make_user(role="client", client=own))

    client.post("/client/", {"client": other.pk})
    page = client.get("/gallery/items/")

    assert list(page.context["table"].page.object_list) == []
    assert Client.objects.get(pk=other.pk).name not in page.content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_switch_leads_back_into_the_house_only(client, back):
    client.force_login(make_user(role="planner"))

    assert client.post("/client/", {"client": "", "next": back}).url == "/"
    assert "evil" not in client.post("/language/", {"language": "en", "next": back}).url


def test_an_operator_is_bound_to_sites_and_others_are_not(rf):
    site, elsewhere = make_site(), make_site()
    operator, planner = make_user(role="operator"), make_user(role="planner")
    SiteAssignment.objects.create(user=operator, site=site)
    accesses = []
    for user in (operator, planner):
        request = rf.get("/")
        request.user, request.session = user, {}
        accesses.append(web_access(request))

    assert accesses[0].allows_site(site.pk)
    assert not accesses[0].allows_site(elsewhere.pk)
    assert accesses[1].allows_site(elsewhere.pk)


def test_someone_who_is_not_logged_in_may_do_nothing():
    assert not any(NOBODY.can(capability) for capability in Can)
    assert not NOBODY.scope.allows(1)


def test_every_entry_of_the_menu_leads_somewhere():
    lost = [entry.url_name for group in MENU for entry in group.entries if address_of(entry) is None]

    assert lost == []


@pytest.mark.parametrize(
    "role", ["operator", "supervisor", "customs", "planner", "administrator", "authority", "client"]
)
def test_whatever_the_menu_offers_may_be_opened(client, rf, role):
    owner = make_client()
    user = make_user(role=role, client=owner if role == "client" else None, is_staff=role == "administrator")
    client.force_login(user)
    request = rf.get("/")
    request.user, request.session = user, {}

    links = [link for _group, links in menu_for(web_access(request), "/") for link in links]

    assert {link.url: client.get(link.url).status_code for link in links} == {link.url: 200 for link in links}


def test_the_reason_given_on_a_form_goes_into_the_trail(gallery, client):
    user = make_user(role="administrator")
    client.force_login(user)

    client.post(
        "/gallery/rename/", {"client": make_client("acme").pk, "name": "Acme y socios", "reason": "Escritura 4711"}
    )

    assert LogEntry.objects.filter(additional_data__reason="Escritura 4711").exists()


def test_no_browser_keeps_what_someone_saw(gallery, client):
    client.force_login(make_user(role="administrator"))

    assert "no-store" in client.get("/gallery/items/")["Cache-Control"]


def test_spanish_comes_first_whatever_the_browser_says(client):
    page = client.get("/accounts/login/", headers={"Accept-Language": "en-US,en;q=0.9"})

    assert page["Content-Language"] == "es-mx"
    assert "Usuario o correo" in page.content.decode()


def test_the_language_of_the_person_goes_before_that_of_the_tablet(gallery, client):
    user = make_user(role="administrator", language="en")
    client.cookies["django_language"] = "es-mx"
    client.force_login(user)

    assert client.get("/gallery/scan/")["Content-Language"] == "en"


def test_passwords_are_kept_by_argon2_and_nothing_else():
    from config import settings as shipped

    assert shipped.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.django_db
def test_a_page_may_load_only_what_comes_from_here(client):
    said = client.get(reverse("account_login")).headers["Content-Security-Policy"]

    directives = {name: set(values) for name, *values in (part.split() for part in said.split(";") if part.strip())}
    own = {"'self'"}
    assert directives == {
        "default-src": own,
        "script-src": own | {"'wasm-unsafe-eval'"},
        "style-src": own,
        "img-src": own | {"data:", "blob:"},
        "connect-src": own,
        "frame-ancestors": {"'none'"},
        "base-uri": own,
        "form-action": own,
        "object-src": {"'none'"},
    }
