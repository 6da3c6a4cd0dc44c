"""Scores of a series against a reference, as the studies use them; they live in `etolib.scores`."""

from etolib.scores import SCORES, interval_score, score

__all__ = ["SCORES", "interval_score", "score"]
