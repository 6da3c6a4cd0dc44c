"""What the pages say of a visitor's batches as HTML: a line each, that leads to the page of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from etolib.tasks.batch_progress import duration
from etolib.widgets.markup.base import day_count, label, number, text
from etolib.widgets.markup.card import badge
from etolib.widgets.wording import say, translate

if TYPE_CHECKING:
    from etolib.widgets.region.record import Row


def own_batch(language: str, row: Row, page: str) -> str:
    """Return what is said of a batch; ``page`` is the address of the region page, with or without a query."""
    about = row.record
    counted = say(language, "batch_places_computed", number=number(row.computed, 0), total=number(about.places, 0))
    facts = (
        about.period, day_count(language, about.days), counted,
        say(language, "begun_ago", duration=translate(language, duration(row.age))),
    )  # fmt: skip
    title = about.title or f"{say(language, 'region')} {about.box}".replace("-", "−")
    link = f"{page}{'&' if '?' in page else '?'}{urlencode({'batch': row.name})}"
    return (
        f'<div class="etolib-card-head">{badge(language, row.state)}'
        f'<span class="etolib-card-place">{text(title)}</span>'
        f'<span class="etolib-card-period">{text(" · ".join(facts))}</span></div>'
        f'<a class="etolib-action" href="{text(link)}">{label(language, "open")}</a>'
    )
