"""Examples of all formats, damaged as files are: each is read, or refused by one of etolib's own errors."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from etolib.errors import EtolibError
from etolib.sources.station.file import read

FILES = sorted(path for path in (Path(__file__).parents[2] / "files").iterdir() if path.suffix != ".md")
Lines = list[bytes]


def cut(lines: Lines, chance: random.Random) -> Lines:
    """Without its end: a download that broke off."""
    whole = b"\n".join(lines)
    return whole[: chance.randrange(len(whole) + 1)].split(b"\n")


def dropped(lines: Lines, chance: random.Random) -> Lines:
    return [line for line in lines if chance.random() > 0.15]


def emptied(lines: Lines, chance: random.Random) -> Lines:
    """With lines of nothing, of blanks and of separators between and in the place of others."""
    nothing = (b"", b"   ", b"\t", b",,,,", b";;;", b"#", b'""')
    result = []
    for line in lines:
        result += [chance.choice(nothing)] if chance.random() < 0.1 else []
        result.append(line if chance.random() > 0.1 else chance.choice(nothing))
    return [*result, chance.choice(nothing)]


def twice(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(len(lines))
    return [*lines[:at], *lines[max(0, at - chance.randrange(1, 8)) :]]


def swapped(lines: Lines, chance: random.Random) -> Lines:
    """Two columns exchanged in every row, or in some."""
    sign = max((b",", b";", b"\t", b" "), key=lambda s: sum(line.count(s) for line in lines))
    some = chance.choice((1.0, 0.5))
    one, other = chance.randrange(8), chance.randrange(8)
    result = []
    for line in lines:
        cells = line.split(sign)
        if max(one, other) < len(cells) and chance.random() < some:
            cells[one], cells[other] = cells[other], cells[one]
        result.append(sign.join(cells))
    return result


def narrowed(lines: Lines, chance: random.Random) -> Lines:
    """Rows that are shorter or longer than the others."""
    sign = max((b",", b";", b"\t", b" "), key=lambda s: sum(line.count(s) for line in lines))
    return [
        line if chance.random() > 0.2 else chance.choice((line.rsplit(sign, 1)[0], line + sign + b"1", sign + line))
        for line in lines
    ]


def binary(lines: Lines, chance: random.Random) -> Lines:
    whole = b"\n".join(lines)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(whole) + 1)
        whole = whole[:at] + chance.randbytes(chance.choice((1, 2, 40))) + whole[at + chance.choice((0, 1, 40)) :]
    return whole.split(b"\n")


WAYS: tuple[Callable[[Lines, random.Random], Lines], ...] = (cut, dropped, emptied, twice, swapped, narrowed, binary)


def damage(file: Path, seed: int) -> bytes:
    """Return a file changed in one way or in two."""
    chance = random.Random(f"{file.name} {seed}")
    lines = file.read_bytes().split(b"\n")
    for way in chance.sample(WAYS, chance.choice((1, 1, 2))):
        lines = way(lines, chance)
    return b"\n".join(lines)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_or_refused(seed):
    outcomes = []
    for file in FILES:
        try:
            station = read(damage(file, seed), filename=file.name)
            assert station.explain()
            assert station.info.provides
            outcomes.append("read")
        except EtolibError:
            outcomes.append("refused")
        except Exception as error:
            raise AssertionError(f"{file.name}, seed {seed}: {type(error).__name__}: {error}") from error
    assert {"read", "refused"} == set(outcomes)  # the damage is neither nothing nor everything
