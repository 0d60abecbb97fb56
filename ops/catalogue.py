"""A gettext catalogue as we keep it: read a .po, write it in one order, compile it to a .mo. Pure Python, so no msgfmt."""

import ast
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

HEADER = (
    "Project-Id-Version: Recinto\n"
    "Language: {language}\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Plural-Forms: nplurals=2; plural=(n != 1);\n"
)
Key = tuple[str, str]  # context and message


@dataclass(frozen=True)
class Message:
    """One text of the source and what it is in another language; `translations` has two when it counts something."""

    id: str
    context: str = ""
    plural: str = ""
    translations: tuple[str, ...] = ()
    places: tuple[str, ...] = field(default=(), compare=False)
    is_fuzzy: bool = False

    @property
    def key(self) -> Key:
        """What a program looks it up by."""
        return self.context, self.id

    @property
    def is_translated(self) -> bool:
        """True when nothing is left to write."""
        wanted = 2 if self.plural else 1
        return len(self.translations) == wanted and all(self.translations) and not self.is_fuzzy


def read(text: str) -> dict[Key, Message]:
    """The messages of a .po file, without its header."""
    messages = (_message(block) for block in re.split(r"\n\s*\n", text) if "msgid" in block)
    return {message.key: message for message in messages if message.id}


def _message(block: str) -> Message:
    """One entry: keywords with quoted strings that may go on over lines."""
    values: dict[str, str] = {}
    keyword = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        found = re.match(r"(msg\w+(?:\[\d\])?)\s+(.*)", line)
        if found:
            keyword, rest = found.groups()
            values[keyword] = ""
        else:
            rest = line.strip()
        if rest:
            values[keyword] += ast.literal_eval(rest)
    many = [values[key] for key in ("msgstr", "msgstr[0]", "msgstr[1]") if key in values]
    return Message(
        id=values.get("msgid", ""),
        context=values.get("msgctxt", ""),
        plural=values.get("msgid_plural", ""),
        translations=tuple(many),
        places=tuple(re.findall(r"^#: (.+)$", block, re.MULTILINE)),
        is_fuzzy=bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE)),
    )


def merge(found: Iterable[Message], known: Mapping[Key, Message]) -> dict[Key, Message]:
    """The messages of the source with the translations known so far; what the source no longer says is left out."""
    merged: dict[Key, Message] = {}
    for message in found:
        old, twin = known.get(message.key), merged.get(message.key, message)
        plural = message.plural or twin.plural
        translations = old.translations if old and bool(old.plural) == bool(plural) else ()
        places = tuple(sorted({*twin.places, *message.places}))
        merged[message.key] = replace(message, plural=plural, translations=translations, places=places)
    return merged


def write(messages: Mapping[Key, Message], language: str) -> str:
    """The text of a .po file: a header, then every message in the order of its text."""
    blocks = [f'msgid ""\nmsgstr ""\n{_lines(HEADER.format(language=language))}']
    for message in sorted(messages.values(), key=lambda one: (one.id, one.context)):
        lines = [f"#: {place}" for place in message.places]
        if "%(" in message.id:
            lines.append("#, python-format")
        if message.context:
            lines.append(f"msgctxt {_quoted(message.context)}")
        lines.append(f"msgid {_quoted(message.id)}")
        if message.plural:
            lines.append(f"msgid_plural {_quoted(message.plural)}")
            one, many = (*message.translations, "", "")[:2]
            lines += [f"msgstr[0] {_quoted(one)}", f"msgstr[1] {_quoted(many)}"]
        else:
            lines.append(f"msgstr {_quoted((*message.translations, '')[0])}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def compiled(messages: Mapping[Key, Message], language: str) -> bytes:
    """The bytes of a .mo file: the translated messages, sorted as gettext looks them up."""
    texts = {"": HEADER.format(language=language)}
    for message in messages.values():
        if message.is_translated:
            name = f"{message.context}\x04{message.id}" if message.context else message.id
            texts[f"{name}\x00{message.plural}" if message.plural else name] = "\x00".join(message.translations)
    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items())
    names, values = b"".join(key + b"\0" for key, _ in pairs), b"".join(text + b"\0" for _, text in pairs)
    start = 28 + 16 * len(pairs)
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return (
        head
        + _offsets([key for key, _ in pairs], start)
        + _offsets([t for _, t in pairs], start + len(names))
        + names
        + values
    )


def _offsets(texts: list[bytes], start: int) -> bytes:
    """The length and place of every text, one after the other."""
    table = b""
    for text in texts:
        table += struct.pack("<2I", len(text), start)
        start += len(text) + 1
    return table


def _quoted(text: str) -> str:
    r"""The text as .po writes it, broken at its line ends.

    >>> _quoted('say "hi"\tnow')
    '"say \\"hi\\"\\tnow"'
    """
    if "\n" in text[:-1]:
        return '""\n' + _lines(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def _lines(text: str) -> str:
    return "\n".join(_quoted(line) for line in text.splitlines(keepends=True))
