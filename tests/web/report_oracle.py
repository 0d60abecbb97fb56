"""What each question of a report ought to leave of its rows, in the varied world: who is where, and since when."""

from datetime import timedelta

from django.utils import timezone

from inventory.reports.asking import DATES
from inventory.reports.shapes import Ask
from tests.web.varied_world import DAYS_APART

AT = {"zone": {"zqbravo", "zqalfa"}, "farzone": {"zqgolf"}}
SITE_OF = {client: site for site, clients in AT.items() for client in clients}
# The column by whose number or day a report is asked.
PEDIMENTO = {"exits_of_entry": "entry", "entries_of_exit": "exit"}
DAY = {"entries": "entered_on", "exits_of_entry": "left_on", "entries_of_exit": "left_on"}


def worth_asking(report, ask, rows):
    """Answers that leave different rows."""
    if ask in DATES:
        return [(timezone.localdate() - timedelta(days=back)).isoformat() for back in (DAYS_APART // 2, DAYS_APART * 2)]
    if ask is Ask.PEDIMENTO:
        column = PEDIMENTO.get(report.code, "pedimento")
        numbers = sorted({row[column] for row in rows} - {""})
        return [numbers[0], numbers[-1]]
    return {
        Ask.CLIENT: ["zqalfa", "zqgolf"], Ask.SITE: list(AT), Ask.REGIME: ["RFS", "DFI"],
        Ask.SKU: ["ZQALFA-SKU", "ZQGOLF-SKU"],
    }[ask]  # fmt: skip


def left(report, ask, value, rows):
    """The very rows that ought to be left; None where a question changes their figures too."""
    day = DAY.get(report.code)
    if ask in DATES and (day is None or ask is Ask.KNOWN_ON):
        return None
    if report.code == "flows" and ask is Ask.CLIENT:
        return None
    return [row for row in rows if _is_asked_for(report, ask, value, row)]


def _is_asked_for(report, ask, value, row):
    match ask:
        case Ask.CLIENT | Ask.REGIME:
            return row[ask.value] == value
        case Ask.SITE:
            return row["client"] in AT[value] if "client" in row else row["origin"] == value
        case Ask.SKU:
            return row["sku"] == value if "sku" in row else value == f"{row['client']}-SKU".upper()
        case Ask.PEDIMENTO:
            return row[PEDIMENTO.get(report.code, "pedimento")] == value
        case Ask.SINCE:
            return row[DAY[report.code]].isoformat() >= value
        case _:
            return row[DAY[report.code]].isoformat() <= value


def named_in(rows):
    """Who, or which way, the rows speak of."""
    return {row.get("client") or row["origin"] for row in rows}


def names_left(report, ask, value, rows):
    """Whom the rows ought to speak of, where their figures change with the question."""
    everyone = named_in(rows)
    today = timezone.localdate()
    begun = {one: today - timedelta(days=DAYS_APART if one in ("zqgolf", "farzone") else 0) for one in everyone}
    if ask is Ask.CLIENT:
        return {SITE_OF[value]}
    if report.code == "demand_accuracy":  # ten weeks of demand came before each world began
        begun = {one: day - timedelta(days=70) for one, day in begun.items()}
    if ask is Ask.SINCE:  # accounts stay, with an opening; flows do not
        return (
            everyone
            if report.code == "reconciliation"
            else {one for one in everyone if begun[one].isoformat() >= value}
        )
    return {one for one in everyone if begun[one].isoformat() <= value}
