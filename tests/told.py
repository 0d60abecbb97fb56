"""What is told once for a module: its tests run in savepoints behind it and roll back to it, instead of telling it again.

Not for tests that commit (`transactional_db`, a live server): nobody else sees what is told here.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings


def told_once(tell: Callable[[], Any]) -> Any:
    """A fixture of a module: what `tell()` gives, its files in a folder of the module's own. Hand out copies of it."""

    @pytest.fixture(scope="module")
    def told(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Any]:
        files = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("files")))
        with django_db_blocker.unblock(), files, transaction.atomic():
            yield tell()
            transaction.set_rollback(True)

    return told
