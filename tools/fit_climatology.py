"""Fit the empirical relations of ``build_climatology.py`` to hourly typical-year weather files (build time only).

    python tools/fit_climatology.py --world-atlas node_modules/world-atlas --weather DIR

DIR holds EnergyPlus weather files (``*.epw``); the three typical years that pvlib carries are added. It prints the
coefficients and the error of each relation at places left out one by one. The files used and why some are left out
stand in ``etolib/data/README.md``; none is a place the climatology is scored on.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_climatology as build


def monthly(hourly: pd.DataFrame) -> pd.DataFrame:
    """Return twelve rows (tmean, span, ea, rs) of an hourly year with columns temp_air, temp_dew, ghi."""
    days = np.arange(len(hourly)) // 24
    table = hourly.assign(ea=build.saturation(hourly["temp_dew"])).groupby(days)
    daily = pd.DataFrame(
        {
            "tmean": table["temp_air"].mean(),
            "span": table["temp_air"].max() - table["temp_air"].min(),
            "ea": table["ea"].mean(),
            "rs": table["ghi"].sum() * 3600e-6,
        }
    )
    return daily.groupby(table["month"].first()).mean()


def stations(folder: Path) -> Iterator[tuple[str, float, float, pd.DataFrame]]:
    """Yield name, latitude, longitude and monthly means of every weather file."""
    from pvlib.iotools import read_epw, read_tmy2, read_tmy3

    for path in sorted(folder.rglob("*.epw")):
        # Some files hold Latin-1 comments, which pvlib does not read from a path.
        data, meta = read_epw(io.StringIO(path.read_text(encoding="latin-1")))
        hourly = data[["temp_air", "temp_dew", "ghi"]].assign(month=data["month"].to_numpy())
        yield meta["city"], meta["latitude"], meta["longitude"], monthly(hourly.reset_index(drop=True))
    for name in ("703165TY.csv", "723170TYA.CSV"):
        data, meta = read_tmy3(build.data_file("pvlib", "data", name), map_variables=True)
        hourly = data[["temp_air", "temp_dew", "ghi"]].assign(month=data.index.month)
        yield meta["Name"], meta["latitude"], meta["longitude"], monthly(hourly.reset_index(drop=True))
    data, meta = read_tmy2(build.data_file("pvlib", "data", "12839.tm2"))
    hourly = pd.DataFrame({"temp_air": data["DryBulb"] / 10, "temp_dew": data["DewPoint"] / 10, "ghi": data["GHI"]})
    hourly = hourly.assign(month=data.index.month).reset_index(drop=True)
    yield meta["City"], meta["latitude"], meta["longitude"], monthly(hourly)


def table(world_atlas: Path, folder: Path) -> pd.DataFrame:
    """Return one row per station and month: what was observed there and what the origins say of its cell."""
    mask = build.land_mask(world_atlas)
    height = build.block_mean(np.nan_to_num(build.surface_height(mask), nan=0.0), build.HEIGHT)
    temperature, rain = build.era5()
    land = mask.reshape(build.ROWS, build.FINE, build.COLUMNS, build.FINE).any(axis=(1, 3))
    source = build.gldas()
    source = build.Gldas(**{name: build.fill_gaps(field, land) for name, field in vars(source).items()})
    clear, extra = build.clear_sky(height, build.linke_turbidity()), build.extraterrestrial()
    humidity = build.mean_vapour_pressure(source, height) / build.annual(build.saturation(temperature))
    sea = build.sea_share(mask)
    parts = []
    for name, latitude, longitude, observed in stations(folder):
        i, j = int((latitude + 90) * 2), int((longitude + 180) * 2)
        cell = observed.assign(
            station=name,
            clear=clear[:, i, j],
            extra=extra[:, i, 0],
            rain=rain[:, i, j],
            cell_temperature=temperature[:, i, j],
            gldas=source.radiation[i, j],
            humidity=humidity[i, j],
            sea=sea[i, j],
        )
        parts.append(cell)
    return pd.concat(parts, ignore_index=True)


def least_squares(data: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients over all stations, and the prediction at each with the station itself left out."""
    predicted = np.full(len(data), np.nan)
    for name in data["station"].unique():
        here = (data["station"] == name).to_numpy()
        predicted[here] = x[here] @ np.linalg.lstsq(x[~here], y[~here], rcond=None)[0]
    return np.linalg.lstsq(x, y, rcond=None)[0], predicted


def main(arguments: list[str] | None = None) -> int:
    """Print coefficients and errors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--world-atlas", type=Path, required=True, help="folder of the npm package world-atlas")
    parser.add_argument("--weather", type=Path, required=True, help="folder with *.epw")
    options = parser.parse_args(arguments)
    data = table(options.world_atlas, options.weather)
    data = data[data["extra"] > 3.0].reset_index(drop=True)
    by = data["station"]
    one = np.ones(len(data))
    wet = build.wetness(data["rain"].to_numpy())
    print(f"{by.nunique()} stations: {', '.join(by.unique())}")

    fitted, transmission = least_squares(data, np.c_[one, wet], (data["rs"] / data["clear"]).to_numpy())
    print("transmission", fitted.round(3))
    shape = data["clear"] * transmission
    mean = shape.groupby(by).transform("mean")
    radiation = shape
    for weight in (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        scaled = shape * (weight * data["gldas"] + (1 - weight) * mean) / mean
        bias = 100 * (scaled.groupby(by).sum() / data["rs"].groupby(by).sum() - 1)
        worst = bias.abs().max()
        print(f"  GLDAS weight {weight:.1f}: annual bias {bias.mean():+.1f} %, sd {bias.std():.1f}, worst {worst:.1f}")
        if weight == build.GLDAS_WEIGHT:
            radiation = scaled

    clearness = np.minimum(radiation, data["clear"]) / data["extra"]
    fitted, span = least_squares(data, np.c_[one, clearness, data["humidity"], data["sea"]], data["span"].to_numpy())
    error = span - data["span"]
    print(
        "span",
        fitted.round(2),
        f"rmse {np.sqrt((error**2).mean()):.2f} K, sd of station means {error.groupby(by).mean().std():.2f} K",
    )

    def anomaly(values: np.ndarray) -> np.ndarray:
        series = pd.Series(values)
        return (series - series.groupby(by).transform("mean")).to_numpy()

    saturation = np.log(build.saturation(data["cell_temperature"].to_numpy()))
    fitted, humidity = least_squares(
        data, np.c_[anomaly(saturation), anomaly(wet)], anomaly(np.log(data["ea"].to_numpy()))
    )
    error = humidity - anomaly(np.log(data["ea"].to_numpy()))
    print("humidity", fitted.round(3), f"relative sd {error.std():.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
