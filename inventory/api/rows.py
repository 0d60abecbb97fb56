"""Rows as the client sees them, read straight from the database: no model instances, no serializer per row.

An `Output` declares the columns once. Its fields' sources are read by one `values_list`, so a page of a hundred rows
costs about what the bare query costs; a single thing with nested parts is drawn by the same class as a serializer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inventory.api.fields import ExactNumber
from inventory.errors import decimal_text
from inventory.statements import Statement


class Output(serializers.Serializer):
    """What an endpoint answers with. Columns that a list shows must be plain fields, not nested ones."""

    _reader: ClassVar["RowReader | None"] = None
    _drawer: ClassVar["Output | None"] = None

    @classmethod
    def reader(cls) -> "RowReader":
        """The fast reader of this class's columns, made once."""
        if "_reader" not in cls.__dict__ or cls._reader is None:
            cls._reader = RowReader(cls)
        return cls._reader

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> dict[str, Any]:
        """The one row of a queryset, in one statement."""
        return cls.reader().row(rows.values_list(*cls.reader().paths).get())

    @classmethod
    def draw(cls, thing: Any) -> dict[str, Any]:
        """A thing with its nested parts, as JSON carries it."""
        if "_drawer" not in cls.__dict__ or cls._drawer is None:
            cls._drawer = cls()  # an instance copies every field: one is enough, for drawing changes nothing in it
        return dict(cls._drawer.to_representation(thing))


class Input(serializers.Serializer):
    """What an endpoint takes. A name it does not know is refused: a misspelt option must not pass in silence.

    So is a number where a text is asked for, which a CharField would turn into one, and a text that is only short enough
    once the blanks around it are gone.
    """

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Raises ValidationError, naming every unknown field and every text that is none."""
        if isinstance(data, dict):
            known = f"Unknown. Known are: {', '.join(self.fields)}."
            wrong = {
                name: [serializers.ErrorDetail(known, "unknown_field")] for name in data if name not in self.fields
            }
            for name, field in self.fields.items():
                if fault := _fault(field, data.get(name)):
                    wrong[name] = [fault]
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def _fault(field: serializers.Field, value: Any) -> serializers.ErrorDetail | None:
    """What is wrong with a value whose field is a text, or holds texts, before the field makes one of it."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next((fault for entry in value if (fault := _fault(field.child, entry))), None)
    if value is None or not isinstance(field, serializers.CharField):
        return None
    if not isinstance(value, str):
        return serializers.ErrorDetail(str(_("This is to be a text in quotation marks.")), "text")
    if field.max_length is not None and len(value) > field.max_length:
        told = field.error_messages["max_length"].format(max_length=field.max_length)
        return serializers.ErrorDetail(told, "max_length")
    return None


class RowReader:
    """Reads the columns of an `Output` from a queryset, as dictionaries ready for JSON."""

    def __init__(self, output: type[Output]) -> None:
        fields = output().fields
        self.names = list(fields)
        self.paths = [field.source.replace(".", "__") for field in fields.values()]
        texts = ((index, _converter(field)) for index, field in enumerate(fields.values()))
        self.texts = [(self.names[index], text) for index, text in texts if text is not None]

    def read(self, rows: QuerySet[Any], extra: Sequence[str] = ()) -> list[tuple[dict[str, Any], tuple[Any, ...]]]:
        """Each row with the values of the `extra` columns beside it, in one statement."""
        width = len(self.names)
        return [(self.row(values), values[width:]) for values in rows.values_list(*self.paths, *extra)]

    def row(self, values: Iterable[Any]) -> dict[str, Any]:
        """One row as JSON carries it."""
        row = dict(zip(self.names, values, strict=False))
        for name, text in self.texts:
            value = row[name]
            if value is not None:
                row[name] = text(value)
        return row


class SumsReader(RowReader):
    """Reads sums grouped by ids, and only then the names of what the ids stand for.

    A name joined to the rows that are added up would be read for each of them, and a sum may be of thousands.
    """

    def __init__(self, output: type[Output], named: Mapping[str, type[Model]]) -> None:
        """Make a reader of `output` from sums by these ids, as `lot_id`, of these models."""
        super().__init__(output)
        self.named = [_Names(key, model, self.paths) for key, model in named.items()]
        elsewhere = {path for names in self.named for path in names.paths}
        plain = [path for path in self.paths if path not in elsewhere]
        self.columns = list(dict.fromkeys([*named, *plain]))

    def read(self, rows: QuerySet[Any], extra: Sequence[str] = ()) -> list[tuple[dict[str, Any], tuple[Any, ...]]]:
        """Each sum with the values of the `extra` columns beside it, in one statement and one for each kind of id."""
        columns = list(dict.fromkeys([*self.columns, *extra]))
        sums = [dict(zip(columns, values, strict=True)) for values in rows.values_list(*columns)]
        for names in self.named:
            names.add_to(sums)
        return [(self.row(total[path] for path in self.paths), tuple(total[key] for key in extra)) for total in sums]


class _Names:
    """The columns of an output that are reached through one id."""

    def __init__(self, key: str, model: type[Model], paths: Sequence[str]) -> None:
        start = f"{key.removesuffix('_id')}__"
        self.key, self.paths = key, [path for path in paths if path.startswith(start)]
        own = [path.removeprefix(start) for path in self.paths]
        self.statement = Statement(
            lambda given: model._base_manager.filter(pk__in=[given.number("ids")]).order_by().values_list("pk", *own)
        )

    def add_to(self, sums: Sequence[dict[str, Any]]) -> None:
        """Put the columns into each of the rows."""
        known = {pk: names for pk, *names in self.statement.rows(ids={total[self.key] for total in sums})}
        for total in sums:
            total.update(zip(self.paths, known[total[self.key]], strict=True))


def _converter(field: serializers.Field) -> Callable[[Any], Any] | None:
    """How a value of this field becomes JSON, or None when it already is."""
    if isinstance(field, serializers.BaseSerializer | serializers.SerializerMethodField):
        raise TypeError(f"{field.field_name} is no plain column: a list cannot read it.")
    if isinstance(field, ExactNumber):
        return decimal_text
    if isinstance(field, serializers.DateTimeField):
        return moment_text
    if isinstance(field, serializers.DateField):
        return date.isoformat
    return None


def moment_text(moment: datetime) -> str:
    """A UTC moment with a Z."""
    return moment.isoformat().replace("+00:00", "Z")
