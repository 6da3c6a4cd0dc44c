"""What is drawn of a question about a column."""

from __future__ import annotations

import pytest

from etolib.site import Site
from etolib.sources.station.contents import open_table
from etolib.sources.station.guess import map_table
from etolib.sources.station.preview import MOST_POINTS, preview
from etolib.sources.station.questions import Question
from etolib.words import verbatim

SITE = Site(44.9, -93.2, 265.0)
ROWS = "\n".join(f"2023-01-{day:02d},{39 + day % 5},{25 + day % 4},5.0" for day in range(1, 21))
TABLE = open_table(f"date,max temp,min temp,wind (m/s)\n{ROWS}\n".encode(), None)
MAPPING = map_table(TABLE, SITE.latitude)


def asked(parameter, column, assumed=None, choices=()):
    return preview(TABLE, MAPPING, Question(parameter, verbatim("?"), column, choices, assumed), SITE)


def test_units_are_drawn_that_can_be_weather_there():
    drawn = asked("units", "max temp", "°C", ("°C", "°F", "K"))
    assert list(drawn["readings"]) == ["°C", "°F"]  # what is assumed, and what fits; 40 K is nowhere
    assert drawn["readings"]["°F"][0] == pytest.approx((40 - 32) / 1.8, abs=0.01)
    assert -12 < drawn["usual"][0] < 0
    assert len(drawn["dates"]) == 20 < MOST_POINTS


def test_heights_are_drawn_at_2_m():
    assert asked("wind_height", "wind (m/s)", 2.0, (2.0, 10.0))["readings"]["10 m"][0] == pytest.approx(3.74, abs=0.01)


def test_a_question_about_no_weather_draws_nothing():
    assert asked("dates", None) is None
    assert asked("columns", "date") is None
