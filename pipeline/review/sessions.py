"""Who is at the other end: a session per browser, its secret in a cookie, its CSRF token in the page."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

# Sessions kept; past this, the oldest has to open the link again.
MOST_SESSIONS = 500


@dataclass
class Session:
    """One browser: its CSRF token, and the name given in it (``""``: not yet)."""

    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    annotator: str = ""


class Sessions:
    """The sessions of a run; only who holds the link's token gets one."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, token: str, annotator: str) -> str | None:
        """Give the secret of a new session for this token, or ``None`` when it is not the right one."""
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return None
        secret = secrets.token_urlsafe(24)
        with self._lock:
            self._sessions[secret] = Session(annotator=annotator)
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return secret

    def of(self, secret: str) -> Session | None:
        """Give the session of a cookie."""
        with self._lock:
            return self._sessions.get(secret)

    def in_use(self, name: str, but: Session) -> bool:
        """Tell whether another browser goes by this name."""
        with self._lock:
            return any(
                each is not but and each.annotator.casefold() == name.casefold() for each in self._sessions.values()
            )
