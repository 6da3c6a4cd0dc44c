"""Settings: ``ETOLIB_*`` environment variables, and `set_options` to override them in code.

Every setting is read when it is used, so that a variable set after import counts, and dask workers only
need the environment (see `environment`, which the cluster hands to its workers).

| option           | variable               | meaning                                                     |
|------------------|------------------------|-------------------------------------------------------------|
| ``cache_dir``    | ``ETOLIB_CACHE_DIR``   | folder of the download cache                                |
| ``contact``      | ``ETOLIB_CONTACT``     | e-mail or site named in the User-Agent                      |
| ``deadline``     | ``ETOLIB_DEADLINE``    | longest time for one download [s], where shorter than the usual |
| ``timeout``      | ``ETOLIB_TIMEOUT``     | longest time for one calculation of a page [s]; 1800 by itself |
| ``offline``      | ``ETOLIB_OFFLINE``     | 1: never use the network                                    |
| ``tiles``        | ``ETOLIB_TILES``       | address of online map tiles with {z} {x} {y}; none: never any |
| ``front``        | ``ETOLIB_FRONT``       | stock: Voila's own front end instead of the slim one         |
| ``today``        | ``ETOLIB_TODAY``       | the date taken as today, YYYY-MM-DD (tests and replays)     |
| ``<service>_url``| ``ETOLIB_<SERVICE>_URL`` | root replacing the scheme and host of a service           |
| ``beside``       | ``ETOLIB_BESIDE``      | 0: no satellite radiation and no ensemble beside the weather |
|                  | ``ETOLIB_WITHOUT``     | packages whose sources are not wanted (docs/own_source.md)  |

Keys of services are no options: `key` reads them from the environment of the process that asks, and from there only
(``ETOLIB_<SERVICE>_KEY``, or the variable that the row of the source names).
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from etolib import keys
from etolib.errors import InputError, Problem
from etolib.sources import catalogue
from etolib.sources.row import SourceInfo
from etolib.words import say

_NAMES = ("cache_dir", "contact", "deadline", "timeout", "offline", "tiles", "front", "today", "beside")


def options() -> tuple[str, ...]:
    """Return the names of all options: those of the services follow from the catalogue.

    >>> "nasa_power_url" in options()
    True
    """
    return (*_NAMES, *(f"{service}_url" for service in catalogue.services()))


_overrides: ContextVar[Mapping[str, str] | None] = ContextVar("etolib_options", default=None)


def get(option: str) -> str | None:
    """Return the value of an option as text: set by `set_options`, else by its variable, else None.

    >>> with set_options(today="2020-06-30"):
    ...     get("today")
    '2020-06-30'
    """
    _check(option)
    return _value(option)


def _check(option: str) -> None:
    if option not in (known := options()):
        raise InputError([Problem("option", option, say("not_one_of", names=list(known)))])


def _value(option: str) -> str | None:
    overrides = _overrides.get() or {}
    if option in overrides:
        return overrides[option]
    return os.environ.get(_variable(option)) or None


@cache
def _variable(option: str) -> str:
    return f"ETOLIB_{option.upper()}"


def set_options(**values: str | os.PathLike[str] | bool | dt.date | None) -> AbstractContextManager[None]:
    """Override options inside a ``with`` block; None leaves an option to its variable.

    >>> with set_options(offline=True):
    ...     is_offline()
    True
    """
    for name in values:
        _check(name)
    given = {name: value for name, value in values.items() if value is not None}
    return _scope({k: ("1" if v else "0") if isinstance(v, bool) else str(v) for k, v in given.items()})


@contextmanager
def _scope(options: Mapping[str, str]) -> Iterator[None]:
    token = _overrides.set({**(_overrides.get() or {}), **options})
    try:
        yield
    finally:
        _overrides.reset(token)


def environment() -> dict[str, str]:
    """Return the ``ETOLIB_*`` variables of this process (for worker processes), but for what is secret.

    Processes that are started here inherit the secrets; a dictionary of them would be shown with the cluster.
    """
    return {k: v for k, v in os.environ.items() if k.startswith("ETOLIB_") and not keys.secret_name(k)}


def settings() -> dict[str, str]:
    """Return every option that is set here, for a worker that may run elsewhere or was started before it was set.

    No key is among them (`etolib.keys`), and the contact is masked where the settings are shown.

    >>> with set_options(today="2020-06-30", offline=True):
    ...     sorted({"today", "offline"} & settings().keys())
    ['offline', 'today']
    """
    there, overrides = set(os.environ), _overrides.get() or {}  # to ask for one that is not there costs two exceptions
    return {
        name: keys.Private(value) if keys.secret_name(name) else value
        for name in options()
        if (name in overrides or _variable(name) in there) and (value := _value(name)) is not None
    }


def key(row: SourceInfo | str) -> keys.Secret | None:
    """Return the key of a source (its row) or the secret of a variable, None where there is none; `InputError`."""
    variable = row if isinstance(row, str) else row.key_variable
    return keys.read(variable) if variable else None


def is_offline() -> bool:
    """Return whether the network must not be used."""
    return (get("offline") or "0").lower() not in ("0", "false", "no", "off")


def asks_beside() -> bool:
    """Return whether satellite radiation and the spread of an ensemble are asked beside the weather; by itself True.

    >>> with set_options(beside=False):
    ...     asks_beside()
    False
    """
    text = (get("beside") or "1").strip()
    if text not in ("0", "1"):
        raise InputError([Problem("ETOLIB_BESIDE", text, say("not_one_of", names=["0", "1"]))])
    return text == "1"


def today() -> dt.date:
    """Return the date taken as today: ``ETOLIB_TODAY`` or the UTC date.

    >>> with set_options(today="2024-02-29"):
    ...     today()
    datetime.date(2024, 2, 29)
    """
    text = get("today")
    if text is None:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError([Problem("ETOLIB_TODAY", text, say("must_be_a_date"))]) from None


def front() -> str:
    """Return the front end of the dashboards that is wanted: ``slim``, or ``stock`` where ``ETOLIB_FRONT`` says so.

    >>> with set_options(front="stock"):
    ...     front()
    'stock'
    """
    text = (get("front") or "slim").strip().lower()
    if text not in ("slim", "stock"):
        raise InputError([Problem("ETOLIB_FRONT", text, say("not_one_of", names=["slim", "stock"]))])
    return text


def deadline() -> float | None:
    """Return the longest time for one download [s]; None where ``ETOLIB_DEADLINE`` does not say.

    >>> with set_options(deadline="12.5"):
    ...     deadline()
    12.5
    """
    return _seconds("deadline")


def timeout() -> float:
    """Return the longest time for one calculation of a page [s]: ``ETOLIB_TIMEOUT`` or half an hour."""
    return _seconds("timeout") or 1800.0


def _seconds(option: str) -> float | None:
    text = get(option)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        hint = say("write_seconds_like")
        raise InputError([Problem(f"ETOLIB_{option.upper()}", text, say("must_be_seconds"), hint)])
    return value


def check() -> None:
    """Raise `InputError` with everything that is wrong with the settings; for programs that are about to begin."""
    problems: list[Problem] = []
    readers: list[Callable[[], object]] = [today, deadline, timeout, front, asks_beside]
    readers += [partial(service_root, name) for name in catalogue.services()]
    readers += [partial(keys.read, name) for name in catalogue.key_variables()]
    for read in readers:
        try:
            read()
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def service_root(service: str) -> str:
    """Return scheme and host of a service, without a slash at the end; `InputError` where it cannot be one.

    >>> service_root("nasa_power")
    'https://power.larc.nasa.gov'
    """
    root = (get(f"{service}_url") or catalogue.services()[service]).rstrip("/")
    try:
        parts = urlsplit(root)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        good = False
    if not good or not root.isprintable() or " " in root:
        raise InputError([Problem(f"ETOLIB_{service.upper()}_URL", root, say("must_be_an_address"))])
    return root


def cache_dir() -> Path:
    """Return the folder of the download cache (not created here)."""
    folder = get("cache_dir")
    if folder:
        return Path(folder).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "etolib"
