"""A live bar for a task or a batch: in a notebook as the value of a cell, in a terminal as a line."""

from __future__ import annotations

import asyncio
import html
import sys
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TextIO

from etolib.tasks.messages import FINAL, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from etolib.tasks.batch_progress import Progress


class Shown(ABC):
    """Work that shows itself: `etolib.Job`, `etolib.Batch`, `etolib.StoredBatch`."""

    @abstractmethod
    def how_far(self) -> tuple[float, str, bool]:
        """Return the part that is done (0 to 1), words for it, and whether all has ended."""

    @abstractmethod
    def when_news(self, callback: Callable[[], None]) -> None:
        """Call ``callback()``, on any thread, when `how_far` may say something else."""

    @abstractmethod
    def _repr_html_(self) -> str: ...

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show itself in a notebook as a bar that moves; as the state of now where there are no widgets."""
        said: dict[str, Any] = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if not _in_notebook():
            return said
        shown = widget(self)._repr_mimebundle_(**options)
        return (shown[0] | said, shown[1]) if isinstance(shown, tuple) else shown | said


class Counted(Shown):
    """Work of many places, told by their counts."""

    @property
    @abstractmethod
    def progress(self) -> Progress:
        """How many places have ended, and how."""

    def how_far(self) -> tuple[float, str, bool]:
        """Return the part that is done (0 to 1), words for it, and whether all has ended."""
        now = self.progress
        return now.share, str(now), not now.running


_BEAT_S = 0.1  # between two showings of a bar in a notebook [s]
_WIDE = 24  # characters of the bar in a terminal


def progress(work: Shown, file: TextIO | None = None) -> Any:
    """Show how far a task or a batch is.

    In a notebook, the value of the cell is a bar that moves by itself while other cells run. Elsewhere a line is drawn
    until the work has ended; where it is no terminal (a file, a pipe), only the last state is written.

    Parameters
    ----------
    work : Job, Batch or StoredBatch
        As `etolib.submit`, `etolib.submit_many`, `etolib.attach` and `etolib.resume_batch` return it.
    file : text stream, optional
        Where the line is drawn; default: standard error.

    Returns
    -------
    ipywidgets.HTML or None
        The bar, in a notebook; None elsewhere.
    """
    if _in_notebook():
        return widget(work)
    _draw(work, sys.stderr if file is None else file)
    return None


def widget(work: Shown) -> Any:
    """Return a bar as a widget that follows the work to its end.

    Parameters
    ----------
    work : Job, Batch or StoredBatch
    """
    import ipywidgets

    shown = ipywidgets.HTML(work._repr_html_())
    try:
        loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
    except RuntimeError:
        loop = None

    waits = threading.Event()  # a showing is on its way: what ends meanwhile is shown with it

    def show() -> None:
        waits.clear()
        shown.value = work._repr_html_()

    def news() -> None:
        if waits.is_set():
            return
        waits.set()
        if loop is None:
            show()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(loop.call_later, _BEAT_S, show)

    work.when_news(news)
    return shown


def of_message(status: str, last: Message | None) -> tuple[float, str, bool]:
    """Return how far a task is by its newest message: its part (0 to 1), words, whether it has ended.

    Parameters
    ----------
    status : str
    last : dict or None

    Examples
    --------
    >>> of_message("PROCESSING", {"type": "PROGRESS", "data": {"progress": 25, "step": "1 of 4"}})
    (0.25, 'PROCESSING: 1 of 4', False)
    """
    if last is None:
        return float(status in FINAL), status, status in FINAL
    over, data = last["type"] in FINAL, last["data"]
    told = data.get("message") if over else data.get("step")
    return (1.0 if over else data.get("progress", 0) / 100), (f"{status}: {told}" if told else status), over


def html_of(share: float, words: str, name: str) -> str:
    """Return a bar with words as HTML; colours are those of the notebook's own theme.

    >>> html_of(0.25, "PROCESSING", "eto-1")
    '<div><progress value="0.250" max="1" style="width: 20em"></progress> PROCESSING <code>eto-1</code></div>'
    """
    bar = f'<progress value="{share:.3f}" max="1" style="width: 20em"></progress>'
    return f"<div>{bar} {html.escape(words)} <code>{html.escape(name)}</code></div>"


def _draw(work: Shown, file: TextIO) -> None:
    terminal, news, over = file.isatty(), threading.Event(), False
    work.when_news(news.set)
    while not over:
        news.wait(1.0)
        news.clear()
        share, words, over = work.how_far()
        line = f"[{'#' * round(_WIDE * share):<{_WIDE}}] {words}"
        if terminal or over:
            print(f"\r\x1b[K{line}" if terminal else line, end="\n" if over else "", file=file, flush=True)


def _in_notebook() -> bool:
    """Return whether a Jupyter kernel runs this and can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return False
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        return False
    return True
