"""The remesas of a consolidated declaration, noted one by one while it is open or when it is tidied up."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inventory.audit.trail import record_parts
from inventory.customs.errors import WrongEffect
from inventory.customs.paper_checks import remesa_faults
from inventory.customs.paper_models import PedimentoRemesaNotice
from inventory.customs.papers import RemesaNoticeDraft, read_remesa_notice
from inventory.customs.pedimento_models import Pedimento
from inventory.customs.reader import Reader
from inventory.customs.services.entering import said, typed
from inventory.errors import InvalidInput, InvalidInputs
from inventory.parties.scope import Actor
from inventory.places.clock import local_date


@transaction.atomic
def record_remesa(
    *, pedimento: Pedimento, remesa: int, number: str, issued_on: date, at: datetime, actor: Actor
) -> Pedimento:
    """Note the electronic notice of one remesa of a consolidated declaration; the same told again is one notice.

    Raises WrongEffect, InvalidInputs.
    """
    pedimento = Pedimento.objects.select_for_update(of=("self",)).select_related("site").get(pk=pedimento.pk)
    if not pedimento.is_consolidated:
        raise WrongEffect(_("Pedimento %(number)s is not a consolidated one."), number=pedimento.number)
    if pedimento.state == Pedimento.State.CANCELLED:
        raise WrongEffect(
            _("Pedimento %(number)s is %(state)s."), number=pedimento.number, state=pedimento.get_state_display()
        )
    reader = Reader({"remesa": remesa, "number": number, "issued_on": issued_on})
    notice = read_remesa_notice(reader)
    today = local_date(at, pedimento.site.time_zone)
    found = remesa_faults(notice, today, pedimento.consolidated_opened_on, pedimento.consolidated_closed_on)
    errors = reader.errors or [fault.as_error(path, value) for path, value, fault in found]
    if errors:
        raise InvalidInputs(errors)
    if not _stands(pedimento, notice):
        row = PedimentoRemesaNotice(pedimento=pedimento, **typed(notice, PedimentoRemesaNotice))
        row.save(force_insert=True)
        record_parts(pedimento, {"remesa_notices": [said(row)]})
        pedimento.version += 1
        pedimento.save(update_fields=["version"])
    return pedimento


def _stands(pedimento: Pedimento, notice: RemesaNoticeDraft) -> bool:
    """True when this very notice was noted before. Raises InvalidInputs when its remesa or its number has another one."""
    for name in ("remesa", "number"):
        value = getattr(notice, name)
        row = pedimento.remesa_notices.filter(**{name: value}).first()
        if row is None:
            continue
        if (row.remesa, row.number, row.issued_on) == (notice.remesa, notice.number, notice.issued_on):
            return True
        message = _("%(field)s: %(value)s stands twice.")
        raise InvalidInputs([InvalidInput(message, field=name, value=value, rule="unique")])
    return False
