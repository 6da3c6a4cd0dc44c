"""What hands tasks of a page to the cluster, and finds them again; imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Hands:
    """Submits and attaches, as `etolib.tasks.limited` and `etolib.tasks.submission` do where nothing else is given."""

    def __init__(self, submit: Callable[..., Any] | None, attach: Callable[..., Any] | None) -> None:
        self._submit, self._attach = submit, attach

    def warm(self) -> None:
        """Import what the first click would wait for."""
        self.submitter()
        self.attacher()

    def submitter(self) -> Callable[..., Any]:
        """Return what submits a request."""
        if self._submit is None:
            from etolib.tasks.limited import submit

            self._submit = submit
        return self._submit

    def attacher(self) -> Callable[..., Any]:
        """Return what finds a task."""
        if self._attach is None:
            from etolib.tasks import attach

            self._attach = attach
        return self._attach
