"""Files as people have them, by the thousand: none ends in another number with nothing said."""

from __future__ import annotations

from tests.sources.station.generator import write


def test_a_file_of_the_series_is_the_same_each_time():
    one, two = write(17), write(17)
    assert one.content == two.content
    assert one.truth.equals(two.truth)
    assert write(17, seed=2).content != one.content
