"""What the page of a region says as HTML: places and cost, progress, failures, the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etolib import words
from etolib.widgets import texts
from etolib.widgets.markup.base import bar, label, sentence, text
from etolib.widgets.region.colours import Scale
from etolib.widgets.wording import say, translate
from etolib.words import Text, decode

if TYPE_CHECKING:
    from etolib.tasks.batch_progress import Progress
    from etolib.tasks.stored_batch import Failure

_NAMED = 4  # places that are named of those with one reason


def cost(language: str, found: Mapping[str, Any] | None, state: str) -> str:
    """Return what a region costs: a line each; while it is not known, what keeps it."""
    if found is None or found["problems"]:
        return f'<p class="etolib-muted">{label(language, state)}</p>' if state else ""
    first, *rest = map(decode, found["cost"])
    notes = "".join(f"<p>{sentence(language, decode(note))}</p>" for note in found["notes"])
    lines = "".join(f"<li{_deep(line)}>{text(translate(language, line))}</li>" for line in rest)
    return f"<p><b>{text(translate(language, first))}</b></p><ul>{lines}</ul>{notes}"


def _deep(line: Text) -> str:
    """Return what sets a line below the one that it is a part of."""
    return ' class="etolib-part"' if line.key == "cost_part" else ""


def progress(language: str, now: Progress | None, working: bool, partial: int) -> str:
    """Return the bar of the batch and its counts."""
    done, failed, total = (now.done + now.partial, now.failed, now.places) if now is not None else (0, 0, 0)
    said = say(language, "region_handing_over") if now is None else translate(language, now.sentence)
    percent = 100 * (done + failed) / total if total else 0
    busy = ' data-working="true"' if working else ""
    return (
        f'<div class="etolib-region-progress" data-done="{done}" data-failed="{failed}" data-total="{total}"{busy}>'
        f"{bar('etolib-progress', say(language, 'region_progress'), percent)}<p>{text(said)}</p></div>"
    )


def failures(language: str, found: Sequence[tuple[Text, Text, Sequence[Failure]]]) -> str:
    """Return why places have no values, each reason once with its places."""
    rows = []
    for message, hint, places in found:
        names = ", ".join(text(words.decimals(language, one.place)) for one in places[:_NAMED])
        more = f" {label(language, 'and_others', count=len(places) - _NAMED)}" if len(places) > _NAMED else ""
        key = "region_partial_places" if places[0].partial else "region_failed_places"
        head = label(language, key, count=len(places))
        next_ = f"<br>{sentence(language, hint)}" if hint else ""
        rows.append(f"<li><b>{head}</b> {sentence(language, message)}{next_}<br><small>{names}{more}</small></li>")
    return f'<ul class="etolib-region-failures">{"".join(rows)}</ul>' if rows else ""


def legend(language: str, quantity: str, step: str, scale: Scale | None, units: str, waiting: str = "") -> str:
    """Return the colours of a map and the numbers between them."""
    title = f"<b>{text(title_of(language, quantity, step, units))}</b>"
    if scale is None:
        said = label(language, waiting or "region_no_value")
        return f'<div class="etolib-region-legend">{title} <small>{said}</small></div>'
    if quantity == "quality" and step == "day":
        marks = [say(language, f"quality_{level}") for level in ("LOW", "MEDIUM", "HIGH")]
        swatches = "".join(
            f'<i style="background:{colour}"></i><small>{text(mark)}</small>'
            for colour, mark in zip(scale.colours, marks, strict=True)
        )
        return f'<div class="etolib-region-legend">{title}{swatches}</div>'
    signed = quantity == "anomaly"
    marks = [*numbers(language, scale.limits, signed=signed), ""]
    swatches = "".join(
        f'<span><i style="background:{colour}"></i><small>{mark}</small></span>'
        for colour, mark in zip(scale.colours, marks, strict=True)
    )
    about = f'<p class="etolib-muted">{label(language, "region_usual_about")}</p>' if signed else ""
    return (
        f'<div class="etolib-region-legend">{title}<span class="etolib-region-classes">{swatches}</span>{about}</div>'
    )


def numbers(language: str, limits: Sequence[float], *, signed: bool = False) -> list[str]:
    """Return the limits between classes, all with as many decimals as the one that needs most.

    >>> numbers("en", [2.5, 3.0]), numbers("pt", [-0.25, 0.5], signed=True), numbers("en", [3.0])
    (['2.5', '3.0'], ['−0,25', '+0,50'], ['3'])
    """
    decimals = max((_needed(limit) for limit in limits), default=0)
    return [("+" if signed and limit > 0 else "") + texts.decimal(language, limit, decimals) for limit in limits]


def _needed(value: float) -> int:
    return next((d for d in range(4) if abs(round(value, d) - value) < 1e-6), 3)


def title_of(language: str, quantity: str, step: str, units: str) -> str:
    """Return what a map shows, with its unit."""
    day, depth = texts.units_of(language, units)
    measure = depth if step == "sum" else day
    if quantity == "quality":
        measure = "" if step == "day" else "%"
    name = say(language, f"region_{quantity}_{step}")
    return f"{name} ({measure})" if measure else name
