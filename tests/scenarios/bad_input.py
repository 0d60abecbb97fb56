"""A declaration with one fault, by each of the doors it may come through: what each door says of it."""

import html

import time_machine
from django.urls import reverse

from inventory.errors import InvalidInputs
from tests.builders import make_user
from tests.scenarios import world
from tests.scenarios.world import at
from tests.web.floor import browser_of


def by_service(client, data, day):
    """What the service says: each error's field, value, rule and sentence."""
    try:
        world.enter(client, data, day)
    except InvalidInputs as refusal:
        return [(one.field, str(one.context["value"]), one.rule, str(one)) for one in refusal]
    raise AssertionError("The service took it.")


def by_api(door, data, day):
    """What the API says."""
    problem = door.post("pedimentos/", data, at(day, 18), expect=(422,))
    return [(one["field"], str(one["value"]), one["rule"], one["message"]) for one in problem["errors"]]


def by_page(client, data, day):
    """What the form says: the field each sentence stands on, and the sentence, the field's label read as its name."""
    with time_machine.travel(at(day, 18), tick=False):
        browser = browser_of(make_user(role="customs", language="en"))
        answer = browser.post(reverse("inventory:pedimento_new"), {"client": client.pk, **typed(data)})
    assert answer.status_code == 422, answer.status_code
    entry = answer.context["entry"]
    parts = {"": entry.header, **{f"lines[{place}].": row.form for place, row in enumerate(entry.rows["lines"])}}
    faults = [(path, form, name, said) for path, form in parts.items() for name, [said] in form.errors.items()]
    assert all(said in html.unescape(answer.content.decode()) for *_where, said in faults)
    return [
        (f"{path}{name}", said.replace(f"{form.fields[name].label}: ", f"{path}{name}: "))
        for path, form, name, said in faults
    ]


def typed(data, prefix=""):
    """Nested data as the fields of the form: `lines[0].sku` is `lines-0-sku`."""
    fields = {}
    for name, value in data.items():
        if isinstance(value, list):
            for place, row in enumerate(value):
                fields |= typed(row, f"{prefix}{name}-{place}-")
        else:
            fields[f"{prefix}{name}"] = value
    return fields
