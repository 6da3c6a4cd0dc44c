"""Compare a number with one printed in a book: it must round to the printed digits."""

from __future__ import annotations


def prints_as(value: float, printed: str) -> bool:
    """Return whether ``value`` rounds to the digits of ``printed`` (a half counts both ways).

    >>> prints_as(3.07465, "3.075"), prints_as(3.0744, "3.075")
    (True, False)
    """
    decimals = len(printed.partition(".")[2])
    return abs(float(value) - float(printed)) <= 0.5 * 10.0**-decimals + 1e-9
