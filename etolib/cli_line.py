"""The line of progress: one that is written over on a terminal, else one now and then."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator

import click

_EVERY = 10  # per cent between two lines where no terminal is there
_WIDE = 20
_BEAT_S = 0.5


class Line:
    """The line of progress of one command, on standard error.

    Parameters
    ----------
    quiet : bool
        Whether to say nothing at all where no terminal is there.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.terminal = sys.stderr.isatty()
        self._quiet = quiet
        self._shown = -1

    def show(self, share: float, text: object) -> None:
        """Show how far it is: 0 to 1, and words."""
        if self.terminal:
            bar = "#" * round(_WIDE * share)
            click.echo(f"\r\x1b[K[{bar:<{_WIDE}}] {text}", err=True, nl=False)
            return
        step = int(share * 100) // _EVERY
        if step > self._shown and not self._quiet:
            self._shown = step
            click.echo(str(text), err=True)

    def end(self) -> None:
        """Leave the line."""
        if self.terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextlib.contextmanager
def busy(text: str) -> Iterator[None]:
    """Show on a terminal that something goes on whose end nobody knows: words, and the seconds so far."""
    line = Line(quiet=True)
    over = threading.Event()
    begun = time.monotonic()

    def beat() -> None:
        turn = 0
        while not over.wait(_BEAT_S):
            turn += 1
            click.echo(f"\r\x1b[K{'|/-'[turn % 3]} {text}: {time.monotonic() - begun:.0f} s", err=True, nl=False)

    thread = threading.Thread(target=beat, name="etolib-line", daemon=True)
    if line.terminal:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if line.terminal:
            thread.join()
        line.end()
