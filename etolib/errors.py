"""The errors of etolib: each says what happened, where, and what to do next.

Every error carries its data as attributes (``source``, ``suggestion``, ``retryable``) so that a page, a
command line and a task message can show the same facts, and every error survives pickling (it may be
raised on a dask worker and read in a browser). Messages, rules and suggestions are `etolib.words.Text`: English with
its key, so that the page can say the same in another language; plain text is taken as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etolib.words import Text, encode, join, say, verbatim


class EtolibError(Exception):
    """Base of all errors raised on purpose by etolib.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    suggestion : str, optional
        What the reader can do next.
    source : str, optional
        Name of the data source concerned.
    retryable : bool
        Whether the same call may succeed later without a change.

    Examples
    --------
    >>> EtolibError("the answer was empty", suggestion="try again", source="nasa_power").to_dict()["source"]
    'nasa_power'
    """

    def __init__(
        self,
        message: str,
        *,
        suggestion: str | None = None,
        source: str | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = verbatim(message)
        self.suggestion = None if suggestion is None else verbatim(suggestion)
        self.source = source
        self.retryable = retryable

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments: rebuild without __init__, then restore every attribute.
        return _rebuild, (type(self), self.args, self.__dict__.copy())

    def to_dict(self) -> dict[str, Any]:
        """Return the ``data`` of an ERROR message: error, message, suggestion, source, retryable.

        ``texts`` holds message and suggestion as keys with values (`etolib.words.encode`).
        """
        return {
            "error": type(self).__name__,
            "message": str(self.message),
            "suggestion": None if self.suggestion is None else str(self.suggestion),
            "source": self.source,
            "retryable": self.retryable,
            "texts": self._texts(),
        }

    def _texts(self) -> dict[str, Any]:
        return {
            "message": encode(self.message),
            "suggestion": None if self.suggestion is None else encode(self.suggestion),
        }

    def __str__(self) -> str:
        return f"{self.message} ({self.suggestion})" if self.suggestion else self.message


def _rebuild(cls: type[EtolibError], args: tuple[Any, ...], state: dict[str, Any]) -> EtolibError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: the thing, its value, the rule it breaks, and the next step."""

    thing: str
    value: Any
    rule: Text
    suggestion: Text | None = None

    @property
    def sentence(self) -> Text:
        """Thing, value and rule in one line."""
        said = isinstance(self.value, Text) and self.value.key  # a range of values has words of its own
        return say(
            "problem", thing=self.thing, value=self.value if said else repr(self.value), rule=verbatim(self.rule)
        )

    def encode(self) -> dict[str, Any]:
        """Return the parts as JSON can hold them."""
        value = self.value if self.value is None or isinstance(self.value, Text) else str(self.value)
        return {
            "thing": encode(self.thing),
            "value": None if value is None else encode(value),
            "rule": encode(self.rule),
            "suggestion": None if self.suggestion is None else encode(self.suggestion),
        }

    def __str__(self) -> str:
        return f"{self.sentence}; {self.suggestion}" if self.suggestion else str(self.sentence)


class InputError(EtolibError, ValueError):
    """The caller's input cannot be used. ``problems`` lists *all* that is wrong, not the first.

    Examples
    --------
    >>> error = InputError([Problem("latitude", 150, "must lie within -90 to 90")])
    >>> error.message
    'latitude = 150: must lie within -90 to 90'
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        hints = [p.suggestion for p in self.problems if p.suggestion]
        super().__init__(
            join("\n", [p.sentence for p in self.problems]),
            suggestion=join("; ", list(dict.fromkeys(hints))) if hints else say("correct_and_try_again"),
        )

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def _texts(self) -> dict[str, Any]:
        return super()._texts() | {"problems": [p.encode() for p in self.problems]}


class MissingPackage(EtolibError, ImportError):
    """What was asked needs a package that a plain installation leaves out; ``command`` installs it.

    Parameters
    ----------
    package : str
        Name of the package.
    extra : str
        The part of etolib that brings it: ``plot`` of ``pip install "etolib[plot]"``.

    Examples
    --------
    >>> raise MissingPackage("matplotlib", "plot")
    Traceback (most recent call last):
    ...
    etolib.errors.MissingPackage: this needs the package matplotlib, which is not installed; the command \
pip install "etolib[plot]" adds it
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        self.command = f'pip install "etolib[{extra}]"'
        super().__init__(say("package_is_missing", package=package, command=self.command))


class SourceError(EtolibError):
    """A data source did not give what was asked.

    ``url`` never holds a secret; ``status`` is the HTTP status where there was one; ``body`` the first
    500 characters of the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        suggestion: str | None = None,
        retryable: bool = False,
        url: str | None = None,
        status: int | None = None,
        body: str | None = None,
    ) -> None:
        super().__init__(message, suggestion=suggestion, source=source, retryable=retryable)
        self.url = url
        self.status = status
        self.body = body[:500] if body else None


class NotCovered(SourceError):
    """The source has no data for this place or these dates (not a failure)."""


class SourceWindowError(NotCovered):
    """Dates outside the window a source declares; refused before any request.

    Examples
    --------
    >>> raise SourceWindowError(source="nasa_power", asked="1950-01-01/1950-12-31", allowed="1981-01-01/2026-11-18")
    Traceback (most recent call last):
    ...
    etolib.errors.SourceWindowError: nasa_power has no data for 1950-01-01/1950-12-31; it covers \
1981-01-01/2026-11-18 (choose dates within 1981-01-01/2026-11-18, or another source)
    """

    def __init__(self, *, source: str, asked: str, allowed: str, suggestion: str | None = None) -> None:
        super().__init__(
            say("outside_window", source=source, asked=asked, allowed=allowed),
            source=source,
            suggestion=suggestion or say("choose_dates_within", allowed=allowed),
        )
        self.asked = asked
        self.allowed = allowed


class InvalidRequest(SourceError):
    """The source refused the request as wrong (4xx); asking again is pointless."""


class RateLimited(SourceError):
    """The source asks us to wait. ``retry_at`` is a POSIX time [s], None where unknown."""

    def __init__(self, message: str, *, retry_at: float | None = None, **details: Any) -> None:
        details.setdefault("retryable", True)
        details.setdefault("suggestion", say("wait_and_try_again"))
        super().__init__(message, **details)
        self.retry_at = retry_at


class SourceUnavailable(SourceError):
    """The source could not be reached, or failed on its side."""

    def __init__(self, message: str, **details: Any) -> None:
        details.setdefault("retryable", True)
        details.setdefault("suggestion", say("check_the_network"))
        super().__init__(message, **details)


class BadResponse(SourceError):
    """The source answered, but not with what it promises (broken JSON, another unit, a missing column)."""

    def __init__(self, message: str, **details: Any) -> None:
        details.setdefault("retryable", True)
        details.setdefault("suggestion", say("try_again_later"))
        super().__init__(message, **details)


class NoSourceError(EtolibError):
    """No source could answer. ``causes`` holds the error of each source that was asked."""

    def __init__(self, message: str, *, causes: Sequence[EtolibError] = (), suggestion: str | None = None) -> None:
        self.causes = tuple(causes)
        super().__init__(
            message,
            suggestion=suggestion or next((c.suggestion for c in self.causes if c.suggestion), None),
            source=", ".join(dict.fromkeys(c.source for c in self.causes if c.source)) or None,
            retryable=any(c.retryable for c in self.causes),
        )


class TaskError(EtolibError):
    """A task on the cluster ended without a result."""


class TaskTimeout(TaskError):
    """A task passed its time limit; ``after_s`` and ``stage`` tell when and where."""

    def __init__(self, *, after_s: float, stage: str | None = None) -> None:
        seconds = f"{after_s:g}"
        super().__init__(
            say("timed_out_in_stage", seconds=seconds, stage=repr(stage))
            if stage
            else say("timed_out", seconds=seconds),
            suggestion=say("try_again_or_shorter"),
            retryable=True,
        )
        self.after_s = after_s
        self.stage = stage


class TaskCancelled(TaskError):
    """A task was cancelled; ``stage`` is where it stood, ``reason`` why ("asked", "page closed", ...)."""

    def __init__(self, *, stage: str | None = None, reason: str = "asked") -> None:
        super().__init__(say("was_cancelled"), suggestion=say("press_retry"))
        self.stage = stage
        self.reason = reason


class TooMuch(TaskError):
    """A page asks for more than a page, a visitor or all together may have; nothing was handed over.

    Parameters
    ----------
    what : {"tasks", "places", "uploaded"}
    whose : {"page", "visitor", "all"}
        Whose limit that is.
    most : int
        The limit: tasks, places or bytes.

    Examples
    --------
    >>> print(TooMuch("places", whose="visitor", most=10_000).message)
    batches of this browser have 10000 places under way together; more cannot be taken
    """

    def __init__(self, what: str, *, whose: str = "page", most: int) -> None:
        shown = most / 1e6 if what == "uploaded" else most
        super().__init__(
            say(f"too_many_{what}_of_{whose}", most=f"{shown:g}"), suggestion=say(f"wait_for_{what}"), retryable=True
        )
        self.what, self.whose, self.most = what, whose, most


class TooManyTasks(TooMuch):
    """So many tasks wait as may; nothing was handed over.

    Examples
    --------
    >>> print(TooManyTasks(most=30))
    30 calculations of this page are waiting; more cannot be taken (wait until some are done, or cancel those you do \
not need)
    """

    def __init__(self, *, most: int, whose: str = "page") -> None:
        super().__init__("tasks", whose=whose, most=most)


class SchedulerUnavailable(TaskError):
    """The dask scheduler cannot be reached, or was lost while a task ran."""

    def __init__(self, message: str, *, suggestion: str | None = None) -> None:
        super().__init__(
            message,
            suggestion=suggestion or say("retry_once_scheduler_back"),
            retryable=True,
        )
