"""How people come to have an account: an administrator makes it; nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Sign-up is closed: accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always False."""
        return False
