"""What a tab asks, in a module that workers can import: ``tests.widgets.toy_tab:ask``."""

from __future__ import annotations


def ask(result, words):
    """Return the warmest day and the word for its temperature."""
    table = result.table.set_index("date")
    return {"day": f"{table['tmax'].idxmax():%Y-%m-%d}", "word": words["var_tmax"]}
