"""Build a US manufacturer identification code (MID) from name and address (pure). Source: 19 CFR 102, appendix.

It is derived, so keep the parts and build it again; a registered one that differs is kept by hand with its reason.
"""

import re
import unicodedata

DROPPED = {"A", "AN", "AND", "OF", "THE"}
FORM_PREFIXES = {"PT", "OOO"}
MID_LENGTH = 15


def build_mid(country: str, name: str, street: str, city: str) -> str:
    """Return the code: country of origin, name, largest number of the street line, city; at most 15 characters.

    `country` is the ISO alpha-2 code (Canada uses its province codes).

    >>> build_mid("MX", "Plásticos Industriales Potosinos", "Av. Industrias 4015", "San Luis Potosí")
    'MXPLAIND4015SAN'
    """
    code = country.upper() + name_part(name) + street_part(street) + _letters(city)[:3]
    return code[:MID_LENGTH]


def name_part(name: str) -> str:
    """Return three characters of each of the first two words; runs of initials and hyphens make one word.

    >>> [name_part(name) for name in ("A B C Company", "Rawles-Aden Corp.", "The Embassy of Spain", "Bergstrom")]
    ['ABCCOM', 'RAWCOR', 'EMBSPA', 'BER']
    """
    words = _join_initials(_words(name))
    return "".join(word[:3] for word in words[:2])


def street_part(street: str) -> str:
    """Return the first four digits of the largest number, commas and hyphens inside it ignored.

    >>> street_part("11455 Main Street Suite 9999"), street_part("12-34 56 Akasaka Road")
    ('1145', '1234')
    """
    numbers = re.findall(r"[0-9]+", re.sub(r"(?<=[0-9])[,-](?=[0-9])", "", street))
    return max(numbers, key=int, default="")[:4]


def _words(name: str) -> list[str]:
    raw = _plain(name).replace("-", "").replace("'", "").split()
    dotted = [word.replace(".", " ") if re.fullmatch(r"(?:[A-Z]\.)+", word) else word for word in raw]
    words = [re.sub(r"[^A-Z0-9]", "", word) for part in dotted for word in part.split()]
    kept = [word for word in words if word and (word not in DROPPED or len(word) == 1)]
    while kept and kept[0] in FORM_PREFIXES:
        kept.pop(0)
    return kept


def _join_initials(words: list[str]) -> list[str]:
    """Put runs of single letters together: A B C Company is ABC Company. A lone A is the article and goes."""
    joined: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run and run != "A":
            joined.append(run)
        run = ""
        if word:
            joined.append(word)
    return joined


def _letters(text: str) -> str:
    words = [word for word in re.sub(r"[^A-Z0-9 ]", "", _plain(text)).split() if word not in DROPPED]
    return "".join(words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
