"""Setting a level by hand, and taking that back: it is kept who did, when and why, and what was computed then."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from inventory.catalog.models import Item
from inventory.errors import InvalidInput, gettext_noop
from inventory.parties.scope import Actor
from inventory.placement.errors import OverrideEnded
from inventory.placement.models import LevelOverride, PlacementLevel
from inventory.places.clock import local_date
from inventory.places.models import Site

PLANNED = (Site.Kind.BONDED, Site.Kind.US_DC)


@transaction.atomic
def override_level(
    *, item: Item, site: Site, value: Decimal, until: date, reason: str, at: datetime, actor: Actor
) -> LevelOverride:
    """Set the level of an item at a site until a day, included; the one set before ends. Runs of that day and before honour it.

    Raises InvalidInput for a value that is not whole packs, a day that is past, a site nobody plans for, or no reason.
    """
    item = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    _check(item, site, value, until, reason, at)
    for before in LevelOverride.objects.filter(item=item, site=site, ended_at__isnull=True):
        end_override(override=before, at=at, actor=actor)
    newest = PlacementLevel.objects.filter(item=item, site=site, run__client=item.client_id).order_by("-run_id").first()
    computed = None
    if newest:
        by_hand = newest.explanation.get("computed")
        computed = newest.order_up_to if by_hand is None else Decimal(str(by_hand))
    return LevelOverride.objects.create(
        item=item, site=site, value=value, computed=computed, until=until, reason=reason.strip()[:300], created_at=at,
        created_by=actor.label,
    )  # fmt: skip


@transaction.atomic
def end_override(*, override: LevelOverride, at: datetime, actor: Actor) -> LevelOverride:
    """Let the computed level hold again. Raises OverrideEnded."""
    row = LevelOverride.objects.select_for_update().get(pk=override.pk)
    if row.ended_at:
        raise OverrideEnded(gettext_noop("This level was taken back before, by %(by)s."), by=row.ended_by)
    row.ended_at, row.ended_by = at, actor.label
    row.save(update_fields=["ended_at", "ended_by"])
    return row


def _check(item: Item, site: Site, value: Decimal, until: date, reason: str, at: datetime) -> None:
    if site.kind not in PLANNED:
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s is neither a bonded zone nor a distribution center."),
            field="site", value=site.code, rule="planned",
        )  # fmt: skip
    if value < 0 or value % item.pack_size:
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s is not a whole number of packs of %(pack)s."),
            field="value", value=value, rule="whole_packs", pack=item.pack_size,
        )  # fmt: skip
    if until < local_date(at, site.time_zone):
        raise InvalidInput(
            gettext_noop("%(field)s: %(value)s is past."), field="until", value=until.isoformat(), rule="not_past"
        )
    if not reason.strip():
        raise InvalidInput(gettext_noop("Say why."), field="reason", value=reason, rule="required")
