"""What counting refuses."""

from inventory.errors import DomainError


class SheetState(DomainError):
    """The count sheet is not in the state this step needs."""

    code = "sheet_state"


class SamePerson(DomainError):
    """The recount is for somebody else than who counted."""

    code = "same_person"
