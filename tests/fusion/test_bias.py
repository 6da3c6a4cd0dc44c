"""The filter of bias states against an independent one, and what must and must not matter. All data simulated."""

import numpy as np
import pytest

from etolib.fusion import bias


def simulated(days=900, places=3, seed=1):
    """Members with a known bias, a reference, and gaps in both."""
    rng = np.random.default_rng(seed)
    day = np.arange(days) % 365 + 1
    eto = 4.5 + 1.5 * np.cos(2 * np.pi * day / 365)[:, None] + rng.normal(0, 0.6, (days, places))
    slope = rng.uniform(0.05, 0.4, (days, places))
    truth = np.linspace(-0.2, 0.1, places) + 0.05 * np.sin(2 * np.pi * day / bias.YEAR)[:, None] - 0.6 * slope
    reference = eto * np.exp(truth) + rng.normal(0, 0.3, (days, places))
    reference[rng.random((days, places)) < 0.2] = np.nan
    eto[rng.random((days, places)) < 0.05] = np.nan
    return eto, slope, reference, day, truth


def test_statsmodels_agrees():
    # Authority: statsmodels' Kalman filter, given the same matrices (no gate, complete members).
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    eto, slope, reference, day, _ = simulated(places=1)
    eto = np.where(np.isnan(eto), 4.0, np.maximum(eto, 2.5))
    reference = np.maximum(reference, 1.5)
    seen = np.log(reference / eto)
    start = bias.unknown(1)
    states = len(bias.STATES)
    oracle = KalmanFilter(k_endog=1, k_states=states)
    oracle.bind(seen.copy())
    rows = np.column_stack([np.ones(len(day)), bias.seasons(day), slope[:, 0], np.ones(len(day))])
    oracle["design"] = rows.T[None]
    oracle["obs_cov"] = (bias.NOISE**2 * bias.INFLATION / eto[:, 0] ** 2)[None, None]
    decay = np.exp(-1 / bias.DRIFT_DAYS)
    oracle["transition"] = np.diag([1.0] * 6 + [decay])
    oracle["selection"] = np.eye(states)
    walk = np.diag([bias.LEVEL_WALK**2 / bias.YEAR, 0, 0, 0, 0, 0, bias.PRIOR_SD[-1] ** 2 * (1 - decay**2)])
    oracle["state_cov"] = walk
    # statsmodels starts from the first day's prediction, ours one step before it.
    move = oracle["transition"]
    oracle.initialize_known(move @ start.mean[0], move @ start.covariance[0] @ move.T + walk)
    theirs = oracle.filter()
    ours = bias.track(eto, slope, reference, day)
    assert np.nanmax(np.abs(ours.innovation)) < bias.GATE
    np.testing.assert_allclose(ours.log_bias[:, 0], theirs.forecasts[0], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.last.mean[0], theirs.filtered_state[:, -1], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours.last.covariance[0], theirs.filtered_state_cov[:, :, -1], rtol=1e-6, atol=1e-10)


def test_one_place_alone_equals_the_same_place_among_others():
    eto, slope, reference, day, _ = simulated()
    together = bias.track(eto, slope, reference, day)
    for k in range(3):
        alone = bias.track(eto[:, [k]], slope[:, [k]], reference[:, [k]], day)
        np.testing.assert_array_equal(alone.log_bias[:, 0], together.log_bias[:, k])
        np.testing.assert_array_equal(alone.last.covariance[0], together.last.covariance[k])


def test_it_finds_the_bias_it_was_given():
    eto, slope, reference, day, truth = simulated(days=3000)
    found = bias.track(eto, slope, reference, day)
    late = slice(2000, None)
    assert np.sqrt(np.nanmean((found.log_bias - truth)[late] ** 2)) < 0.02
    assert found.last.mean[:, bias.WIND] == pytest.approx(-0.6, abs=0.15)


def test_a_day_is_judged_before_its_reference_is_seen():
    eto, slope, reference, day, _ = simulated()
    changed = reference.copy()
    changed[500:] = np.nan
    np.testing.assert_array_equal(
        bias.track(eto, slope, reference, day).log_bias[:501], bias.track(eto, slope, changed, day).log_bias[:501]
    )


def test_absent_members_and_references_only_widen():
    eto, slope, reference, day, _ = simulated()
    nothing = bias.track(eto, slope, np.full_like(reference, np.nan), day)
    assert np.nanmax(np.abs(nothing.log_bias)) == 0
    assert np.isnan(nothing.log_bias[np.isnan(eto)]).all()
    assert np.isnan(nothing.innovation).all()


def test_gate_does_not_learn_from_a_wild_reference():
    eto, slope, reference, day, _ = simulated(days=900, places=1)
    reference[600] = 40.0
    eto[600] = 4.0
    without = reference.copy()
    without[600] = np.nan
    wild = bias.track(eto, slope, reference, day)
    assert wild.innovation[600, 0] > bias.GATE
    np.testing.assert_array_equal(wild.last.mean, bias.track(eto, slope, without, day).last.mean)


def test_rest_forgets_only_the_drift():
    eto, slope, reference, day, _ = simulated()
    last = bias.track(eto, slope, reference, day).last
    rest = last.at_rest()
    assert (rest.mean[:, bias.DRIFT] == 0).all()
    np.testing.assert_array_equal(rest.mean[:, : bias.DRIFT], last.mean[:, : bias.DRIFT])


def test_expected_repeats_the_filter_without_a_reference():
    eto, slope, reference, day, _ = simulated()
    states = bias.track(eto, slope, reference, day).last.at_rest()
    mean, variance = bias.expected(states, slope, day)
    followed = bias.track(np.full_like(eto, 4.0), slope, np.full_like(eto, np.nan), day, states)
    np.testing.assert_allclose(mean, followed.log_bias, atol=1e-12)
    assert (followed.variance - variance > -1e-12).all()


def test_neighbours_near_count_more_and_far_ones_leave_the_mean():
    mean = np.zeros((3, 7))
    mean[:, 0] = [0.0, 0.1, 0.4]
    known = bias.States(mean, np.zeros((3, 7, 7)))
    between = np.array([[0.0, 300, 500], [300, 0, 400], [500, 400, 0.0]])
    near = bias.from_neighbours(np.array([5.0, 300, 500]), between, known)
    far = bias.from_neighbours(np.array([9e4, 9e4, 9e4]), between, known)
    assert abs(near.mean[0, 0]) < abs(far.mean[0, 0])
    assert 0.1 < far.mean[0, 0] < 0.3
    assert near.covariance[0, 0, 0] < far.covariance[0, 0, 0]
    nobody = bias.from_neighbours(np.empty(0), np.empty((0, 0)), bias.States(np.empty((0, 7)), np.empty((0, 7, 7))))
    np.testing.assert_array_equal(nobody.covariance, bias.unknown(1).covariance)


def test_correction_is_a_ratio_and_never_smooths():
    eto = np.array([[1.0], [8.0], [np.nan]])
    out = bias.correct(eto, np.full((3, 1), np.log(0.8)))
    assert out[:2, 0] / eto[:2, 0] == pytest.approx([0.8, 0.8], rel=0.03)
    assert np.isnan(out[2, 0])
