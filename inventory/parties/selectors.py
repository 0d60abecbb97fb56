"""Reading about parties."""

from inventory.parties.keys import hash_of, matches, read_token
from inventory.parties.models import ApiKey

_NO_HASH = hash_of("")


def api_key_of(token: str) -> ApiKey | None:
    """The key this text opens, with its client, or None. One statement; a wrong secret takes as long as a right one."""
    parts = read_token(token)
    if parts is None:
        return None
    key = ApiKey.objects.select_related("client").filter(prefix=parts.prefix).first()
    right = matches(parts.secret, key.secret_hash if key else _NO_HASH)
    return key if key and right else None
