"""The Spanish catalogue: everything people read is in it, translated, and compiled."""

import gettext
import io
import re

import pytest

from ops import catalogue, messages

SPANISH = {message.id: message for message in catalogue.read(messages.PO.read_text("utf-8")).values()}


def test_the_catalogue_is_that_of_the_sources():
    _found, text, binary = messages.current()

    assert messages.PO.read_text("utf-8") == text, "run python -m ops.messages"
    assert messages.PO.with_suffix(".mo").read_bytes() == binary, "run python -m ops.messages"


def test_every_text_is_translated():
    untranslated = [message.id for message in SPANISH.values() if not message.is_translated]

    assert untranslated == []


def test_a_translation_names_the_same_values():
    differing = [
        message.id
        for message in SPANISH.values()
        for translation in message.translations
        if _values(translation) != _values(message.plural or message.id) and _values(translation) != _values(message.id)
    ]

    assert differing == []


def test_the_compiled_catalogue_says_what_the_source_says():
    compiled = gettext.GNUTranslations(io.BytesIO(messages.PO.with_suffix(".mo").read_bytes()))

    for message in SPANISH.values():
        if message.plural:
            assert compiled.ngettext(message.id, message.plural, 1) == message.translations[0]
            assert compiled.ngettext(message.id, message.plural, 2) == message.translations[1]
        elif not message.context:
            assert compiled.gettext(message.id) == message.translations[0]


def test_texts_of_sources_and_templates_are_found():
    import ast

    source = """
from x import gettext_lazy as _
A = _("One " "text")
B = ngettext("a box", "%(n)d boxes", 3)
raise Short("no such %(thing)s")
"""
    template = """{% load i18n %}{% translate 'Hello' %}
{% blocktranslate count n=n %}one{% plural %}{{ n }} more{% endblocktranslate %}"""

    found = {message.id for message in messages.from_python(ast.parse(source), "a.py", {"Short"})}
    drawn = {(message.id, message.plural) for message in messages.from_template(template, "a.html")}

    assert found == {"One text", "a box", "no such %(thing)s"}
    assert drawn == {("Hello", ""), ("one", "%(n)s more")}


def test_a_catalogue_reads_back_as_it_was_written():
    one = catalogue.Message('say "hi"\nnow\\then', translations=('di "hola"\nahora',), places=("a.py",))
    many = catalogue.Message(
        "%(n)d box", plural="%(n)d boxes", translations=("%(n)d caja", "%(n)d cajas"), context="shelf"
    )
    kept = {message.key: message for message in (one, many)}

    assert catalogue.read(catalogue.write(kept, "es_MX")) == kept


def test_a_merge_keeps_translations_and_forgets_what_is_gone():
    known = {("", text): catalogue.Message(text, translations=("sí",)) for text in ("kept", "gone")}

    merged = catalogue.merge([catalogue.Message("kept"), catalogue.Message("new")], known)

    assert {key[1]: message.translations for key, message in merged.items()} == {"kept": ("sí",), "new": ()}


@pytest.mark.parametrize("translations", [(), ("",)])
def test_an_empty_translation_counts_as_none(translations):
    assert not catalogue.Message("text", translations=translations).is_translated


def _values(text):
    return sorted(re.findall(r"%\(\w+\)[a-z]|%[sd]|\{\w+\}", text))
