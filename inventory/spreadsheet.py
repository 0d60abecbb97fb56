"""Texts in cells that a spreadsheet opens: never a formula, and read back as they were. Pure."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one that looks like it stands behind an apostrophe.

    >>> inert("=1+1"), inert("+52 444"), inert("RUEDA-1")
    ("'=1+1", "'+52 444", 'RUEDA-1')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def quoted(text: str) -> str:
    """Inert text that `bare` reads back as it was: an apostrophe of its own stands behind another one.

    >>> quoted("=1+1"), quoted("'s-Gravenhage"), quoted("RUEDA-1")
    ("'=1+1", "''s-Gravenhage", 'RUEDA-1')
    """
    return f"'{text}" if text.startswith("'") else inert(text)


def bare(cell: str) -> str:
    """What a quoted cell says. An apostrophe that guards nothing belongs to the text.

    >>> bare("'=1+1"), bare("''s-Gravenhage"), bare("'tis")
    ('=1+1', "'s-Gravenhage", "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(("'", *FORMULA)) else cell
