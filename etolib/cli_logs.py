"""The options of commands that say what is logged, and how."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from etolib import logs


def logging_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of its log; what they say holds in every process that it starts."""

    @click.option("--log-level", type=click.Choice(logs.LEVELS), help="What is logged; ETOLIB_LOG_LEVEL. [warning]")
    @click.option("--log-format", type=click.Choice(logs.FORMATS), help="A line a record: text, or JSON. [text]")
    @click.option("--log-places", is_flag=True, help="Also write names and coordinates of places into the log.")
    @functools.wraps(command)
    def logged(*arguments: Any, log_level: str | None, log_format: str | None, log_places: bool, **more: Any) -> None:
        logs.choose(log_level, log_format, log_places)
        logs.start(command.__name__)
        command(*arguments, **more)

    return logged
