"""What the pages ship: as its manifest says, complete, and nothing that a strict policy would refuse."""

import json
import re
from pathlib import Path

from ops import assets, corridor_map
from ops.icons import ICONS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html")
}
SOURCES = [path.read_text("utf-8") for app in ("inventory", "warehouse") for path in (ROOT / app / "web").rglob("*.py")]


def test_every_shipped_file_is_as_the_manifest_says():
    assert assets.differences() == []


def test_every_package_ships_its_licence():
    for entry in json.loads(assets.MANIFEST.read_text("utf-8")):
        assert entry["licence"] in {"MIT", "ISC", "Apache-2.0"}
        assert any("LICENSE" in name for name in entry["files"]), entry["name"]


def test_nothing_shipped_reaches_for_a_map_that_is_not_there():
    for path in (assets.STATIC).rglob("*.*s"):
        assert "sourceMappingURL" not in path.read_text("utf-8"), path


def test_every_icon_a_page_names_is_drawn():
    named = {name for text in TEMPLATES.values() for name in re.findall(r'{% icon "([\w-]+)"', text)}
    named |= {
        name
        for text in TEMPLATES.values()
        for name in re.findall(r'\b(?:icon|empty_icon|button_icon)="([\w-]+)"', text)
    }
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (assets.STATIC / "icons.svg").read_text("utf-8")))

    assert drawn == set(ICONS)
    assert named - drawn == set()


def test_every_icon_a_menu_or_button_names_is_drawn():
    from inventory.web.navigation import MENU

    named = {entry.icon for group in MENU for entry in group.entries}
    named |= {name for text in SOURCES for name in re.findall(r'\bicon="([\w-]+)"', text)}

    assert named - set(ICONS) == set()


def test_no_page_holds_what_the_policy_refuses():
    refused = {
        "inline style": r"\sstyle\s*=",
        "inline handler": r"<[^>]*\son\w+\s*=\s*[\"']",
        "inline script": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>",
        "style element": r"<style\b",
        "htmx evaluation": r"hx-on|hx-vals=.js:|hx-vars",
        "another host": r"(?:src|href)=[\"'](?:https?:)?//",
    }

    found = [
        f"{name}: {kind}"
        for name, text in TEMPLATES.items()
        for kind, pattern in refused.items()
        if re.search(pattern, text)
    ]

    assert found == []


def test_the_map_has_every_state_of_the_corridor_inside_its_box():
    shapes = json.loads((assets.VENDOR / "maps/corridor.json").read_text("utf-8"))["features"]

    names = {shape["properties"]["name"]: shape["properties"]["country"] for shape in shapes}
    points = [
        point for shape in shapes for polygon in shape["geometry"]["coordinates"] for ring in polygon for point in ring
    ]

    assert sum(country == "MEX" for country in names.values()) == 32
    assert sum(country == "USA" for country in names.values()) == 49
    assert names["San Luis Potosí"] == "MEX"
    assert names["Texas"] == "USA"
    assert all(-125 < x < -66 and 14 < y < 50 for x, y in points)


def test_neighbours_still_share_their_border_after_simplifying():
    arc = [(0.0, 0.0), (1.0, 0.4), (2.0, -0.3), (3.0, 0.0), (4.0, 2.0)]

    there, back = corridor_map.simplified(arc, 0.5), corridor_map.simplified(arc[::-1], 0.5)

    assert there[0] == arc[0]
    assert there[-1] == arc[-1]
    assert len(there) < len(arc)
    assert there == back[::-1]
