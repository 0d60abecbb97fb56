"""What a back-test says, in words: policies, classes, steps, the sentence above its figures, and what to bear in mind."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from inventory.placement.engine.compare import DONE, ENGINE, FIXED, FORWARD, NORMAL, SUPPLY, TUNING, UNTUNED

POLICIES = {
    ENGINE: later("Recinto's engine"),
    UNTUNED: later("Weeks of supply, 4 + 4"),
    SUPPLY: later("Weeks of supply, tuned"),
    NORMAL: later("Normal base stock, tuned"),
    FORWARD: later("All forward, tuned"),
    DONE: later("What was done"),
}
CLASSES = {
    "smooth": later("Smooth"),
    "erratic": later("Erratic"),
    "intermittent": later("Intermittent"),
    "lumpy": later("Lumpy"),
}


def stage_text(what: str) -> str:
    """What a back-test is doing, from the word of its engine."""
    if what == TUNING:
        return _("Tuning on the weeks before")
    if what == FIXED:
        return _("Looking for the best fixed levels")
    return _("Playing: %(policy)s") % {"policy": POLICIES[what]}
