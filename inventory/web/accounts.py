"""Who has an account and who it is: an administrator makes it, nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from inventory.models import User
from inventory.statements import Statement

_USERS = Statement(lambda given: User.objects.filter(pk=given.number("pk")))


class People(AuthenticationBackend):
    """Who someone is: allauth's way in, and on every page after it a query whose text is made once."""

    def get_user(self, user_id: int) -> User | None:
        """The person with this id, who may come in; None where there is none."""
        user = _USERS.first(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Sign-up is closed: accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always False."""
        return False
