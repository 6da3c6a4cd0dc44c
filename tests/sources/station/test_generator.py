"""Files as people have them, by the thousand: none ends in another number with nothing said."""

from __future__ import annotations

from tests.sources.station.generator import KINDS, WRONG, count, write


def test_a_file_of_the_series_is_the_same_each_time():
    one, two = write(17), write(17)
    assert one.content == two.content
    assert one.truth.equals(two.truth)
    assert write(17, seed=2).content != one.content


def held(number: int, first: int) -> None:
    found, examples = count(number, first=first)
    assert not {kind: examples[kind][:5] for kind in WRONG if found[kind]}
    assert sum(found.values()) == number
    assert found["right"] > 0.5 * number  # a reader that refuses or asks of all is none
    assert all(found[kind] for kind in KINDS if kind != "refusal with a question")


def test_four_hundred_files_end_in_the_right_numbers_a_sentence_or_a_question():
    held(400, 0)
