"""The result of a calculation, and every way to take it away."""

from etolib.result.result import Result

__all__ = ["Result"]
