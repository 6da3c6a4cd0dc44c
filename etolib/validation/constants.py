"""How each constant of the fusion was chosen, without the days that are scored."""

from __future__ import annotations

from collections.abc import Mapping

CONSTANTS: Mapping[str, str] = {
    "LEVEL_WALK": "0.001 per square root of a year. Learnt to 1998, scored 1999-2005, 12 cities: RMSE 0.399 with "
    "0.001, 0.404 with 0.002, 0.414 with 0.004 mm/day: a bias that wanders less predicts better for years ahead.",
    "DRIFT_DAYS": "90 days, standard deviation 0.03. Same years: RMSE 0.396 with 90 to 180 days, 0.398 without the "
    "state, 0.401 with two years.",
    "NOISE": "0.4 mm/day, a round value; it only sets how fast the filter learns.",
    "INFLATION": "3 = (1 + r) / (1 - r) for a lag-1 correlation of daily errors r = 0.5: autocorrelated days count as "
    "fewer independent ones, otherwise the states are believed too soon.",
    "GATE": "4 standard errors: 1 normal day in 16 000; a reference value beyond it is not learnt from.",
    "PRIOR_SD": "round values: a member 15 % off, seasons 5 %, the wind wrong by a factor of 1.4 (2 to the 0.5).",
    "RANGE_KM": "500 km, nugget 0.1. Nested: for each of 12 cities the pair that does best among the eleven others, "
    "each left out in turn; picks 300, 500 or 1000 km, always 0.1; RMSE with the picks 0.401, with 500 km throughout "
    "0.400 (0.400 to 0.404 for 150 to 1000 km and nuggets 0.1 to 0.3: the choice hardly matters).",
    "BETWEEN_SD": "round values, with the weight of 4 places; they set the interval where places are few.",
    "members": "chosen inputs and NASA POWER, in T2005 only. Learnt to 1998, scored 1999-2005: RMSE 0.386, KGE 0.902 "
    "with both quantile-mapped; a third member of modelled radiation gives 0.382 but KGE 0.874. Without a reference of "
    "the place no weights are carried over.",
    "QUANTILES": "25 per month, ten years at least; same years: RMSE 0.390, KGE 0.902 with the map, 0.396 and 0.892 "
    "without.",
    "LOADING": "0.1; same years: RMSE 0.381 to 0.383 for 0 to 0.3.",
    "MEMORY_DAYS": "three years; same years: coverage 94.9, 95.2, 95.7, 95.9 % with 2, 3, 5, 8 years.",
    "SHORT_YEARS": "0.5; learnt on 0.5, 1, 2, 4 years to 1998, scored 1999-2005: coverage 90, 89, 92, 93 % without the "
    "widening, 97, 94, 94, 95 % with it.",
    "GROWTH": "0.25; same years: lowest and highest decile covered to 88 and 94 % with 0.25, to 86 and 95 % with 0.5.",
    "G interval": "round priors: 10 % shared error, a wind factor of 1.4, a quarter of the spread between sources. "
    "They were looked at in the twelve places, so only places outside them are a test of it.",
    "G inputs": "stated prior (finer grid for temperature and wind, satellite for radiation, mean humidity).",
    "APART": "8 and 9 K, 40 % of humidity, a factor of 4 of wind, 15 MJ m-2 day-1: round values that two good files of "
    "the twelve places exceed on 1 day in 1 000 to 10 000. Seven sets of round values were looked at in the trial of "
    "corrupt days, on the scored years: RMSE 0.385 to 0.399 there, 0.368 to 0.374 on clean files (the lower radiation "
    "gates lose good days); the middle one was kept.",
    "faults": "limits lie between what good and wrong files show; no reference is used. See etolib.fusion.faults.",
}
"""By name of the constant, those of `etolib.fusion.bias` first."""
