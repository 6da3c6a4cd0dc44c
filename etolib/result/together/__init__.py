"""Several results side by side: one table, one file, one summary.

>>> import etolib
>>> from etolib.result.together import Together
>>> from etolib import config
>>> with config.set_options(offline=True):
...     days = "2024-01-01/2024-01-03"
...     both = Together([etolib.compute((-9.39, -40.5), days), etolib.compute((48.1, 11.6), days)])
>>> both.table.shape, both.labels
((3, 2), ('9.3900°S 40.5000°W', '48.1000°N 11.6000°E'))
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etolib.result.together.together import Together

__all__ = ["Together"]


def __getattr__(name: str) -> object:
    # The page's kernel uses `figures`, and must not pay for pandas.
    if name == "Together":
        from etolib.result.together.together import Together

        return Together
    raise AttributeError(name)
