"""What hands tasks of a page to the cluster, and finds them again; imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Hands:
    """Submits and attaches, as `etolib.tasks.limited` and `etolib.tasks.submission` do where nothing else is given.

    Parameters
    ----------
    submit, attach : callable or None
        What else is given.
    name : {"submit", "submit_many", "submit_beside"}
        What of `etolib.tasks.limited` submits.
    """

    def __init__(
        self, submit: Callable[..., Any] | None, attach: Callable[..., Any] | None, name: str = "submit"
    ) -> None:
        self._submit, self._attach, self._name = submit, attach, name

    def warm(self) -> None:
        """Import what the first click would wait for."""
        self.submitter()
        self.attacher()

    def submitter(self) -> Callable[..., Any]:
        """Return what submits a request, or several."""
        if self._submit is None:
            from etolib.tasks import limited

            self._submit = getattr(limited, self._name)
        return self._submit

    def attacher(self) -> Callable[..., Any]:
        """Return what finds a task."""
        if self._attach is None:
            from etolib.tasks import attach

            self._attach = attach
        return self._attach
