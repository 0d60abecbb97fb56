"""What is refused of a file of demand history. Pure."""

from collections.abc import Sequence

from inventory.errors import InvalidInput, InvalidInputs, gettext_noop, say


class UnreadableFile(InvalidInput):
    """The file is neither CSV (UTF-8) nor XLSX, or lacks a column: nothing of it was looked at further."""

    code = "unreadable_file"


class FileTooLarge(InvalidInput):
    """The file is larger than a person may upload."""

    code = "file_too_large"
    status = 413


class UnknownItem(InvalidInput):
    """The client has no item of this SKU."""

    code = "unknown_item"


class UnknownMarket(InvalidInput):
    """There is no market of this code."""

    code = "unknown_market"


class BadRows(InvalidInputs):
    """Rows that cannot be taken; nothing was written. `errors` holds the first of them, each with row, field and rule."""

    code = "bad_rows"

    def __init__(self, errors: Sequence[InvalidInput], *, bad_rows: int, rows: int) -> None:
        super().__init__(errors)
        self.context.update(bad_rows=bad_rows, rows=rows)

    def __str__(self) -> str:
        summary = gettext_noop("%(bad_rows)s of %(rows)s rows cannot be taken; nothing was written.")
        said = gettext_noop("Row %(row)s, %(field)s: %(message)s")
        first = [say(said, {**error.context, "message": str(error)}) for error in self.errors[:3]]
        return " ".join([say(summary, self.context), *first])
