"""`Tab`: what a tab asks of the worker that holds the result, and how it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from etolib.errors import EtolibError

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

    from etolib.result.result import Result
    from etolib.widgets.task import Snapshot

Ask = Callable[..., Any]
"""Runs on a worker: takes the result and words by key, returns plain dicts, lists, text and numbers.

Where the tab is ``measured``, it takes the units of the page as well."""

Look = Callable[[str, Any, "str | None"], str]
"""Runs in the page: takes the language, the answer (None while it is on its way) and the task id, returns HTML."""


Guard = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Wraps a callback of a view, so that what it did not expect is said in its tab: Jupyter would swallow it."""


class View(Protocol):
    """A tab that is made of widgets rather than of HTML; one stands in each page, from the first result on.

    Where it has a trait ``day`` (an ISO date that somebody chose, as `etolib.widgets.chart.Chart`), views with a method
    ``go(day)`` follow it.
    """

    @property
    def widget(self) -> DOMWidget:
        """What stands in the pane of the tab."""

    def show(self, language: str, answer: Any, task_id: str | None, units: str) -> None:
        """Show an answer (None while it is on its way) in a language and in units (``metric`` or ``us``)."""


Again = Callable[["Result", Mapping[str, Any]], Any]
"""Runs on a worker: takes the result and what a person chose in the tab, returns the new answer of the tab."""


class Asking(View, Protocol):
    """A view that asks a worker again (`Tab.again`); the answer comes as any other does, with `show`.

    What shall wait until somebody looks at the tab waits for its first answer, where the tab is ``lazy``.
    """

    ask: Callable[[Mapping[str, Any]], None]
    """Put there by the page before anything is shown: asks with what a person chose."""

    def failed(self, error: str) -> None:
        """Say that the last question got no answer."""


@runtime_checkable
class Calculating(Asking, Protocol):
    """An `Asking` view that wants another calculation beside its result.

    When it is there, the page asks a worker again (`Tab.again`): the result of the calculation is ``values["record"]``.
    """

    begin: Callable[[str], None]
    """Put there by the page: calculates a request, given as a query string."""

    cancel: Callable[[], None]
    """Put there by the page: gives it up."""

    def progress(self, snapshot: Snapshot) -> None:
        """Show how far the calculation is, and how it ended where it failed or was cancelled."""


@dataclass(frozen=True)
class Other:
    """Another finished result of the page.

    Parameters
    ----------
    key : str
        Its task.
    answer : object
        What the worker answered to the same tab of that result.
    """

    key: str
    answer: Any


@runtime_checkable
class Comparing(View, Protocol):
    """A `View` that shows a result beside other ones of its page."""

    def offer(self, others: Sequence[Other]) -> None:
        """Take note of the other results, oldest first; each time before ``show``."""


@dataclass(frozen=True)
class Failed:
    """The answer of a tab whose question failed on the worker."""

    error: str

    @classmethod
    def of(cls, error: BaseException) -> Failed:
        """Return what is to be said of an error: its sentence, which any language has, or what Python calls it.

        >>> Failed.of(ZeroDivisionError("division by zero"))
        Failed(error='ZeroDivisionError: division by zero')
        """
        return cls(error.message if isinstance(error, EtolibError) else f"{type(error).__name__}: {error}")


@dataclass(frozen=True)
class Tab:
    """One way to look at a result.

    Parameters
    ----------
    name : str
        The tab's title is the text ``tab_<name>`` of the catalogues, its CSS class ``etolib-<name>``.
    look : callable
        See `Look`. Escape whatever came from outside (`etolib.widgets.markup.base.text`). None where there is a
        ``view``.
    ask : callable or str, optional
        See `Ask`: a function, or its import path ``package.module:function``. What the page's process does not need
        belongs into the function: pandas and matplotlib are imported on the worker only.
    words : tuple of str
        Keys of the texts that go with the question, in the page's language; it is asked again when that changes.
    slow : bool
        Asked by itself, after the other tabs are shown.
    lazy : bool
        Asked when somebody opens it.
    measured : bool
        Its answer is made in the units of the page, which ``ask`` takes last (``metric`` or ``us``); it is asked again
        when they change. Tabs that convert what they show have no need of it.
    title : str
        Shown where the catalogues have no ``tab_<name>``.
    view : callable, optional
        Makes the `View` that shows the answer, of the `Guard` for its callbacks; called once a page, when the first
        result is there.
    again : callable or str, optional
        See `Again`: what the view, an `Asking`, may ask with values of its own.
    """

    name: str
    look: Look | None = None
    ask: Ask | str | None = None
    words: tuple[str, ...] = ()
    slow: bool = False
    lazy: bool = False
    measured: bool = False
    title: str = ""
    view: Callable[[Guard], View] | None = None
    again: Again | str | None = None


def resolve(ask: Ask | Again | str) -> Ask:
    """Return the function that is meant.

    >>> resolve("etolib.widgets.tabs.table:ask").__name__
    'ask'
    """
    if not isinstance(ask, str):
        return ask
    module, _, name = ask.partition(":")
    function: Ask = getattr(import_module(module), name)
    return function
