"""The steps of the trade through the REST API: the same deeds as `world`, by HTTP, each at its own moment."""

import time_machine

from inventory.parties.roles import ApiScope
from inventory.parties.services import issue_api_key
from tests.api.conftest import Caller
from tests.scenarios.world import ACTOR, at


class ApiDoor:
    """One client's key, and the clock it is used at."""

    def __init__(self, client):
        first = at("2020-01-01")
        key = issue_api_key(client=client, name="scenario", scopes=list(ApiScope), at=first, actor=ACTOR)
        self.caller = Caller(key.token)

    def post(self, url, body, moment, expect=(200, 201)):
        """POST at a moment; the answer's JSON, which must be of an expected status."""
        with time_machine.travel(moment, tick=False):
            answer = self.caller.post(url, body)
        assert answer.status_code in expect, answer.content
        return answer.json()

    def one(self, url):
        """One thing by its URL."""
        answer = self.caller.get(url)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def rows(self, url, **params):
        """Every row of a list."""
        return list(self.caller.pages(url, params))

    def columns(self, url, *names, **params):
        """These columns of a list, oldest row first."""
        return [tuple(row[name] for name in names) for row in self.rows(url, ordering="id", **params)]

    def enter(self, data, day):
        """Enter a declaration; returns its number."""
        return self.post("pedimentos/", data, at(day, 18))["number"]

    def bring_in(self, number, day, dock, shelf, good=None):
        """Receive everything of a pedimento; all of it good unless `good` says how many."""
        receipt = self.post("receipts/", {"pedimento": number}, at(day, 9))
        url = f"receipts/{receipt['number']}/"
        self.post(f"{url}arrive/", {"arrived_at": at(day, 9).isoformat(), "dock": dock}, at(day, 9))
        lines = [{"id": line["id"], "good": good or line["declared"], "location": shelf} for line in receipt["lines"]]
        self.post(f"{url}count/", {"lines": lines}, at(day, 10))
        for notice in self.rows("notices/", is_open="true"):
            self.post(f"notices/{notice['id']}/close/", {"acknowledgement": "A-1"}, at(day, 10))
        self.post(f"{url}close/", {}, at(day, 11))

    def send_out(self, number, origin, destination, sku, quantity, dock, day, *, hour=15, refused_at=None):
        """Ship so many of an item under an outbound pedimento and dispatch; returns the shipment's number.

        Of a shipment that the books refuse `refused_at` a step it returns what they answer, and leaves it as it stands.
        """
        body = {"origin": origin, "destination": destination, "lines": [{"sku": sku, "quantity": str(quantity)}]}
        shipment = self.post("shipments/", body, at(day, hour))["number"]
        steps = {"reserve": {}, "pick": {"dock": dock}, "assign-pedimento": {"pedimento": number}, "dispatch": {}}
        for step, content in steps.items():
            expect = (409,) if step == refused_at else (200,)
            answer = self.post(f"shipments/{shipment}/{step}/", content, at(day, hour), expect)
            if step == refused_at:
                return answer
        return shipment

    def call_off(self, day):
        """Call off the shipment that was refused its dispatch: its goods are free again."""
        (shipment,) = self.rows("shipments/", state="cleared")
        self.post(f"shipments/{shipment['number']}/cancel/", {}, at(day, 20))

    def reverse(self, shipment, day):
        """Take a dispatch back."""
        self.post(f"shipments/{shipment}/reverse/", {"reason": "Turned back"}, at(day, 20))
