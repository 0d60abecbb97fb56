"""Reading about parties."""

from inventory.parties.keys import hash_of, matches, read_token
from inventory.parties.models import ApiKey
from inventory.statements import Statement

_NO_HASH = hash_of("")
_KEYS = Statement(lambda given: ApiKey.objects.select_related("client").filter(prefix=given.text("prefix")))


def api_key_of(token: str) -> ApiKey | None:
    """The key this text opens, with its client, or None. One statement; a wrong secret takes as long as a right one."""
    parts = read_token(token)
    if parts is None:
        return None
    key = _KEYS.first(prefix=parts.prefix)
    right = matches(parts.secret, key.secret_hash if key else _NO_HASH)
    return key if key and right else None
