"""The people of the demonstration and the clients' API keys. Their secrets are public: they exist in demonstrations only."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import check_password, make_password

from inventory.models import ApiKey, Client, Membership, Site, SiteAssignment, User
from inventory.parties import services as parties
from inventory.parties.keys import Token, hash_of
from inventory.parties.roles import ApiScope, Role
from inventory.parties.scope import Actor

PASSWORD = "recinto-demo-2026"  # noqa: S105  public, see above


@dataclass(frozen=True)
class Login:
    """A person who can log in, with the one site or client they are bound to, if any."""

    username: str
    name: str
    role: Role
    site: str = ""
    client: str = ""


LOGINS = (
    Login("operador.slp", "Óscar Medina", Role.OPERATOR, site="slp"),
    Login("operador.nld", "Nadia Treviño", Role.OPERATOR, site="nld"),
    Login("operador2.nld", "Luis Garza", Role.OPERATOR, site="nld"),
    Login("supervisora", "Silvia Rangel", Role.SUPERVISOR),
    Login("aduanas", "Adriana Cepeda", Role.CUSTOMS),
    Login("planeacion", "Pablo Núñez", Role.PLANNER),
    Login("admin", "Ana Domínguez", Role.ADMINISTRATOR),
    Login("autoridad", "Verificadora del SAT", Role.AUTHORITY),
    Login("cliente.autopartes", "Andrés Puente", Role.CLIENT, client="autopartes"),
    Login("cliente.motores", "Mónica Castro", Role.CLIENT, client="motores"),
    Login("cliente.hogar", "Hugo Estrada", Role.CLIENT, client="hogar"),
)
TOKENS = {
    "autopartes": Token("demoautos", "recinto-demo-2026-autopartes-public-secret"),
    "motores": Token("demomotors", "recinto-demo-2026-motores-public-secret"),
    "hogar": Token("demohome", "recinto-demo-2026-hogar-public-secret"),
}


def hire(clients: dict[str, Client], sites: dict[str, Site]) -> dict[str, Actor]:
    """Everybody, able to log in with PASSWORD; returned as actors by username."""
    actors, hashed = {}, make_password(PASSWORD)
    for login in LOGINS:
        first, _space, last = login.name.partition(" ")
        is_admin = login.role == Role.ADMINISTRATOR
        user = User.objects.create(
            username=login.username, email=f"{login.username}@recinto.example", password=hashed, first_name=first,
            last_name=last, language="es-mx", is_staff=is_admin, is_superuser=is_admin,
        )  # fmt: skip
        client = clients[login.client] if login.client else None
        Membership.objects.create(user=user, role=login.role.value, client=client)
        if login.site:
            SiteAssignment.objects.create(user=user, site=sites[login.site])
        actors[login.username] = Actor.person(user)
    return actors


def issue_keys(clients: dict[str, Client], at: datetime, actor: Actor) -> None:
    """One API key for each client with every scope, whose text is the published one instead of a random one."""
    for code, token in TOKENS.items():
        key = parties.issue_api_key(
            client=clients[code], name="Demostración", scopes=list(ApiScope), at=at, actor=actor
        ).key
        key.prefix, key.secret_hash = token.prefix, hash_of(token.secret)
        key.save(update_fields=["prefix", "secret_hash"])


def standing_logins() -> list[Login]:
    """Those of LOGINS who are active and still have the published password."""
    users = {user.username: user for user in User.objects.filter(username__in=[one.username for one in LOGINS])}
    opens = cache(lambda hashed: check_password(PASSWORD, hashed))  # one look is enough for all who share it
    return [
        login for login in LOGINS if (user := users.get(login.username)) and user.is_active and opens(user.password)
    ]


def standing_tokens() -> dict[str, Token]:
    """Those of TOKENS, by client, that still open the API."""
    keys = {key.prefix: key for key in ApiKey.objects.filter(revoked_at=None).select_related("client")}
    return {
        code: token
        for code, token in TOKENS.items()
        if (key := keys.get(token.prefix)) and key.client.code == code and key.secret_hash == hash_of(token.secret)
    }
