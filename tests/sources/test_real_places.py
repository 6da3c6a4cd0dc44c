"""The page of real places is in step with the plans and sentences, and none of these is nonsense."""

from __future__ import annotations

import re

import pytest

from tests.sources import real_places

pytestmark = pytest.mark.slow


def test_the_page_is_in_step_and_its_sentences_make_sense():
    page = real_places.page()
    # Shares of small sums differ in the last digit between machines.
    plain = [re.sub(r"[-+]?\d+(\.\d+)?( to [-+]?\d+)? %|\d+\.\d+ mm/day", "#", text) for text in (page, _kept())]
    assert plain[0] == plain[1], "write it anew: python -m tests.sources.real_places"
    assert "+0 to +0 %" not in page
    for table in page.split("## ")[1:]:
        rows = [line.split(" | ") for line in table.splitlines() if re.match(r"\| \w+( \(\w+\))? \| \d{4}-", line)]
        assert len(rows) >= 4
        for row in rows:  # a reason in each language, none of them left in another
            assert len({*row[2:5]}) == 3, row


def _kept() -> str:
    return real_places.PAGE.read_text(encoding="utf-8")
