"""A count by the operators' pages: two people who write down what they see, and a third who approves it."""

import time_machine
from django.urls import reverse

from inventory.models import SiteAssignment
from tests.builders import make_user
from tests.scenarios.world import at
from tests.web.floor import browser_of, key_in

PEOPLE = (("ana", "operator"), ("beto", "operator"), ("carla", "supervisor"))


def take_count_by_page(site, shelf, seen, day):
    """Count a shelf of a site on a day; returns the sheet's number, and whose goods each of the two rounds asked for.

    `seen` is how much lies there of each client, by its code, as typed into the forms.
    """
    first, second, boss = (_person(name, role, site) for name, role in PEOPLE)
    with time_machine.travel(at(day, 8), tick=False):
        new = reverse("warehouse:count_new")
        url = _went_on(first.post(new, {"key": key_in(first.get(new)), "site": site.pk, "locations": shelf}))
    asked = [_count(person, url, seen, at(day, hour)) for person, hour in ((first, 9), (second, 10))]
    with time_machine.travel(at(day, 11), tick=False):
        _went_on(boss.post(f"{url}post/"))
    return url.split("/")[-2], asked


def _person(name, role, site):
    """A browser of somebody who works at the site."""
    user = make_user(name, role=role, language="en")
    SiteAssignment.objects.create(user=user, site=site)
    return browser_of(user)


def _count(person, url, seen, moment):
    """Fill in the form of the sheet's page; returns the clients whose goods it asked for."""
    with time_machine.travel(moment, tick=False):
        cards = person.get(url).context["form"].cards()
        fields = {line.lot.account.client.code: field.html_name for line, field in cards}
        _went_on(person.post(f"{url}record/", {name: seen[code] for code, name in fields.items()}))
    return sorted(fields)


def _went_on(answer):
    """Where a form that was taken leads to."""
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]
