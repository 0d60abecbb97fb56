"""Asking for placement's long work, from a page or by API: what cannot be is refused now, and not by the job."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from inventory.errors import InvalidInput, gettext_noop
from inventory.jobs import services as jobs
from inventory.jobs.models import Job
from inventory.parties.models import Client
from inventory.parties.scope import Actor
from inventory.placement import scenarios as comparing
from inventory.placement import services
from inventory.placement.models import Scenario

RUN = "placement_run"


def ask_for_run(*, client: Client, parameters: Mapping[str, Any], at: datetime, actor: Actor) -> Job:
    """A job that works out where a client's stock ought to be; `parameters` as of `services.run_job`, all optional.

    Raises InvalidInput for a number out of its range.
    """
    services.asked(parameters, at)
    title = _("Recommendations for %(client)s") % {"client": client.name}
    return jobs.request(kind=RUN, title=title, parameters=parameters, client=client, actor=actor, at=at)


def ask_for_comparison(
    *, client: Client, scenarios: Sequence[Scenario], is_retuned: bool, with_tornado: bool, at: datetime, actor: Actor
) -> Job:
    """A job that computes scenarios of a client beside today. Raises InvalidInput for none, for too many, or another client's."""
    if any(row.client_id != client.pk for row in scenarios) or not 0 < len(scenarios) <= comparing.MOST_COMPARED:
        raise InvalidInput(
            gettext_noop("Of one client, at most %(most)s. Today stands beside them."),
            field="scenarios", value=len(scenarios), rule="range", most=comparing.MOST_COMPARED,
        )  # fmt: skip
    title = _("Scenarios of %(client)s") % {"client": client.name}
    chosen = {
        "scenarios": [row.pk for row in scenarios],
        "is_retuned": is_retuned,
        "with_tornado": with_tornado,
    }
    return jobs.request(kind=comparing.KIND, title=title, parameters=chosen, client=client, actor=actor, at=at)
