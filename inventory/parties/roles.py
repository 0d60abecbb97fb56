"""Roles and what each may do. Default deny: a capability not listed here is refused."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the operator company."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    CUSTOMS = "customs"
    PLANNER = "planner"
    ADMINISTRATOR = "administrator"
    AUTHORITY = "authority"
    CLIENT = "client"


class Can(StrEnum):
    """One thing a person may do."""

    SEE_STOCK = "stock.see"
    SEE_CUSTOMS = "customs.see"
    SEE_SHIPMENTS = "shipment.see"
    SEE_REPORTS = "report.see"
    SEE_PLACEMENT = "placement.see"
    SEE_LEAD_TIMES = "lead_time.see"
    SEE_DEMAND = "demand.see"
    SEE_CATALOG = "catalog.see"
    SEE_FINDINGS = "finding.see"
    SEE_AUDIT = "audit.see"
    EDIT_PEDIMENTO = "pedimento.edit"
    RECEIVE = "receipt.work"
    MOVE = "movement.work"
    SHIP = "shipment.work"
    DISPATCH = "shipment.dispatch"
    REVERSE = "posting.reverse"
    COUNT = "count.work"
    APPROVE_COUNT = "count.approve"
    TRACK = "milestone.record"
    OVERRIDE = "customs.override"
    RESOLVE_FINDING = "finding.resolve"
    EDIT_CATALOG = "catalog.edit"
    IMPORT_DEMAND = "demand.import"
    RUN_PLACEMENT = "placement.run"
    DECIDE_PLACEMENT = "placement.decide"
    PLAN_EVENTS = "placement.events"
    EXPORT = "report.export"
    ADMINISTER = "admin"


_SEE_ALL = {
    Can.SEE_STOCK, Can.SEE_CUSTOMS, Can.SEE_SHIPMENTS, Can.SEE_REPORTS, Can.SEE_PLACEMENT,
    Can.SEE_DEMAND, Can.SEE_CATALOG, Can.SEE_FINDINGS, Can.EXPORT,
    # Learned from every client's shipments: the company's own, for the staff that answers for all sites.
    Can.SEE_LEAD_TIMES,
}  # fmt: skip
_FLOOR = {Can.RECEIVE, Can.MOVE, Can.SHIP, Can.COUNT, Can.TRACK, Can.DISPATCH}
_SEE_FLOOR = {
    Can.SEE_STOCK,
    Can.SEE_CUSTOMS,
    Can.SEE_SHIPMENTS,
    Can.SEE_CATALOG,
    Can.SEE_FINDINGS,
}

CAPABILITIES: dict[Role, frozenset[Can]] = {
    Role.OPERATOR: frozenset(_SEE_FLOOR | _FLOOR),
    Role.SUPERVISOR: frozenset(
        _SEE_ALL
        | _FLOOR
        | {
            Can.REVERSE,
            Can.APPROVE_COUNT,
            Can.RESOLVE_FINDING,
            Can.EDIT_PEDIMENTO,
            Can.EDIT_CATALOG,
        }
    ),
    Role.CUSTOMS: frozenset(
        _SEE_ALL
        | {
            Can.EDIT_PEDIMENTO,
            Can.OVERRIDE,
            Can.RESOLVE_FINDING,
            Can.REVERSE,
            Can.SEE_AUDIT,
            Can.EDIT_CATALOG,
            Can.DISPATCH,
            Can.TRACK,
        }
    ),
    Role.PLANNER: frozenset(_SEE_ALL | {Can.IMPORT_DEMAND, Can.RUN_PLACEMENT, Can.DECIDE_PLACEMENT, Can.PLAN_EVENTS}),
    Role.ADMINISTRATOR: frozenset(Can),
    # Article 14-D: the authority reads the inventory of the zone continuously, and nothing of anyone's commerce.
    Role.AUTHORITY: frozenset({Can.SEE_STOCK, Can.SEE_CUSTOMS, Can.SEE_REPORTS, Can.EXPORT}),
    Role.CLIENT: frozenset(
        {
            Can.SEE_STOCK,
            Can.SEE_CUSTOMS,
            Can.SEE_SHIPMENTS,
            Can.SEE_REPORTS,
            Can.SEE_PLACEMENT,
            Can.SEE_DEMAND,
            Can.SEE_CATALOG,
            Can.EXPORT,
            Can.IMPORT_DEMAND,
            Can.RUN_PLACEMENT,
            Can.DECIDE_PLACEMENT,
        }
    ),
}


class ApiScope(StrEnum):
    """What an API key may do, over its own client's rows only."""

    READ = "read"
    PEDIMENTOS = "pedimentos:write"
    RECEIPTS = "receipts:write"
    SHIPMENTS = "shipments:write"
    DEMAND = "demand:write"
    PLACEMENT = "placement:write"
    CATALOG = "catalog:write"
