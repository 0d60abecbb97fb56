"""What one logged-in person may see and do, read once per request from their memberships."""

from dataclasses import dataclass

from inventory.parties.models import Membership, User
from inventory.parties.roles import CAPABILITIES, Can, Role
from inventory.parties.scope import Actor, ClientScope
from inventory.statements import Statement

_MEMBERSHIPS = Statement(
    lambda given: Membership.objects.filter(user=given.number("user")).values_list("role", "client_id")
)


@dataclass(frozen=True)
class Access:
    """A person's roles, what they allow, and whose rows they may see."""

    user_id: int
    actor: Actor
    roles: frozenset[Role]
    scope: ClientScope
    capabilities: frozenset[Can]

    def can(self, capability: str) -> bool:
        """True when one of the person's roles allows this."""
        return capability in self.capabilities


def access_of(user: User) -> Access:
    """The access of a user. Someone with no membership sees nothing and may do nothing.

    A superuser is an administrator. Staff roles see every client; a client's user sees that client only, even when
    the same person also holds no other role.
    """
    memberships = _MEMBERSHIPS.rows(user=user.pk)
    roles = {Role(role) for role, _client in memberships}
    if user.is_superuser:
        roles.add(Role.ADMINISTRATOR)
    capabilities = frozenset().union(*(CAPABILITIES[role] for role in roles)) if roles else frozenset()
    staff = bool(roles - {Role.CLIENT})
    client_ids = (client_id for _role, client_id in memberships if client_id is not None)
    scope = ClientScope.everyone() if staff else ClientScope.of(*client_ids)
    return Access(user.pk, Actor.person(user), frozenset(roles), scope, capabilities)
