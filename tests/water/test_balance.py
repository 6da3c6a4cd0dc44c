"""The balance closes, says what it does not know, plans irrigation, and agrees with pyfao56 over seasons."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import etolib
from etolib.errors import InputError
from etolib.water import balance, dual, runoff
from etolib.water.crops import CROPS, Crop
from etolib.water.degree_days import METHODS, degree_days
from etolib.water.soil import Soil, total_available_water


def weather(days: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return ETo and rain of made-up days."""
    rng = np.random.default_rng(seed)
    rain = np.where(rng.random(days) < 0.25, rng.gamma(0.8, 14.0, days), 0.0)
    return 4.5 + 2 * np.sin(np.arange(days) / 40) + rng.normal(0, 0.8, days), rain


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("layered", [True, False])
def test_water_is_neither_made_nor_lost(early, layered):
    n, places = 200, 40
    eto, rain = weather(n * places)
    eto, rain = eto.reshape(n, places), rain.reshape(n, places)
    rng = np.random.default_rng(1)
    kc = rng.uniform(0.2, 1.2, (n, places))
    available = np.sort(rng.uniform(30, 150, (n, places)), axis=0)
    layer = balance.SurfaceLayer(20.0, 8.0, np.full((n, places), 1.25), rng.uniform(0, 0.95, (n, places)), wetted=0.4)
    days = balance.root_zone(
        eto, rain, kc, available, 0.5, initial=10.0, irrigation=rng.choice([0.0, 15.0], (n, places), p=[0.9, 0.1]),
        capillary_rise=0.3, subsoil=0.6, curve_number=75.0, layer=layer if layered else None, early=early,
        plan=balance.Plan(first=100),
    )  # fmt: skip
    grown = 0.4 * np.diff(available, axis=0, prepend=available[:1])
    inflow = rain - days["runoff"] + days["irrigation"] + 0.3
    before = np.concatenate([np.full((1, places), 10.0), days["depletion"][:-1]])
    closed = before + grown - inflow + days["etc_adjusted"] + days["percolation"]
    assert np.abs(closed - days["depletion"]).max() < 1e-9
    assert (days["depletion"] >= 0).all()
    assert (days["depletion"] <= available + 1e-9).all()
    assert (days["etc_adjusted"] <= days["etc"] + 1e-9).all()
    assert (days["state"] == balance.KNOWN).all()
    alone = balance.root_zone(
        eto[:, 3], rain[:, 3], kc[:, 3], available[:, 3], 0.5, initial=10.0, irrigation=days["irrigation"][:, 3],
        capillary_rise=0.3, subsoil=0.6, curve_number=75.0, early=early,
        layer=replace(layer, largest=layer.largest[:, 3], covered=layer.covered[:, 3]) if layered else None,
    )  # fmt: skip
    assert alone["depletion"] == pytest.approx(days["depletion"][:, 3], abs=1e-9)


def test_a_missing_day_is_said_and_ends_when_the_root_zone_is_full():
    eto, rain = np.full(12, 5.0), np.zeros(12)
    eto[3], rain[8] = np.nan, 100.0
    days = balance.root_zone(eto, rain, 1.0, 80.0, 0.5)
    known, missing, unknown = balance.KNOWN, balance.MISSING, balance.UNKNOWN
    assert days["state"].tolist() == [known] * 3 + [missing] + [unknown] * 4 + [known] * 4
    assert np.isnan(days["depletion"][3:8]).all()
    assert days["depletion"][8:].tolist() == [5, 10, 15, 20]  # 100 mm fill 80 mm whatever was there before
    assert np.isnan(days["percolation"][8])
    held = balance.root_zone(eto, rain, 1.0, 80.0, 0.5, hold=True)
    assert held["depletion"][2:5].tolist() == [15, 15, 20]
    assert held["state"][3] == balance.HELD
    assert np.isnan(held["etc_adjusted"][3])


def frame(days: int = 150, **columns) -> pd.DataFrame:
    eto, rain = weather(days, 3)
    table = pd.DataFrame({"date": pd.date_range("2024-04-01", periods=days), "eto": eto, "precipitation": rain})
    return table.assign(u2=2.5, rhmin=35.0, **columns)


def test_a_day_that_is_not_in_the_table_is_missing_not_nothing():
    table = frame()
    water = etolib.water_balance(table.drop(index=[40]), "tomato", "loam", "2024-04-01")
    assert len(water.table) == 150
    assert water.table["state"].iloc[40] == "missing"
    assert any("1 days have no ETo or no rain, the first is 2024-05-11" in note for note in water.notes)
    whole = etolib.water_balance(table, "tomato", "loam", "2024-04-01").table
    pd.testing.assert_frame_equal(water.table.iloc[:40], whole.iloc[:40])
    no_rain = etolib.water_balance(table.assign(precipitation=np.nan), "tomato")
    assert no_rain.table["depletion"].isna().all()


def test_outside_of_the_season_nothing_is_balanced():
    water = etolib.water_balance(frame(), "lettuce", "loam", "2024-04-11")
    states = water.table["state"].tolist()
    assert states[:10] == ["outside"] * 10
    assert states[10:85] == ["known"] * 75  # 20 + 30 + 15 + 10 days
    assert set(states[85:]) == {"outside"}
    assert water.table["etc"].iloc[:10].isna().all()
    assert water.totals()["days"] == 75
    two = etolib.water_balance(frame(), "lettuce", "loam", ["2024-04-01", "2024-06-20"], initial_depletion=0.25)
    assert two.table["season_day"].iloc[80] == 1
    assert any("2 seasons" in note for note in two.notes)


def test_perennials_begin_anew_each_year_and_rest_between():
    days = 800
    table = frame(days)
    water = etolib.water_balance(table, "grape_table", "clay", "2024-04-01").table  # 240 days of stages
    assert water["kc"].notna().all()
    assert water["season_day"].iloc[365] == 1
    assert (water["kc"].iloc[240:365] == 0.30).all()
    assert water["depletion"].notna().all()
    hay = etolib.water_balance(frame(), "alfalfa_cutting", "loam", "2024-04-01").table
    assert hay["season_day"].iloc[[0, 59, 60]].tolist() == [1, 60, 1]
    constant = etolib.water_balance(frame(), "coffee", adjust_kc=False)
    assert set(constant.table["kc"]) == {0.95}
    assert any("no stage lengths" in note for note in constant.notes)
    typed = etolib.water_balance(frame(), "tomato", kc=0.8).table
    assert set(typed["kc"]) == {0.8}


def test_coefficients_follow_the_climate_of_their_stages():
    water = etolib.water_balance(frame(), "maize_grain", "loam", "2024-04-01")
    middle = water.table[water.table["stage"] == "mid"]["kc"]
    assert middle.to_numpy() == pytest.approx(1.20 + (0.04 * 0.5 + 0.004 * 10) * (2 / 3) ** 0.3)
    assert any("1.20 becomes 1.25" in note for note in water.notes)
    bare = frame().drop(columns=["u2"])
    water = etolib.water_balance(bare, "maize_grain")
    assert any("is not adjusted" in note for note in water.notes)
    assert water.table["kc"].max() == 1.20
    from_pressure = bare.drop(columns="rhmin").assign(u2=2.5, tmax=30.0, ea=0.35 * 4.2431)
    again = etolib.water_balance(from_pressure, "maize_grain", planting="2024-04-01")
    assert again.table["kc"].max() == pytest.approx(middle.max(), abs=1e-4)


def test_irrigation_is_planned_net_and_gross():
    dry = frame().assign(precipitation=0.0)
    water = etolib.water_balance(dry, "tomato", "sandy loam", "2024-04-01", plan_from="2024-05-01", system="drip")
    need = water.irrigations()
    assert need["date"].min() == pd.Timestamp("2024-05-01")  # it was dry already
    assert need["gross"].to_numpy() == pytest.approx(need["net"] / 0.9)
    after = water.table[(water.table["date"] > "2024-05-01") & (water.table["state"] == "known")]
    dry_before = (after["depletion"] >= after["raw"] - 1e-9).to_numpy()[:-1]
    assert (dry_before == (after["irrigation"].to_numpy()[1:] > 0)).all()
    assert (after["percolation"].dropna() < 1e-9).all()  # never more than what is depleted
    first = etolib.water_balance(dry, "tomato", "sandy loam", "2024-04-01").dry_day()
    assert first is not None
    assert dt.date(2024, 4, 2) <= first < dt.date(2024, 4, 15)
    given = etolib.water_balance(
        dry, "tomato", "sandy loam", "2024-04-01", irrigation={"2024-04-03": 12, "2024-04-09": 9}
    )
    assert given.table["irrigation"].sum() == 21


def test_a_result_is_taken_as_it_is_and_its_climatology_said():
    with etolib.set_options(offline=True, today="2024-07-01"):
        result = etolib.compute((-22.7, -47.6), "2024-01-01/2024-04-30")
    water = etolib.water_balance(result, "dry_bean", "clay", method="dual", system="drip")
    numbers = water.table.drop(columns=["date", "stage", "state"])
    assert {dtype.kind for dtype in numbers.dtypes} == {"f"}
    assert water.table["date"].tolist() == result.table["date"].tolist()
    assert water.table["eto"].tolist() == result.table["eto"].tolist()
    assert any("121 days are of the climatology" in note for note in water.notes)
    assert any("begins with the first day, 2024-01-01" in note for note in water.notes)
    given = etolib.water_balance(frame(), "tomato", planting="2024-04-01").notes
    assert not any("climatology" in note or "first day" in note for note in given)


@pytest.mark.parametrize("change", ["index", "periods", "text", "backwards", "zone", "capitals"])
def test_dates_are_read_however_they_stand(change):
    table = frame()
    index = pd.DatetimeIndex(table["date"])
    changed = {
        "index": table.set_index("date"),
        "periods": table.drop(columns="date").set_index(index.to_period("D")),
        "text": table.assign(date=index.strftime("%Y-%m-%d")),
        "backwards": table.iloc[::-1],
        "zone": table.assign(date=index.tz_localize("America/Recife")),
        "capitals": table.rename(columns={"date": "Date"}),
    }[change]
    pd.testing.assert_frame_equal(
        etolib.water_balance(changed, "tomato").table, etolib.water_balance(table, "tomato").table, check_dtype=False
    )


@pytest.mark.parametrize(
    ("given", "thing"),
    [
        ({"irrigation": [1, 2, 3]}, "irrigation"),
        ({"irrigation": np.nan}, "irrigation"),
        ({"irrigation": {"2024-04-03": -3}}, "irrigation"),
        ({"root_depth": (1, 2, 3)}, "root_depth"),
        ({"root_depth": "deep"}, "root_depth"),
        ({"kc": "0.8"}, "kc"),
        ({"kc": (0.5, 1)}, "kc"),
        ({"stages": (np.nan, 1, 2, 3)}, "stages"),
        ({"planting": []}, "planting"),
        ({"planting": "tomorrow"}, "planting"),
        ({"plan_from": "soon"}, "plan_from"),
        ({"p": True}, "p"),
        ({"p": np.nan}, "p"),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused_by_name(given, thing):
    with pytest.raises(InputError) as caught:
        etolib.water_balance(frame(), "tomato", **given)
    assert [problem.thing for problem in caught.value.problems] == [thing]


def test_a_season_that_had_begun_is_said():
    water = etolib.water_balance(frame(), "tomato", planting="2024-03-02")
    assert water.table["season_day"].iloc[0] == 31
    assert any("had begun 30 days before" in note for note in water.notes)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        etolib.water_balance(
            frame(), "triffid", "cheese", method="triple", missing="zero", p=5, stages=(1, 2), depth=-3
        )
    assert [p.thing for p in caught.value.problems][:1] == ["stages"]
    with pytest.raises(InputError) as caught:
        etolib.water_balance(frame(), "triffid", "cheese", method="triple", missing="zero", p=5, depth=-3)
    assert {p.thing for p in caught.value.problems} == {"p", "depth", "method", "missing", "crop", "soil"}
    with pytest.raises(InputError, match="precipitation"):
        etolib.water_balance(frame().drop(columns="precipitation"))
    with pytest.raises(InputError, match="-999"):
        etolib.water_balance(frame().assign(precipitation=-999.0))
    with pytest.raises(InputError, match="2023"):
        etolib.water_balance(frame(), irrigation={"2023-01-01": 5})
    with pytest.raises(InputError, match="stands there twice"):
        etolib.water_balance(pd.concat([frame(), frame().iloc[:1]]))


# --- pyfao56 --------------------------------------------------------------------------------------------------------

PARAMETERS = {
    "Kcbini": 0.15, "Kcbmid": 1.10, "Kcbend": 0.30, "Lini": 25, "Ldev": 35, "Lmid": 50, "Lend": 30, "hini": 0.05,
    "hmax": 1.2, "thetaFC": 0.28, "thetaWP": 0.12, "theta0": 0.20, "Zrini": 0.2, "Zrmax": 1.1, "pbase": 0.5, "Ze": 0.1,
    "REW": 8.0, "CN2": 75,
}  # fmt: skip


@pytest.fixture(scope="module", params=[False, True], ids=["no runoff", "curve number"])
def peer(request):
    """Return pyfao56's days of a season with rain, seven irrigations of 40 % of the surface, and its irrigation."""
    fao = pytest.importorskip("pyfao56")
    days = 141
    eto, rain = weather(days, 7)
    rain[20:140:18] = 0.0  # the days of irrigation
    dates = pd.date_range("2023-04-01", periods=days)
    keys = dates.strftime("%Y-%j")
    wth = fao.Weather()
    wth.wndht, wth.rfcrp = 2.0, "S"
    wth.wdata = pd.DataFrame(np.nan, index=keys, columns=wth.cnames)
    wth.wdata["ETref"], wth.wdata["Rain"], wth.wdata["Wndsp"], wth.wdata["RHmin"] = eto, rain, 2.6, 38.0
    irr = fao.Irrigation()
    given = np.zeros(days)
    for at in range(20, 140, 18):
        irr.addevent(2023, int(keys[at][-3:]), 30.0, 0.4)
        given[at] = 30.0
    model = fao.Model(keys[0], keys[-1], fao.Parameters(**PARAMETERS), wth, irr=irr, roff=request.param)
    model.run()
    return model.odata.loc[:, ~model.odata.columns.duplicated()], eto, rain, given, request.param


def test_balance_is_pyfao56_day_by_day(peer):
    """Same inputs a day (pyfao56's Kcb, Kc max, cover, roots): the same water, to rounding.

    Two rules differ and are left out of the inputs: on a day of irrigation with 3 mm of rain or more the errata of
    FAO-56 wet the whole surface, and pyfao56 the irrigated share (no such day is here); and where evaporation would
    take more than TAW, pyfao56 caps the depletion and keeps the evapotranspiration.
    """
    out, eto, rain, given, flows = peer
    assert not ((given > 0) & (rain >= 3)).any()
    column = {name: out[name].to_numpy(float) for name in ("Kcb", "Kcmax", "fc", "Zr")}
    available = total_available_water(0.28, 0.12, column["Zr"])
    layer = balance.SurfaceLayer(22.0, 8.0, column["Kcmax"], column["fc"], wetted=0.4)
    days = balance.root_zone(
        eto, rain, column["Kcb"], available, 0.5, initial=1000 * 0.08 * 0.2, irrigation=given, layer=layer, early=False,
        curve_number=75.0 if flows else None,
    )  # fmt: skip
    same = {"depletion": "Dr", "surface_depletion": "De", "ke": "Ke", "kr": "Kr", "ks": "Ks", "etc": "ETc", "p": "p",
            "etc_adjusted": "ETa", "percolation": "DP", "runoff": "Runoff", "few": "few"}  # fmt: skip
    for ours, theirs in same.items():
        assert days[ours] == pytest.approx(out[theirs].to_numpy(float), abs=1e-9), ours
    assert (days["ks"] < 1).sum() > 10
    assert (days["runoff"] > 0).any() == flows


def test_a_whole_season_is_near_pyfao56(peer):
    """From crop, soil and weather alone: the differences are those of the rules, not of the arithmetic.

    pyfao56 counts the day of planting as day 0, so its coefficients come a day later; it lets the height grow from
    ``hini`` where FAO-56 Annex 8 takes it as Kcb to Kcb mid.
    """
    out, eto, rain, given, flows = peer
    crop = Crop("mine", "mine", 0.3, 1.15, 0.4, 0.15, 1.10, 0.30, 1.2, (1.1, 1.1), 0.5, (25, 35, 50, 30), "")
    soil = Soil("mine", 0.28, 0.12, 8.0)
    dates = pd.date_range("2023-04-01", periods=len(eto))
    table = pd.DataFrame({"date": dates, "eto": eto, "precipitation": rain, "u2": 2.6, "rhmin": 38.0})
    water = etolib.water_balance(
        table.iloc[1:], crop, soil, "2023-04-02", method="dual", root_depth=(0.2, 1.1), adjust_kc=False, early=False,
        irrigation=pd.Series(given[1:], dates[1:]), initial_depletion=0.5, system="furrow_alternate",
        curve_number=75.0 if flows else None,
    ).table  # fmt: skip
    theirs = out.iloc[1:]
    assert water["kcb"].to_numpy() == pytest.approx(theirs["Kcb"].to_numpy(float), abs=1e-9)
    assert water["root_depth"].to_numpy() == pytest.approx(theirs["Zr"].to_numpy(float), abs=1e-9)
    assert water["etc_adjusted"].sum() == pytest.approx(theirs["ETa"].sum(), rel=0.01)
    assert np.abs(water["depletion"].to_numpy() - theirs["Dr"].to_numpy(float)).max() < 6.0


def test_the_largest_coefficient_is_pyfao56s(peer):
    out = peer[0]
    h, kcb = out["h"].to_numpy(float), out["Kcb"].to_numpy(float)
    largest = dual.kc_max(2.6 * 4.87 / np.log(67.8 * 2 - 5.42), 38.0, h, kcb)
    assert largest == pytest.approx(out["Kcmax"].to_numpy(float), abs=1e-9)
    assert dual.cover(kcb, largest, h) == pytest.approx(
        out["fc"].to_numpy(float), abs=0.03
    )  # its Kcb - Kc min may be 0


# --- runoff, degree days --------------------------------------------------------------------------------------------


def test_runoff_grows_with_rain_and_number_and_never_exceeds_the_rain():
    rain, number = np.meshgrid(np.linspace(0, 300, 61), np.linspace(30, 100, 36), indexing="ij")
    flow = runoff.curve_number_runoff(rain, number)
    assert (flow >= 0).all()
    assert (flow <= rain + 1e-12).all()
    assert (np.diff(flow, axis=0) >= -1e-12).all()
    assert (np.diff(flow, axis=1) >= -1e-12).all()
    assert flow[:, -1] == pytest.approx(rain[:, -1])  # 100: sealed
    assert np.isnan(runoff.curve_number_runoff(np.nan, 75))


def test_degree_days_of_a_sine_are_its_integral():
    rng = np.random.default_rng(0)
    low = rng.uniform(-10, 30, 60)
    high = low + rng.uniform(0.1, 25, 60)
    wave = np.sin(np.linspace(0, 2 * np.pi, 20001)[:-1])[:, None]
    course = (low + high) / 2 + (high - low) / 2 * wave
    for base, upper in ((10, None), (8, 25)):
        wanted = (np.clip(course, base, np.inf if upper is None else upper) - base).mean(axis=0)
        assert degree_days(low, high, base, upper, method="sine") == pytest.approx(wanted, abs=2e-3)


def test_degree_days_of_maize_and_of_what_is_absent():
    assert float(degree_days(4.4, 31.1, 10, 30)) == pytest.approx(10.0)  # 40 and 88 F: (50 + 86) / 2 - 50 = 18 F
    for method in METHODS:
        found = degree_days([np.nan, 5, 20], [20, 4, np.nan], 10, method=method)
        assert np.isnan(found).all()
    with pytest.raises(InputError, match="must lie above 10"):
        degree_days(1, 2, 10, 8)
    assert len(CROPS) > 40
