"""What the books refuse, and why: one family of errors with a stable code and the numbers for the one who must act.

Pure: no framework, so that every deciding module may raise them. Messages may be lazily translated texts; names in
`%(name)s` are filled from the context only when the message is read, so a refusal speaks the reader's language.

    class NotEnoughBonded(DomainError):
        code = "not_enough_bonded"

    raise NotEnoughBonded(_("%(asked)s asked for, %(bonded)s under bond."), asked=asked, bonded=bonded)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

Present = TypeVar("Present")


def present(value: "Present | None") -> "Present":
    """The value that an earlier step made sure is there. Raises DomainError if it is not: a defect, never a person's doing."""
    if value is None:
        raise DomainError("A value that an earlier step made sure of is missing.")
    return value


def gettext_noop(message: str) -> str:
    """Return the text as it is: a mark for the collector of messages, for modules that know no framework."""
    return message


WORDS_OF_OURS = ("kind", "label")  # names in a context whose values are words to translate, not data


def say(message: Any, context: Mapping[str, Any]) -> str:
    """Return a message, or several sentences of one, in the reader's language, with the names in `%(name)s` filled in.

    >>> say("%(asked)s asked for.", {"asked": "60"}), say("100% done", {}), say(("One.", "Two."), {})
    ('60 asked for.', '100% done', 'One. Two.')
    """
    sentences = message if isinstance(message, tuple) else (message,)
    text = " ".join(DomainError.translate(str(sentence)) for sentence in sentences if sentence)
    if not context or "%(" not in text:
        return text
    words = {name: DomainError.translate(str(context[name])) for name in WORDS_OF_OURS if context.get(name)}
    return text % {**context, **words}


def json_safe(value: Any) -> Any:
    """Return `value` as JSON can carry it without loss: decimals and dates as text, containers item by item.

    >>> json_safe({"asked": Decimal("60.500000"), "on": date(2026, 1, 15), "lots": (1, None)})
    {'asked': '60.5', 'on': '2026-01-15', 'lots': [1, None]}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_safe(item) for item in value]
    return str(value)


def decimal_text(value: Decimal) -> str:
    """Return a decimal as plain digits: no exponent, no trailing zeros, no negative zero.

    >>> [decimal_text(Decimal(text)) for text in ("5.000000", "1E+3", "-0.00", "0.10", "NaN")]
    ['5', '1000', '0', '0.1', 'NaN']
    """
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


class DomainError(Exception):
    """A refusal by the rules of the trade: `code` is for programs and never changes, `str(error)` is for people.

    `status` is the HTTP-like meaning (409: it conflicts with what the books say). `context` is JSON-safe.
    """

    code: str = "domain_error"
    status: int = 409
    # What somebody must look at although nothing was changed, if anything: the arguments of `findings.raise_finding`.
    finding: Mapping[str, Any] | None = None
    # Pure modules raise plain sentences; the app hands in gettext, so that they too are read in the reader's language.
    translate: ClassVar[Callable[[str], str]] = staticmethod(str)

    def __init__(self, message: Any = "", **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context: dict[str, Any] = json_safe(context)

    def __str__(self) -> str:
        return say(self.message, self.context) if self.message else self.code

    def as_dict(self) -> dict[str, Any]:
        """Return the one shape of a refusal.

        >>> DomainError("%(asked)s asked for, %(bonded)s under bond.", asked=Decimal(60), bonded=Decimal(50)).as_dict()
        {'code': 'domain_error', 'message': '60 asked for, 50 under bond.', 'context': {'asked': '60', 'bonded': '50'}}
        """
        return {"code": self.code, "message": str(self), "context": self.context}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a value that was looked at: `E` makes it unusable, `W` wants a person to look.

    >>> fault = Fault("rfc_check_digit", "W", "The check digit of %(value)s should be %(digit)s.",
    ...               {"value": "XAXX010101000", "digit": "4"})
    >>> print(fault)
    The check digit of XAXX010101000 should be 4.
    """

    code: str
    severity: str
    message: Any
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Whether the value cannot be used."""
        return self.severity == "E"

    def __str__(self) -> str:
        return say(self.message, json_safe(self.context))

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON can carry it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": str(self),
            "context": json_safe(self.context),
        }

    def as_error(self, field_name: str, value: Any) -> "InvalidInput":
        """Return the refusal a caller raises when the value was given for `field_name`."""
        rest = {key: item for key, item in self.context.items() if key not in {"field", "value", "rule"}}
        return InvalidInput(self.message, field=field_name, value=value, rule=self.code, **rest)


class InvalidInput(DomainError):
    """One value that cannot be accepted: which field, what was given, which rule it breaks.

    >>> print(InvalidInput("%(field)s: %(value)s has more than 6 decimals.", field="quantity", value="0.1234567",
    ...                    rule="max_decimals"))
    quantity: 0.1234567 has more than 6 decimals.
    """

    code = "invalid_input"
    status = 422

    def __init__(
        self, message: Any = "", *, field: str = "", value: Any = None, rule: str = "", **context: Any
    ) -> None:
        self.field, self.value, self.rule = field, value, rule
        super().__init__(message, field=field, value=value, rule=rule, **context)

    def at(self, field: str) -> "InvalidInput":
        """Return the same error said of another field, for a caller that knows where the value came from."""
        rest = {key: item for key, item in self.context.items() if key not in {"field", "value", "rule"}}
        return type(self)(self.message, field=field, value=self.value, rule=self.rule, **rest)


class InvalidInputs(DomainError):
    """All the values of one document that cannot be accepted, so that a person can mend them in one go."""

    code = "invalid_input"
    status = 422

    def __init__(self, errors: Iterable[InvalidInput]) -> None:
        self.errors = list(errors)
        super().__init__("", errors=[{**error.context, "message": str(error)} for error in self.errors])

    def __str__(self) -> str:
        return " ".join(str(error) for error in self.errors)

    def __iter__(self) -> Iterator[InvalidInput]:
        return iter(self.errors)


class ReferenceMissing(DomainError):
    """A coded list has no row valid on the day of the event. Never answered with the newest row instead."""

    code = "reference_missing"
    status = 422

    def __init__(self, list_name: str, key: Any, on: Any, message: Any = "", **context: Any) -> None:
        self.list_name, self.key, self.on = list_name, key, on
        super().__init__(
            message or gettext_noop("%(list)s has no row for %(key)s valid on %(on)s."),
            list=list_name,
            key=key,
            on=on,
            **context,
        )


class NotFound(DomainError):
    """What was named does not exist, or not for the one who asks."""

    code = "not_found"
    status = 404


class NotAllowed(DomainError):
    """The one who asks may not do this."""

    code = "not_allowed"
    status = 403


class IdempotencyConflict(DomainError):
    """The same key came back with another request."""

    code = "idempotency_conflict"
