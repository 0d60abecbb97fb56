"""What must hold of any page that a real browser shows."""

from axe_playwright_python.sync_playwright import Axe

GRAVE = {"serious", "critical"}
# Preloading would build style sheets of its own, which our policy refuses, for the sake of two rules that never apply here.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def assert_sound(page, name="", *, rules=None):
    """No sideways scrolling, and nothing that axe calls serious; `rules` may switch some of axe's off."""
    page.wait_for_load_state()  # what a click leads to may not have a document yet
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} {page.url} scrolls sideways by {wide} px"
    found = [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in Axe().run(page, options={**OPTIONS, "rules": rules or {}}).response["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:3]
    ]
    assert found == [], f"{name} {page.url}: {found}"
