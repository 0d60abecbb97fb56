"""`manage.py demo_logins`: who can log in to the demonstration, and the clients' API keys. Says nothing anywhere else."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand

from warehouse.demo import people


class Command(BaseCommand):
    """Prints only people whose published password still opens the door, and keys that still work."""

    requires_system_checks: ClassVar[list[str]] = []
    help = "Print the logins and API keys of the demonstration, if it is loaded."

    def handle(self, *args: Any, **options: Any) -> None:
        logins, tokens = people.standing_logins(), people.standing_tokens()
        if logins:
            self.stdout.write(f"Demonstration logins, password {people.PASSWORD}")
            for login in logins:
                bound = login.site or login.client
                where = f" ({bound})" if bound else ""
                self.stdout.write(f"  {login.username:<20}{login.role.value}{where}")
        if tokens:
            self.stdout.write("API keys, sent as Authorization: Bearer …")
            for code, token in tokens.items():
                self.stdout.write(f"  {code:<20}{token}")
