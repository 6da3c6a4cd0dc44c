"""Many places at once give what one place alone gives. Simulated."""

import numpy as np

from etolib.fusion.arrays import fuse_arrays

RNG = np.random.default_rng(4)
DAYS, PLACES = 800, 5


def inputs():
    tmin = RNG.uniform(12, 24, (DAYS, PLACES))
    weather = {
        "tmin": tmin,
        "tmax": tmin + RNG.uniform(4, 14, (DAYS, PLACES)),
        "ea": RNG.uniform(0.8, 2.2, (DAYS, PLACES)),
        "rs": RNG.uniform(8, 26, (DAYS, PLACES)),
        "u2": RNG.uniform(0.5, 4, (DAYS, PLACES)),
    }
    weather["u2"][10, 2] = np.nan
    place = {"latitude": RNG.uniform(-20, 10, PLACES), "elevation": RNG.uniform(0, 900, PLACES)}
    return weather, place, np.arange(DAYS) % 365 + 1


def test_places_do_not_know_each_other_and_a_year_can_be_continued():
    weather, place, day = inputs()
    free = fuse_arrays(**weather, **place, day_of_year=day, reference=np.full((DAYS, PLACES), np.nan))
    reference = 0.85 * free.eto
    whole = fuse_arrays(**weather, **place, day_of_year=day, reference=reference)
    for k in range(PLACES):
        alone = fuse_arrays(
            **{name: values[:, [k]] for name, values in weather.items()},
            **{name: values[[k]] for name, values in place.items()},
            day_of_year=day,
            reference=reference[:, [k]],
        )
        np.testing.assert_array_equal(alone.eto[:, 0], whole.eto[:, k])
        np.testing.assert_array_equal(alone.upper[:, 0], whole.upper[:, k])
    parts = [slice(0, 300), slice(300, DAYS)]
    first = fuse_arrays(
        **{n: v[parts[0]] for n, v in weather.items()},
        **place,
        day_of_year=day[parts[0]],
        reference=reference[parts[0]],
    )
    second = fuse_arrays(
        **{n: v[parts[1]] for n, v in weather.items()},
        **place,
        day_of_year=day[parts[1]],
        reference=reference[parts[1]],
        start=first.last,
    )
    np.testing.assert_allclose(np.concatenate([first.eto, second.eto]), whole.eto, rtol=1e-12)
    assert np.isnan(whole.eto[10, 2])
    assert np.isfinite(whole.eto[11:]).all()
    assert (np.abs(whole.eto / reference - 1)[500:] < 0.03).all()
    assert ((whole.upper - whole.lower)[500:] < (free.upper - free.lower)[500:]).all()
