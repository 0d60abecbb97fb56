"""Collect what people read and compile its translation: `python -m ops.messages`; `--check` only compares.

It reads the Python sources and the templates itself, so neither xgettext nor msgfmt is needed anywhere. Refusals count as texts
even in pure modules that cannot mark them: the first argument of every DomainError. Untranslated texts are printed.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ops.catalogue import Key, Message, compiled, merge, read, write

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("config", "inventory", "warehouse")
LANGUAGE = "es_MX"
PO = ROOT / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

SINGULAR = {"_", "now", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
REFUSALS = {"DomainError", "ReferenceMissing"}


def python_files() -> list[Path]:
    """The sources that people's texts come from; migrations repeat the models'."""
    files = [path for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts]


def refusal_classes(trees: Iterable[ast.Module]) -> set[str]:
    """The names of all classes that descend from DomainError."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known = set(REFUSALS)
    while True:
        more = {node.name for node in classes if known & {_name(base) for base in node.bases}} - known
        if not more:
            return known
        known |= more


def from_python(tree: ast.Module, place: str, refusals: set[str]) -> Iterator[Message]:
    """The messages of one Python file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, texts = _name(node.func), [_text(argument) for argument in node.args[:2]]
        first, second = (*texts, None, None)[:2]
        if name in CONTEXT and first and second:
            yield Message(second, context=first, places=(place,))
        elif name in PLURAL and first and second:
            yield Message(first, plural=second, places=(place,))
        elif first and (name in SINGULAR or (name in refusals and " " in first)):
            yield Message(first, places=(place,))


def from_template(text: str, place: str) -> Iterator[Message]:
    """The messages of one template, as Django itself reads it."""
    from django.utils.translation.template import templatize  # noqa: PLC0415  only collecting needs Django

    source = re.sub(r"\bu(?=['\"])", "", templatize(text, origin=place))
    string = r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    for call, one, two in re.findall(rf"\b(n?p?gettext|_)\(\s*{string}(?:\s*,\s*{string})?", source, re.DOTALL):
        first, second = ast.literal_eval(_joined(one)), ast.literal_eval(_joined(two)) if two else ""
        if call == "pgettext":
            yield Message(second, context=first, places=(place,))
        else:
            yield Message(first, plural=second if call == "ngettext" else "", places=(place,))


def collect() -> Iterator[Message]:
    """Every message of the product."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in python_files()}
    refusals = refusal_classes(trees.values())
    for path, tree in trees.items():
        yield from from_python(tree, path.relative_to(ROOT).as_posix(), refusals)
    for path in sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt")):
        yield from from_template(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())


def current() -> tuple[dict[Key, Message], str, bytes]:
    """What the catalogue should be now: its messages, the text of the .po and the bytes of the .mo."""
    known = read(PO.read_text("utf-8")) if PO.exists() else {}
    messages = merge(collect(), known)
    return messages, write(messages, LANGUAGE), compiled(messages, LANGUAGE)


def main() -> int:
    """Write both files, or only compare them; 1 when they differ or something is not translated."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    only_check = parser.parse_args().check
    messages, text, binary = current()
    mo = PO.with_suffix(".mo")
    stale = not PO.exists() or not mo.exists() or PO.read_text("utf-8") != text or mo.read_bytes() != binary
    if not only_check:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_text(text, "utf-8")
        mo.write_bytes(binary)
    missing = [message for message in messages.values() if not message.is_translated]
    for message in missing:
        print(f"not translated: {message.id!r} ({message.places[0]})")
    if only_check and stale:
        print("The catalogue is not that of the sources: run python -m ops.messages.")
    print(f"{len(messages)} texts, {len(missing)} not translated.")
    return 1 if missing or (only_check and stale) else 0


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _joined(literal: str) -> str:
    """A literal of several lines as one that Python reads."""
    return literal.replace("\n", "\\n")


if __name__ == "__main__":
    sys.exit(main())
