"""A small world whose every figure is known: one account of Acme's with two entries, three exits and a correction.

10 Jan  entry E1   100 at 10.00      20 Feb  exit abroad      30 of E1, undone on 2 Mar
10 Feb  entry E2    50 at 12.00       1 Mar  exit to Mexico   20 of E1, recorded on 5 Mar
                                      15 Feb  rectification   +5 of E2, recorded on 1 Mar
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

from inventory.customs.models import Discharge, LotCorrection, StockDifference
from inventory.customs.pedimento_models import Contribution
from inventory.ledger import services as ledger
from inventory.ledger.moves import Move
from inventory.places.models import Location
from tests.builders import (
    ACTOR,
    make_account,
    make_authorisation,
    make_bonded_lot,
    make_client,
    make_item,
    make_location,
    make_lot,
    make_outbound_line,
    make_pedimento,
    make_site,
)


def day(month, number):
    return date(2026, month, number)


def moment(month, number):
    return datetime(2026, month, number, 18, tzinfo=UTC)


def build():
    acme, other = make_client("acme", name="Acme Ñandú"), make_client("other")
    site = make_site("slp")
    authorisation = make_authorisation("RFS", site=site, number="RFS-1")
    account = make_account(
        make_item(acme, "RUEDA-1", description="Rueda de acero, Ø 20 cm"), authorisation=authorisation
    )
    theirs = make_account(make_item(other, "SECRETO-9"), authorisation=authorisation)
    first, second = entry(account, 100, 1000, day(1, 10)), entry(account, 50, 600, day(2, 10))
    hidden = entry(theirs, 7, 70, day(1, 10))
    abroad = make_outbound_line(account, 30, document_key="J4")
    home = make_outbound_line(account, 20, document_key="G1", operation="IMP", regime="IMD")
    gone = discharge(first, abroad, 30, day(2, 20), moment(2, 20))
    discharge(first, abroad, -30, day(3, 2), moment(3, 2), reverses=gone, reason="Truck came back")
    discharge(first, home, 20, day(3, 1), moment(3, 5))
    discharge(hidden, make_outbound_line(theirs, 2), 2, day(2, 20), moment(2, 20))
    correct(second, 5, day(2, 15), moment(3, 1))
    put_on_shelf(account, site, 133, day(3, 6))
    put_on_shelf(theirs, site, 5, day(3, 6))
    StockDifference.objects.create(
        account=account, quantity=-2, origin="count", document="CNT-1", found_on=day(3, 6), recorded_at=moment(3, 6),
        actor_label="tester",
    )  # fmt: skip
    return SimpleNamespace(
        acme=acme,
        other=other,
        site=site,
        account=account,
        theirs=theirs,
        first=first,
        second=second,
        abroad=abroad,
        home=home,
    )


def entry(account, quantity, value, on):
    """A bonded lot with its taxes: IGI 5 % pending, IVA 16 % on credit, and DTA paid in cash."""
    lot = make_bonded_lot(account, quantity, value=value, day=on, recorded_at=moment(on.month, on.day))
    line = lot.subline.line
    for code, rate, form in (("6", "0.05", "6"), ("3", "0.16", "21"), ("1", "0.008", "0")):
        amount = Decimal(value) * Decimal(rate)
        Contribution.objects.create(
            pedimento=line.pedimento, line=line, code=code, payment_form=form, amount_mxn=amount
        )
    return lot


def discharge(lot, line, quantity, on, recorded_at, **values):
    """A row of the trail, and what it leaves of the lot."""
    share = Decimal(quantity) * lot.value_mxn / lot.quantity
    lot.remaining -= quantity
    lot.remaining_tariff -= quantity
    lot.remaining_value_mxn -= share
    lot.save(update_fields=["remaining", "remaining_tariff", "remaining_value_mxn"])
    return Discharge.objects.create(
        bonded_lot=lot, outbound_line=line, account=lot.account, quantity=quantity, tariff_quantity=quantity,
        value_mxn=share, legal_date=on, recorded_at=recorded_at, key=f"exit/{recorded_at}/{line.pk}/{quantity}",
        actor_label="tester", **values,
    )  # fmt: skip


def correct(lot, quantity, on, recorded_at):
    """A rectification that raises what a lot declared."""
    rectification = make_pedimento(
        lot.account.client, document_key="R1", effect="COR", rectifies=lot.subline.line.pedimento
    )
    LotCorrection.objects.create(
        bonded_lot=lot, rectification=rectification, quantity=quantity, tariff_quantity=quantity,
        value_mxn=quantity * 12, legal_date=on, recorded_at=recorded_at, actor_label="tester",
    )  # fmt: skip
    for field in ("remaining", "remaining_tariff", "declared", "declared_tariff"):
        setattr(lot, field, getattr(lot, field) + quantity)
    lot.remaining_value_mxn += quantity * 12
    lot.declared_value_mxn += quantity * 12
    lot.save()


def put_on_shelf(account, site, quantity, on):
    """A receipt of so much into one bin."""
    vendor, bin_ = make_location(site, kind=Location.Kind.VENDOR), make_location(site)
    move = Move(make_lot(account).pk, vendor.pk, bin_.pk, Decimal(quantity))
    ledger.post(
        key=f"receipt/{account.pk}",
        kind="receipt",
        moves=[move],
        legal_date=on,
        at=moment(on.month, on.day),
        actor=ACTOR,
    )
