"""What each finding means, how urgent it is, and what to do about it. Texts speak the reader's language.

Names in `%(name)s` are filled from the finding's numbers when it is read; one that is missing shows as a dash.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.findings.models import Finding

Severity = Finding.Severity


@dataclass(frozen=True)
class Entry:
    """One kind of finding: its name, its sentence with the numbers, what to do, and how urgent it is."""

    title: Promise
    sentence: Promise
    advice: Promise
    severity: Severity = Severity.WARNING


UNKNOWN = Entry(_("Something to look at"), _("%(subject)s"), _("Open what it names and see what is unusual about it."))

CATALOGUE: dict[str, Entry] = {
    # ── Deadlines and clocks ────────────────────────────────────────────────────────────────────
    "deadline_near": Entry(
        _("Stay ends soon"),
        _("%(remaining)s of %(sku)s under pedimento %(pedimento)s line %(line)s must leave by %(must_leave_by)s."),
        _("Ship them, change their regime, or return them abroad before that day."),
    ),
    "deadline_passed": Entry(
        _("Stay has ended"),
        _("%(remaining)s of %(sku)s under pedimento %(pedimento)s line %(line)s had to leave by %(must_leave_by)s."),
        _("They may leave only by regularisation (A3), late return or destruction. Call the customs broker today."),
        Severity.CRITICAL,
    ),
    "expired_lot_skipped": Entry(
        _("An exit passed over an expired entry"),
        _(
            "%(remaining)s under pedimento %(pedimento)s line %(line)s expired on %(must_leave_by)s and were passed over."
        ),
        _("Regularise what has expired (A3); the exit used the next entry in order."),
        Severity.CRITICAL,
    ),
    "clock_provisional": Entry(
        _("Stay counted from payment"),
        _("Pedimento %(pedimento)s was paid on %(paid_on)s, but its clearance is not recorded yet."),
        _("Record the day of the selection mechanism; until then the shorter deadline counts."),
        Severity.INFO,
    ),
    "exit_before_clearance": Entry(
        _("Goods left before their clearance"),
        _(
            "%(exit)s took goods of pedimento %(pedimento)s on %(legal_date)s; they were cleared only on %(cleared_on)s."
        ),
        _("Check both days with the customs broker, and correct the one that is wrong."),
        Severity.CRITICAL,
    ),
    "consolidated_due": Entry(
        _("Consolidated to be closed"),
        _("Consolidated pedimento %(pedimento)s, opened on %(opened_on)s, must be transmitted by %(limit)s."),
        _("Close it and pay it, unless it consolidates a whole month, as a strategic zone may (RGCE 4.8.5)."),
    ),
    "consolidated_late": Entry(
        _("Consolidated is late"),
        _("Consolidated pedimento %(pedimento)s, opened on %(opened_on)s, had to be transmitted by %(limit)s."),
        _("Call the customs broker today: its goods stay provisional until it closes."),
        Severity.CRITICAL,
    ),
    # ── Notices of law ──────────────────────────────────────────────────────────────────────────
    "notice_arrival_due": Entry(
        _("Arrival notice due"),
        _("The arrival of %(document)s under pedimento %(pedimento)s must be notified by %(due_at)s."),
        _("Send the notice and record its acknowledgement; the receipt cannot be closed without it."),
        Severity.CRITICAL,
    ),
    "notice_discrepancy_due": Entry(
        _("Notice of overage or shortage due"),
        _("What %(document)s counted differs from pedimento %(pedimento)s; the notice is due by %(due_at)s."),
        _("Send the notice and record its acknowledgement."),
        Severity.CRITICAL,
    ),
    # ── Declarations ────────────────────────────────────────────────────────────────────────────
    "over_discharge": Entry(
        _("A rectification leaves too much discharged"),
        _("%(over)s discharged by %(exit)s exceed the rectified entry; other entries hold only %(available)s."),
        _("Nothing was changed. Find the entry that covers the exit, then apply the rectification again."),
        Severity.CRITICAL,
    ),
    "exit_refused": Entry(
        _("An exit was refused for want of bonded balance"),
        _(
            "Exit %(exit)s line %(line)s asked for %(asked)s of %(sku)s on %(on)s, of which %(available)s may leave: "
            "%(short)s short."
        ),
        _(
            "Nothing left. Find what came later, is on hold or has expired (A3); correct the exit before it is tried again."
        ),
        Severity.CRITICAL,
    ),
    "exit_incomplete": Entry(
        _("An exit has not left in full"),
        _("Exit %(exit)s line %(line)s declares %(declared)s of %(sku)s; %(left)s are still to leave."),
        _("Ship the rest under the same pedimento, or have the exit rectified to what left."),
    ),
    "exit_needs_review": Entry(
        _("An exit was re-allocated"),
        _("Rectification %(rectification)s moved part of exit %(exit)s to other entries."),
        _("Review the values and taxes that the exit declared."),
    ),
    "classify_effect": Entry(
        _("Unknown effect of a document key"),
        _("Key %(document_key)s (%(operation)s) of pedimento %(pedimento)s does nothing known to the balance."),
        _("Classify it: until then the pedimento opens and discharges nothing."),
    ),
    "regime_unusual": Entry(
        _("Regime unusual for its key"),
        _("Pedimento %(pedimento)s declares key %(document_key)s under regime %(regime)s."),
        _("Check the declaration with the customs broker."),
    ),
    "factor_off": Entry(
        _("Unit factor far from the catalogue"),
        _(
            "Pedimento %(pedimento)s line %(line)s declares %(declared)s tariff units of %(sku)s; %(expected)s expected."
        ),
        _("Check the declared quantities, or correct the item's factor."),
    ),
    "fx_rate_off": Entry(
        _("Exchange rate is not the one published"),
        _(
            "Pedimento %(pedimento)s declares %(declared)s pesos per dollar; the rate published before %(on)s is %(expected)s."
        ),
        _("Ask the customs broker which day's rate was used; a wrong one needs a rectification."),
    ),
    "exchange_rates_end": Entry(
        _("Exchange rates have run out"),
        _("The last rate loaded was published on %(last)s; declarations of %(on)s have none to be compared with."),
        _("Load what Banco de México has published since: manage.py load_exchange_rates."),
    ),
    "pedimento_number_patent": Entry(
        _("Broker's patent not on the list"),
        _("Patent %(patent)s of pedimento %(number)s is not in the authority's list."),
        _("New patents come late to the list: check the number."),
        Severity.INFO,
    ),
    "pedimento_number_payment_year": Entry(
        _("Paid in another year"),
        _("Pedimento %(number)s is of %(year)s but was paid in %(paid_year)s."),
        _("Check the number and the payment date."),
    ),
    "customs_value_off": Entry(
        _("Customs value differs from price and additions"),
        _(
            "Pedimento %(pedimento)s line %(line)s declares a customs value of %(declared)s; the price paid with additions "
            "and deductions makes %(expected)s."
        ),
        _("Check the additions (incrementables) and the value with the customs broker."),
    ),
    "section_of_number": Entry(
        _("Customs section of another office"),
        _("Pedimento %(pedimento)s is of customs office %(office)s but declares section %(section)s."),
        _("Check the section of clearance."),
    ),
    "rfc_check_digit": Entry(
        _("RFC looks wrong"),
        _("%(document)s: the check digit of RFC %(value)s is %(given)s; it should be %(expected)s."),
        _("Check the RFC with the carrier; some real ones fail the check."),
        Severity.INFO,
    ),
    # ── Differences ─────────────────────────────────────────────────────────────────────────────
    "stock_shortage": Entry(
        _("Less on the shelf than under bond"),
        _("%(document)s found a difference of %(quantity)s of %(sku)s."),
        _("Look for the goods; explain the rest by a rectification, a regularisation or an official record."),
        Severity.CRITICAL,
    ),
    "stock_overage": Entry(
        _("More on the shelf than under bond"),
        _("%(document)s found a difference of %(quantity)s of %(sku)s."),
        _("Declare what is over by a rectification before it moves."),
    ),
    "receipt_damaged": Entry(
        _("Goods arrived damaged"),
        _("%(quantity)s of %(sku)s arrived damaged on %(document)s."),
        _("Keep them in quarantine, take photographs, and tell the client and the insurer."),
    ),
    "container_check_digit": Entry(
        _("Container number looks wrong"),
        _("%(document)s: the check digit of container %(value)s is %(given)s; it should be %(expected)s."),
        _("Read the number on the box again; correct the receipt or the papers."),
    ),
    "seal_mismatch": Entry(
        _("Seal differs"),
        _("%(document)s: seal %(expected)s was declared, %(found)s was found."),
        _("Do not open the vehicle before customs and security have seen it."),
        Severity.CRITICAL,
    ),
    "delivery_short": Entry(
        _("Delivered short"),
        _("Shipment %(shipment)s: %(quantity)s of %(sku)s did not arrive. They stay in transit until explained."),
        _("Ask the carrier, count again, and record the claim."),
    ),
    "delivery_over": Entry(
        _("Delivered over"),
        _("Shipment %(shipment)s: %(quantity)s of %(sku)s more arrived than were shipped."),
        _("Count again and look for the shipment they belong to."),
    ),
    "delivery_damaged": Entry(
        _("Delivered damaged"),
        _("Shipment %(shipment)s: %(quantity)s of %(sku)s arrived damaged."),
        _("Take photographs and record the claim against the carrier."),
    ),
    "count_difference": Entry(
        _("Count differs"),
        _("%(document)s: %(location)s holds %(counted)s of %(sku)s, the books say %(expected)s."),
        _("Have someone else count it again before it is posted."),
    ),
    "shipment_late": Entry(
        _("Shipment is late"),
        _("Shipment %(shipment)s was expected on %(eta)s; its last sign of life is of %(last_seen)s."),
        _("Call the carrier."),
    ),
    # ── Rules overridden ────────────────────────────────────────────────────────────────────────
    "rule_overridden": Entry(
        _("A rule was overridden"),
        _("%(document)s went on although %(rule)s. Reason given: %(reason)s"),
        _("Compliance should read the reason and keep the paper behind it."),
    ),
    # ── The books and the machinery ─────────────────────────────────────────────────────────────
    "books_differ": Entry(
        _("The books do not add up"),
        _("%(check)s: %(subject)s says %(stored)s, re-added it is %(computed)s."),
        _("Stop working on it and call support: nothing is repaired by itself."),
        Severity.CRITICAL,
    ),
    "audit_chain_broken": Entry(
        _("The audit trail was changed"),
        _("The sealed rows of %(day)s (%(table)s) are no longer those that were sealed."),
        _(
            "Keep the database as it is, call whoever is in charge of security, and compare with the backup of that day."
        ),
        Severity.CRITICAL,
    ),
    "job_failed": Entry(
        _("Background work failed"),
        _("Job %(job)s (%(title)s) was given up: %(error)s"),
        _("Look at the job, mend the cause and ask for it again."),
    ),
}


def entry(code: str) -> Entry:
    """What a finding of this code means."""
    return CATALOGUE.get(code, UNKNOWN)


def sentence(finding: Finding, show: Callable[[Any], str] = str) -> str:
    """What happened, with the finding's own numbers, each as `show` writes it, in the reader's language."""
    known = {"subject": finding.subject, **finding.context}
    return str(entry(finding.code).sentence) % _Numbers({name: show(value) for name, value in known.items()})


class _Numbers(dict[str, Any]):
    """The numbers of a finding; one that an older row lacks is a dash, so that a page always draws."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__(known)

    def __missing__(self, key: str) -> str:
        return "—"
