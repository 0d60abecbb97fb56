"""What must hold of any page that a real browser shows."""

from axe_playwright_python.sync_playwright import Axe

GRAVE = {"serious", "critical"}


def assert_sound(page, name=""):
    """No sideways scrolling, and nothing that axe calls serious."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} {page.url} scrolls sideways by {wide} px"
    found = [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:3]
    ]
    assert found == [], f"{name} {page.url}"
