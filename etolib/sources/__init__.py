"""Weather sources: a catalogue of light rows, one module per provider, and `network`, the only door to the network.

>>> import etolib
>>> etolib.sources().loc["nasa_power", "title"]
'NASA POWER'
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Sources(ModuleType):
    """This package, which can be called: ``etolib.sources()`` is its table, whatever was imported before."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        from etolib.sources.listing import sources

        return sources(*args, **options)


sys.modules[__name__].__class__ = _Sources
