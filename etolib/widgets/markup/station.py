"""What the form says of an own station file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etolib.widgets import wording
from etolib.widgets.markup.base import day_count, label, sentence, text
from etolib.widgets.wording import translate
from etolib.words import decode


def station_sentence(level: str, words: str) -> str:
    """Return a sentence about the own file; ``level`` is busy, note or bad."""
    return f'<div class="etolib-station-said" data-level="{text(level)}" role="status">{text(words)}</div>'


def station_problem(
    language: str, name: str, problems: Sequence[Mapping[str, Any]], suggestion: str | None = None
) -> str:
    """Return what is wrong with a file: what, and what next; ``suggestion`` is the page's own.

    ``problems`` are as `etolib.errors.Problem.encode` gives them.

    >>> wrong = {"thing": "column '<b>'", "value": "9 to 12", "rule": "cannot be u2 in mph", "suggestion": None}
    >>> "(9 to 12) cannot be u2 in mph" in station_problem("en", "a.csv", [wrong])
    True
    """
    shown = "".join(f"<p>{text(_problem(language, one))}.</p>" for one in problems)
    hints = dict.fromkeys(translate(language, decode(one["suggestion"])) for one in problems if one["suggestion"])
    after = "".join(f"<p>{text(hint[:1].upper() + hint[1:])}.</p>" for hint in ([suggestion] if suggestion else hints))
    return f'<div class="etolib-station-said" data-level="bad" role="alert"><b>{text(name)}</b>{shown}{after}</div>'


def _problem(language: str, one: Mapping[str, Any]) -> str:
    thing = decode(one["thing"])
    # Of a whole file the value is its name, or all its columns: both stand beside the sentence.
    value = "" if thing == "file" or one["value"] is None else translate(language, decode(one["value"]))
    return wording.problem(language, thing, f"({value})" if value else "", decode(one["rule"]))


def station_facts(language: str, found: Mapping[str, Any]) -> str:
    """Return what a file holds: its name where it cannot be used, its days."""
    facts = found["facts"]
    if facts is None:
        return f"<b>{text(found['name'])}</b>" if not found["problem"] else ""
    if facts["monthly"]:
        return label(language, "station_months")
    days = day_count(language, facts["days"])
    return label(language, "station_facts", first=facts["first"], last=facts["last"], days=days)


def station_notes(language: str, found: Mapping[str, Any]) -> str:
    """Return how the file was read, and what was left out; what is uncertain is asked beside it."""
    lines = [found["reading"], *found["notes"]]
    items = (f"<li>{sentence(language, decode(line))}</li>" for line in lines if line)
    return f"<ul>{''.join(items)}</ul>"


def station_column(language: str, name: str, reason: Any) -> str:
    """Return the name of a column of a file, and why it is taken for what it is."""
    words = text(translate(language, decode(reason)))
    why = f"<small>{words}</small>" if words else ""
    return f'<span title="{text(name)}. {words}">{text(name)}{why}</span>'


def date_words(form: str) -> str:
    """Return a date format as people write it.

    >>> date_words("%d/%m/%Y")
    'DD/MM/YYYY'
    """
    for sign, word in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%y", "YY"), ("%b", "MON")):
        form = form.replace(sign, word)
    return form


def question_text(language: str, question: Mapping[str, Any]) -> str:
    """Return a question as HTML, with what is taken until it is answered.

    ``question`` as `etolib.widgets.remote.read_station` gives it.

    >>> one = {"text": "which unit?", "assumed": "°C", "column": "T<max>", "parameter": "units"}
    >>> question_text("en", one)
    '<p>Which unit?</p><small>Until it is answered °C is taken, and no day is of high quality.</small>'
    """
    words = sentence(language, decode(question["text"]))
    if question["assumed"] is None:
        after = label(language, "question_must_be_answered")
    else:
        after = label(language, "question_assumed", answer=answer_words(language, question, question["assumed"]))
    return f"<p>{words}</p><small>{after}</small>"


def answer_words(language: str, question: Mapping[str, Any], answer: str | float) -> str:
    """Return an answer as a person reads it.

    >>> answer_words("en", {"parameter": "wind_height"}, 10.0), answer_words("pt", {"parameter": "dates"}, "day first")
    ('10 m', 'dia primeiro')
    >>> answer_words("en", {"parameter": "time_zone"}, -8.0), answer_words("pt", {"parameter": "time_zone"}, "local")
    ('UTC-8', 'o relógio do arquivo')
    """
    if question["parameter"] == "wind_height":
        return f"{float(answer):g} m"
    if question["parameter"] == "time_zone" and isinstance(answer, float | int):
        from etolib.sources.station import clock

        return clock.in_words(float(answer))
    if question["parameter"] == "units":
        return wording.unit(language, str(answer))
    return wording.say_or(language, f"answer_{str(answer).replace(' ', '_')}", str(answer))
