"""Blind counts: open a sheet, count, recount what differs, post what is left of the difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit import context as audit
from inventory.audit.trail import save_known
from inventory.customs import services as customs
from inventory.customs.models import StockDifference
from inventory.errors import InvalidInput, present
from inventory.findings import services as findings
from inventory.ledger import services as ledger
from inventory.ledger.models import Account, Balance, Posting
from inventory.ledger.moves import Move
from inventory.parties.scope import Actor
from inventory.places.clock import local_date
from inventory.places.models import Location, Site
from inventory.places.services import virtual_location
from warehouse.counting.errors import SamePerson, SheetState
from warehouse.counting.models import CountLine, CountSheet
from warehouse.numbering import save_numbered

State = CountSheet.State


@transaction.atomic
def open_sheet(*, site: Site, locations: Iterable[Location], at: datetime, actor: Actor) -> CountSheet:
    """A sheet of everything the books have at these locations. Who counts does not see the quantities.

    Raises InvalidInput for a location of another site, or when there is nothing to count.
    """
    locations = list(locations)
    for location in locations:
        if location.site_id != site.pk or location.is_virtual:
            raise InvalidInput(
                _("%(field)s: %(value)s is no location of this site."),
                field="locations",
                value=location.code,
                rule="of_site",
            )
    balances = Balance.objects.filter(location__in=locations, quantity__gt=0).order_by("location__code", "lot_id")
    rows = list(balances)
    if not rows:
        raise InvalidInput(
            _("Nothing lies at these locations: there is nothing to count."),
            field="locations",
            value=[location.code for location in locations],
            rule="not_empty",
        )
    sheet = CountSheet(site=site, opened_at=at, opened_by=actor.label)
    save_numbered(sheet, "CON")
    CountLine.objects.bulk_create(
        [CountLine(sheet=sheet, lot_id=row.lot_id, location_id=row.location_id, expected=row.quantity) for row in rows]
    )
    return sheet


@transaction.atomic
def record_counts(*, sheet: CountSheet, counts: Mapping[int, Decimal], at: datetime, actor: Actor) -> CountSheet:
    """Write down counts by line id: the first round, or, on a sheet to be recounted, the second by somebody else.

    When every line of the round has its number, a first round that differs asks for a recount; anything else is counted.
    Raises SheetState, SamePerson, InvalidInput.
    """
    sheet = _locked(sheet, State.OPEN, State.RECOUNT)
    is_recount = sheet.state == State.RECOUNT
    if is_recount and sheet.counted_by == actor.label:
        raise SamePerson(
            _("%(who)s counted sheet %(sheet)s: somebody else recounts it."), who=actor.label, sheet=sheet.number
        )
    lines = {line.pk: line for line in sheet.lines.all()}
    for line_id, quantity in counts.items():
        line = lines.get(line_id)
        if line is None or quantity < 0:
            raise InvalidInput(
                _("%(field)s: %(value)s is no quantity of a line of this sheet."),
                field=f"lines[{line_id}]",
                value=quantity,
                rule="known" if line is None else "not_negative",
            )
        name = "recounted" if is_recount else "counted"
        before = copy(line)
        setattr(line, name, quantity)
        save_known(line, before, [name])
    differing = [line for line in lines.values() if line.counted != line.expected]
    if is_recount:
        sheet.recounted_by = actor.label
        sheet.state = State.RECOUNT if any(line.recounted is None for line in differing) else State.COUNTED
    else:
        sheet.counted_by = actor.label
        if all(line.counted is not None for line in lines.values()):
            sheet.state = State.RECOUNT if differing else State.COUNTED
    sheet.save(update_fields=["counted_by", "recounted_by", "state"])
    return sheet


@transaction.atomic
def post_sheet(*, sheet: CountSheet, at: datetime, actor: Actor) -> CountSheet:
    """Bring the shelf's books to what was counted; in bond the customs balance stays and the difference stands in sight.

    Raises SheetState, SamePerson when who approves is who counted, and what the books refuse.
    """
    sheet = _locked(sheet, State.COUNTED)
    if actor.label in (sheet.counted_by, sheet.recounted_by):
        raise SamePerson(
            _("%(who)s counted sheet %(sheet)s: somebody else approves it."), who=actor.label, sheet=sheet.number
        )
    lines = list(sheet.lines.select_related("lot__account__item", "location").order_by("pk"))
    found_on = local_date(at, sheet.site.time_zone)
    unknown = virtual_location(sheet.site, Location.Kind.DIFFERENCE)
    moves: list[Move] = []
    by_account: dict[Account, Decimal] = defaultdict(Decimal)
    for line in lines:
        difference = _difference(line)
        if difference > 0:
            moves.append(Move(line.lot_id, unknown.pk, line.location_id, difference))
        elif difference < 0:
            moves.append(Move(line.lot_id, line.location_id, unknown.pk, -difference))
        if difference:
            by_account[line.lot.account] += difference
            _report(sheet, line, at)
    if moves:
        sheet.posting = ledger.post(
            key=_key(sheet),
            kind=Posting.Kind.COUNT,
            moves=moves,
            legal_date=found_on,
            at=at,
            actor=actor,
            document=sheet.number,
        )
    for account, quantity in sorted(by_account.items(), key=lambda pair: pair[0].pk):
        if account.is_bonded:
            customs.record_difference(
                account=account,
                quantity=quantity,
                origin=StockDifference.Origin.COUNT,
                document=sheet.number,
                found_on=found_on,
                at=at,
                actor=actor,
            )
    sheet.state, sheet.posted_at, sheet.posted_by = State.POSTED, at, actor.label
    with audit.doing(_key(sheet)):
        sheet.save(update_fields=["posting", "state", "posted_at", "posted_by"])
    return sheet


@transaction.atomic
def cancel(*, sheet: CountSheet, at: datetime, actor: Actor) -> CountSheet:
    """Take back a sheet that was not posted."""
    sheet = _locked(sheet, State.OPEN, State.RECOUNT, State.COUNTED)
    sheet.state = State.CANCELLED
    sheet.save(update_fields=["state"])
    return sheet


def _key(sheet: CountSheet) -> str:
    """Under which the books know what this sheet found."""
    return f"count/{sheet.number}"


def _locked(sheet: CountSheet, *states: str) -> CountSheet:
    """The sheet, locked, in one of these states."""
    sheet = CountSheet.objects.select_related("site").select_for_update(of=("self",)).get(pk=sheet.pk)
    if sheet.state not in states:
        raise SheetState(_("Count sheet %(sheet)s is %(state)s."), sheet=sheet.number, state=sheet.get_state_display())
    return sheet


def _difference(line: CountLine) -> Decimal:
    """What was counted (the recount where there is one) less what the books said when the sheet was opened."""
    counted = line.counted if line.recounted is None else line.recounted
    return present(counted) - line.expected


def _report(sheet: CountSheet, line: CountLine, at: datetime) -> None:
    """A finding for a line that differs."""
    account = line.lot.account
    findings.raise_finding(
        code="count_difference",
        subject=f"count/{sheet.number}/{line.pk}",
        client=account.client_id,
        site_code=sheet.site.code,
        context={
            "document": sheet.number,
            "location": line.location.code,
            "sku": account.item.sku,
            "expected": line.expected,
            "counted": line.expected + _difference(line),
        },
        at=at,
    )
