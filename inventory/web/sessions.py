"""Sessions in the database, as Django's own, read by a query whose text is made once: every page waits for it."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from inventory.statements import Statement

_SESSIONS = Statement(lambda given: Session.objects.filter(session_key=given.text("key")))


class SessionStore(DatabaseSessions):
    """One browser's session."""

    def _get_session_from_db(self) -> Session | None:
        """The row of this session; None, and no key any more, where there is none that has not ended."""
        found = _SESSIONS.first(key=self.session_key) if self.session_key else None
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        return found
