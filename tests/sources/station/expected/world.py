"""Services of Australia and of the whole world."""

from __future__ import annotations

from tests.sources.station.expected import AT_10_M, INCH, MPH, NONE, Expected, celsius, times

KMH = 1 / 3.6  # m s-1
QUEENSLAND = (-27.85, 150.05, 202.0)
POTSDAM = (52.40773, 13.083334, 35.0)
PIRACICABA = (-22.7, -47.6, 561.93)

_METEOSTAT = {
    "tmean": [23.1, 22.0, 18.7], "tmin": [15.2, 17.3, 13.9], "tmax": [30.4, 27.6, 23.3],
    "precipitation": [0.0, 4.8, 0.2], "u2": times(AT_10_M * KMH, 11.2, 14.8, 16.2), "sunshine": [11.7, 5.3, 4.4],
}  # fmt: skip
_AGERA5 = {
    "tmax": [28.3, 26.0, 22.8], "tmin": [15.1, 16.8, 13.6], "rs": [25.31, 15.08, 18.44],
    "ea": [1.52, 1.82, 1.38], "u2": times(AT_10_M, 3.0, 4.0, 5.0), "precipitation": [0.0, 4.6, 0.3],
}  # fmt: skip

EXPECTED = {
    "era5": {"era5.csv": Expected(site=(41.5, -90.5, None), hourly=True)},
    "silo": {
        "silo.txt": Expected("2023-01-10", {
            "tmax": [34.5, 35.2, 31.0, 29.4], "tmin": [20.5, 21.1, 21.8, 19.9], "precipitation": [0.0, 0.4, 12.6, 3.1],
            "rs": [27.5, 26.1, 18.2, 20.4], "ea": [1.75, 1.89, 2.23, 2.00], "eto": [7.1, 7.0, 4.9, 4.8],
        }, site=QUEENSLAND, days=4),
        "silo_csv.csv": Expected("2023-06-01", {
            "precipitation": [0.0, 0.0, 2.2], "tmax": [19.4, 20.1, 17.6], "tmin": [5.7, 4.9, 7.3],
            "ea": [0.81, 0.77, 0.99], "rs": [13.6, 13.9, 9.1], "eto": [2.1, 2.2, 1.4],
        }, site=QUEENSLAND),
        "silo_station.csv": Expected("2023-06-01", {
            "precipitation": [0.0, 0.0, 2.2, 0.6], "tmax": [19.4, 20.1, 17.6, 18.2], "tmin": [5.7, 4.9, 7.3, 8.0],
            "ea": [0.81, 0.77, 0.99, 1.04], "rs": [13.6, 13.9, 9.1, 10.8],
        }, site=QUEENSLAND, days=4),
    },
    "bom_eto": {
        "bom_eto.csv": Expected("2023-01-01", {
            "eto": [8.1, 9.3, 6.0, 7.2], "precipitation": [0.0, 0.0, NONE, 1.2],
            "tmax": [33.5, 37.8, 25.1, 31.0], "tmin": [17.7, 20.1, 16.3, 14.9],
            "rhmax": [78, 62, 84, 80], "rhmin": [20, 13, 45, 24],
            "u2": times(AT_10_M, 4.55, 4.81, 5.62, 4.02),
            "rs": [30.10, 30.42, 26.20, 29.85],
        }, days=4),
    },
    "bom_observations": {
        "bom_observations.csv": Expected("2023-07-01", {
            "tmin": [6.4, 10.1, 7.5, 5.9], "tmax": [18.4, 16.6, 17.3, 15.2],
            "precipitation": [0.0, 0.0, 8.8, 1.0], "sunshine": [7.9, 3.5, 0.4, 6.0],
        }, days=4),
    },
    "bom_climate": {
        "bom_climate.csv": Expected("2023-01-01", {
            "tmax": [33.5, 37.8, 25.1, NONE], "tmin": [17.7, 20.1, 16.3, 15.5], "precipitation": [0.0, 0.0, 2.4, 0.0],
            "rs": [30.1, 30.4, 26.2, 21.7],
        }, days=4),
        "bom_climate_one.csv": Expected(refused="minimum temperature"),
    },
    "meteostat_hourly": {"meteostat_hourly.csv": Expected(hourly=True)},
    "meteostat": {
        "meteostat.csv": Expected("2023-07-10", {
            "tmean": [*_METEOSTAT["tmean"], 18.0], "tmin": [*_METEOSTAT["tmin"], 11.8],
            "tmax": [*_METEOSTAT["tmax"], 24.1], "precipitation": [*_METEOSTAT["precipitation"], NONE],
            "u2": times(AT_10_M * KMH, 11.2, 14.8, 16.2, 12.6), "sunshine": [*_METEOSTAT["sunshine"], NONE],
        }, days=4),
        "meteostat_export.csv": Expected("2023-07-10", _METEOSTAT),
        "meteostat_year.csv": Expected("2023-07-10", {**_METEOSTAT, "rhmean": [58, 72, 66]}),
    },
    "open_meteo": {
        "open_meteo.csv": Expected("2023-07-10", {
            "tmax": [28.3, 26.0, 22.8, 23.4], "tmin": [15.1, 16.8, 13.6, 11.9], "tmean": [22.0, 21.2, 18.1, 17.8],
            "tdew": [13.2, 16.0, 11.7, NONE], "rhmax": [88, 94, 90, 87], "rhmin": [36, 50, 45, 40],
            "precipitation": [0.0, 4.6, 0.3, 0.0], "rs": [25.31, 15.08, 18.44, 21.90],
            "u2": times(AT_10_M, 3.0, 4.0, 5.0, 3.5), "sunshine": [13.5, 5.5, 7.0, 10.0],
            "pressure": [100.94, 100.49, 100.77, 101.18], "eto": [5.60, 3.52, 3.95, NONE],
        }, site=POTSDAM, days=4),
        "open_meteo.json": Expected("2023-07-10", {
            "tmax": celsius(86.0, 77.0, NONE), "tmin": celsius(59.0, 57.2, 50.0), "rs": [25.31, 18.2, 12.0],
            "u2": times(AT_10_M, 3.0, 2.0, 4.0), "precipitation": [0.0, 3.2, 0.1],
        }, site=POTSDAM),
        "open_meteo_wind_max.csv": Expected("2023-07-10", {
            "tmax": [30.0, 25.0, 27.5], "tmin": [20.0, 15.0, 17.5], "precipitation": [0.0, 0.5 * INCH, 0.0],
            "rs": [25.31, 15.08, 18.44],
        }, site=(41.5, -93.6, 291.0)),
        "open_meteo_imperial.csv": Expected("2023-07-10", {
            "tmax": [30.0, 25.0, 27.5], "tmin": [20.0, 15.0, 17.5], "precipitation": [0.0, 0.5 * INCH, 0.0],
            "u2": times(AT_10_M * MPH, 7.0, 9.0, 8.0),
        }, site=(41.5, -93.6, 291.0)),
        "open_meteo_both.csv": Expected("2023-07-10", {
            "tmax": [28.3, 26.0, 22.8], "tmin": [15.1, 16.8, 13.6], "u2": times(AT_10_M, 3.0, 4.0, 5.0),
        }, site=POTSDAM),
        "open_meteo_hourly.csv": Expected(hourly=True),
        "open_meteo_two_places.csv": Expected(refused="2 stations in one file"),
    },
    "nasa_power": {
        "nasa_power.csv": Expected("2023-07-10", {
            "tmax": [25.1, 26.8, 22.0, 21.3], "tmin": [12.4, 13.5, 14.9, 11.2], "tmean": [18.3, 19.7, 17.6, 15.8],
            "tdew": [11.6, 11.0, 14.2, 10.4], "rhmean": [67.2, 60.1, 81.7, 72.9],
            "precipitation": [0.0, 0.0, 6.4, 0.1], "pressure": [95.1, 95.0, 95.2, 95.4], "u2": [1.5, 1.8, 2.2, 1.6],
            "rs": [15.9, 16.2, 8.3, NONE],
        }, site=PIRACICABA, days=4),
        "nasa_power.json": Expected("2023-07-10", {
            "tmax": [25.1, 26.8, 22.0], "tmin": [12.4, 13.5, 14.9], "tdew": [11.6, 11.0, 14.2],
            "u2": times(AT_10_M, 2.9, 3.3, 3.9), "rs": [15.9, 16.2, NONE], "precipitation": [0.0, 0.0, 6.4],
        }, site=PIRACICABA),
        "nasa_power_hourly.csv": Expected(hourly=True),
        "nasa_power_climatology.csv": Expected(refused="monthly"),
        "nasa_power_kwh.csv": Expected("2023-07-10", {
            "rs": times(3.6, 4.4, 4.5, 2.3), "tmax": [25.1, 26.8, 22.0], "tmin": [12.4, 13.5, 14.9],
            "u2": times(AT_10_M, 2.9, 3.3, 3.9),
        }, site=PIRACICABA),
    },
    "agera5": {
        "agera5.csv": Expected("2023-07-10", {
            **_AGERA5, "tmean": [22.0, 21.2, 18.1], "tdew": [13.2, 16.0, 11.7], "eto": [5.6, 3.5, 4.0],
        }, site=(52.4, 13.1, None)),
        "agera5_text.txt": Expected("2023-07-10", _AGERA5),
    },
}  # fmt: skip
