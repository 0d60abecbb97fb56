"""The tone of every state of every thing, so that green means the same on every page."""

TONES = {
    "neutral": "draft planned announced proposed queued info cancelled closed reversed superseded expired_closed none",
    "info": "open running reserved picking picked loading loaded counting counted validated opened in_progress pick",
    "accent": "dispatched transit in_transit crossing crossed shipping arrived",
    "success": "done paid posted received receipt_posted released us_released accepted approved cleared active executed "
    "complete completed delivered resolved fulfilled shipped",
    "warning": "warning pending recount partial held short quarantine us_secondary_referred mx_module_red stale late "
    "with_differences differences expiring returned",
    "danger": "critical failed refused rejected expired overdue lost revoked error blocked",
}
_OF_STATE = {state: tone for tone, states in TONES.items() for state in states.split()}


def tone_of(state: str) -> str:
    """The tone of a state by its stored value; neutral for one that has none of its own.

    >>> tone_of("PAID"), tone_of("in-transit"), tone_of("whatever")
    ('success', 'accent', 'neutral')
    """
    return _OF_STATE.get(state.lower().replace("-", "_"), "neutral")
