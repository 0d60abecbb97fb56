"""The text of an API key: `rk_<prefix>_<secret>`. The prefix finds the key, only the secret's SHA-256 is kept. Pure."""

import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: people read prefixes to each other
PREFIX_LENGTH = 10
SECRET_BYTES = 32
MAX_LENGTH = 120


class Token(NamedTuple):
    """An API key as its holder sends it."""

    prefix: str
    secret: str

    def __str__(self) -> str:
        return f"rk_{self.prefix}_{self.secret}"


def new_token() -> Token:
    """A key that cannot be guessed: 256 bits of secret behind a random prefix."""
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(PREFIX_LENGTH))
    return Token(prefix, secrets.token_urlsafe(SECRET_BYTES))


def read_token(text: str) -> Token | None:
    """The parts of a key's text, or None if it is no key.

    >>> read_token("rk_abc_se_cret"), read_token("sk_abc_secret"), read_token("rk_abc")
    (Token(prefix='abc', secret='se_cret'), None, None)
    """
    parts = text.split("_", 2)
    if len(text) > MAX_LENGTH or not text.isascii() or len(parts) != 3 or parts[0] != "rk" or not all(parts):
        return None
    return Token(parts[1], parts[2])


def hash_of(secret: str) -> str:
    """What is kept of a secret. It is random, so a plain hash is enough and costs a microsecond."""
    return sha256(secret.encode()).hexdigest()


def matches(secret: str, secret_hash: str) -> bool:
    """True when this is the secret of that hash; takes the same time either way.

    >>> matches("se_cret", hash_of("se_cret")), matches("guess", hash_of("se_cret"))
    (True, False)
    """
    return compare_digest(hash_of(secret), secret_hash)
