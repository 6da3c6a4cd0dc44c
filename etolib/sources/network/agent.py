"""Who asks: how we present ourselves to a service, and the contact that the terms of some want to see."""

from __future__ import annotations

from etolib import config
from etolib._version import __version__
from etolib.errors import InvalidRequest
from etolib.sources.catalogue import SourceInfo
from etolib.words import Text, say


def user_agent() -> str:
    """Return how we present ourselves: ``etolib/<version> (<contact>)``.

    >>> with config.set_options(contact="me@example.org"):
    ...     user_agent().split(" ")[1]
    '(me@example.org)'
    """
    contact = config.get("contact") or "none"
    # A header is one line of ASCII.
    safe = "".join(c for c in contact if c.isascii() and c.isprintable()).strip() or "none"
    return f"etolib/{__version__} ({safe})"


def require_contact(info: SourceInfo, named: Text) -> None:
    """Raise `InvalidRequest` where the terms of a source want a contact and none is set; ``named`` calls it."""
    if not config.get("contact"):
        raise InvalidRequest(
            say("not_asked_without_contact", service=named), source=info.name, suggestion=say("set_a_contact")
        )
