"""The icons we use, by the name of Tabler Icons, and the one file they are drawn from."""

import re
from pathlib import Path

ICONS = (
    "adjustments-horizontal", "alert-circle", "alert-triangle", "anchor", "api", "arrow-back-up", "arrow-down",
    "arrow-left", "arrow-narrow-down", "arrow-narrow-up", "arrow-right", "arrow-up", "arrows-exchange", "arrows-sort",
    "barcode", "bell", "bolt", "book", "box", "box-off", "building-factory-2", "building-warehouse", "calendar",
    "calendar-due", "calendar-event", "calendar-time", "certificate", "chart-bar", "chart-dots", "chart-line",
    "chart-pie", "check", "checklist", "checks", "chevron-down", "chevron-left", "chevron-right", "chevron-up",
    "circle-check", "circle-x", "clipboard-check", "clipboard-list", "clock", "clock-exclamation", "columns", "container",
    "copy", "cube", "currency-dollar", "dashboard", "database", "device-floppy", "device-mobile", "dots",
    "dots-vertical", "download", "edit", "external-link", "eye", "file-check", "file-description", "file-download",
    "file-invoice", "file-search", "file-spreadsheet", "file-text", "file-type-csv", "file-type-pdf", "file-upload",
    "filter", "fingerprint", "flag", "folder", "forklift", "gauge", "gavel", "globe", "hash", "help", "history",
    "hourglass", "home", "id", "inbox", "info-circle", "key", "language", "layers-subtract", "layout-dashboard",
    "link", "list", "list-check", "list-details", "loader-2", "lock", "lock-open", "logout", "mail", "map", "map-2",
    "map-pin", "menu-2", "message", "minus", "moon", "mood-empty", "notes", "package", "package-export",
    "package-import", "package-off", "packages", "phone", "player-play", "plus", "printer", "progress", "qrcode",
    "receipt", "refresh", "report", "report-analytics", "road", "rotate", "route", "rubber-stamp", "ruler", "scale",
    "scan", "search", "send", "settings", "shield", "shield-check", "shield-lock", "ship", "sitemap", "sparkles",
    "stack-2", "stack-push", "star", "steering-wheel", "sun", "sun-moon", "switch-horizontal", "table", "tag", "target",
    "target-arrow", "timeline", "tool", "transfer", "trash", "trending-down", "trending-up", "truck", "truck-delivery",
    "truck-loading", "upload", "user", "user-check", "user-circle", "user-plus", "users", "versions", "wand",
    "world", "x", "zoom-exclamation",
)  # fmt: skip


def sprite(folder: Path, names: tuple[str, ...]) -> str:
    """One SVG that holds every named outline as a symbol. Raises FileNotFoundError for a name Tabler does not have."""
    symbols = "".join(symbol(name, (folder / "outline" / f"{name}.svg").read_text("utf-8")) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def symbol(name: str, svg: str) -> str:
    r"""The shapes of one icon under its name, drawn in the colour of the text around it.

    >>> symbol("minus", '<svg width="24"><path stroke="none" d="M0 0h24v24H0z" fill="none" /><path d="M5 12h14" /></svg>')
    '\n<symbol id="minus" viewBox="0 0 24 24"><path d="M5 12h14"/></symbol>'
    """
    shapes = re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*>", svg)
    drawn = "".join(re.sub(r"\s*/?>$", "/>", shape) for shape in shapes if 'd="M0 0h24v24H0z"' not in shape)
    return f'\n<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>'
