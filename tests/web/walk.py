"""Every address of the pages with every fitting key of a world's things, and all that an answer says.

Nothing is listed here by name: an address that is added tomorrow is walked tomorrow.
"""

import contextlib
import io
import itertools
import zipfile

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from inventory.reports import registry

OURS = ("inventory", "warehouse")


def patterns():
    """Every named address of the pages: name, its parameters as (parameter, is it a number), and what answers there."""
    for namespace in OURS:
        resolver = get_resolver().namespace_dict[namespace][1]
        yield from _named(resolver, namespace, ())


def _named(resolver, namespace, outer):
    for pattern in resolver.url_patterns:
        converters = (*outer, *pattern.pattern.converters.items())
        if isinstance(pattern, URLResolver):
            yield from _named(pattern, namespace, converters)
        elif isinstance(pattern, URLPattern) and pattern.name:
            numbers = [(name, type(kind).__name__ == "IntConverter") for name, kind in converters]
            yield f"{namespace}:{pattern.name}", numbers, pattern.callback


def addresses(world):
    """Every address with every fitting key of a world's things."""
    for name, parameters, _view in patterns():
        choices = [sorted(world.ids) if is_number else texts_for(one, world) for one, is_number in parameters]
        for keys in itertools.product(*choices):
            # A key with a slash, say, does not fit everywhere.
            with contextlib.suppress(NoReverseMatch):
                yield name, reverse(name, kwargs=dict(zip((one for one, _kind in parameters), keys, strict=True)))


def texts_for(parameter, world):
    """What may stand for a text in an address: a thing's number or code, or a word that belongs to nobody."""
    everyones = {"code": [report.code for report in registry.reports()] + ["zone"], "form": ["csv", "xlsx"]}
    return sorted({*world.texts, *everyones.get(parameter, ())})


def content_of(response):
    """Everything a response says: its body, what an XLSX holds, where it leads, what it tells the scripts."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode("utf-8", "replace") + " ".join(f"{key}: {value}" for key, value in response.items())
