"""American networks and grids."""

from __future__ import annotations

from tests.sources.station.expected import (
    AT_3_M,
    AT_10_M,
    INCH,
    KNOT,
    LANGLEY,
    MPH,
    NONE,
    Expected,
    celsius,
    times,
)

WATT = 0.0864  # MJ m-2 day-1 of a mean of 1 W m-2
BRASILIA = (-15.78944444, -47.92583332, 1160.96)
MINNESOTA = (44.9, -93.2, 265.8)

EXPECTED = {
    "cimis": {
        "cimis.csv": Expected("2023-07-01", {
            "eto": [7.36, 7.81, NONE, 6.90], "precipitation": [0, 0, 0, 0], "rs": times(WATT, 338, 341, NONE, 330),
            "ea": [1.4, 1.3, 1.4, NONE], "tmax": [34.8, 37.1, 33.9, 32.5], "tmin": [14.2, 15.0, 14.6, 13.8],
            "tmean": [24.4, 26.0, 24.1, 22.8], "rhmax": [86, 79, 88, 90], "rhmin": [24, 18, 27, 31],
            "rhmean": [46, 39, 48, 54], "tdew": [12.0, 10.9, 12.0, 13.0], "u2": [2.4, 2.2, NONE, 2.6],
        }, days=4),
        "cimis_english.csv": Expected("2023-01-05", {
            "eto": times(INCH, 0.03, 0.04, 0.05), "precipitation": times(INCH, 0.5, 0, 0),
            "rs": times(LANGLEY, 100, 150, 180), "ea": [0.92, 0.88, 0.81], "tmax": [10.0, 12.0, 13.0],
            "tmin": [5.0, 3.0, 2.0], "tmean": [7.5, 7.5, 7.5], "rhmax": [98, 97, 96], "rhmin": [80, 66, 60],
            "rhmean": [90, 84, 78], "tdew": [6.0, 5.0, 4.0], "u2": times(MPH, 5, 4, 10),
        }),
    },
    "cimis_hourly": {"cimis_hourly.csv": Expected(hourly=True)},
    "agrimet": {
        "agrimet.csv": Expected("2023-07-01", {
            "tmin": [15.0, 16.0, 14.0, 14.5], "tmax": [35.0, 36.0, 34.0, 34.5],
            "tmean": celsius(77.2, 78.1, 75.4, 76.0), "tdew": [5.0, 6.0, NONE, NONE],
            "rs": times(LANGLEY, 700, 710, NONE, NONE), "u2": times(MPH * AT_3_M, 4, 5, 4.5, 4.5),
            "precipitation": times(INCH, 0, 0, 0.1, 0), "rhmean": [31.2, 30.1, 33.0, 32.0],
            "eto": times(INCH, 0.30, 0.33, NONE, 0.30),
        }, days=4),
        "agrimet_pcodes.txt": Expected("2023-07-01", {
            "tmin": [15.0, 16.0, 14.0], "tmax": [35.0, 36.0, 34.0], "tdew": [5.0, 6.0, NONE],
            "rs": times(LANGLEY, 700, 710, NONE), "u2": times(MPH * AT_3_M, 4, 5, 4.5),
        }),
    },
    "coagmet": {
        "coagmet.csv": Expected("2023-07-01", {
            "tmean": [22.1, 23.0, NONE], "tmax": [31.4, 32.6, 30.2], "tmin": [12.8, 13.1, 12.2],
            "ea": [1.10, 1.05, NONE], "rhmax": [86, 80, 88], "rhmin": [22, 19, 25], "rs": [27.5, 28.4, NONE],
            "precipitation": [0, 0, 4.1], "u2": [2.5, 2.0, 3.0],
        }),
        "coagmet_us.csv": Expected("2023-01-05", {
            "tmean": [0.0, 2.0, -1.0], "tmax": [5.0, 7.0, 4.0], "tmin": [-5.0, -4.0, -6.0],
            "ea": [0.40, 0.38, 0.36], "rhmax": [90, 85, 92], "rhmin": [45, 40, 48],
            "rs": times(LANGLEY, 220, 230, NONE), "precipitation": times(INCH, 0, 0.1, 0), "u2": times(MPH, 5, 4, 6),
        }),
    },
    "azmet": {
        "azmet.txt": Expected("2020-07-01", {
            "tmax": [42.0, 42.8, 41.5, 41.9], "tmin": [22.5, 23.1, 24.0, 23.6], "tmean": [32.9, 33.6, 33.0, 33.1],
            "rhmax": [45.2, 40.6, 52.7, NONE], "rhmin": [9.8, 8.9, 11.5, NONE], "rhmean": [24.1, 21.7, 28.0, NONE],
            "rs": [29.6, 29.9, 28.1, 29.0], "precipitation": [0, 0, 2.5, 0], "u2": times(AT_3_M, 2.5, 2.1, 3.0, 2.4),
            "eto": [9.1, 8.8, 9.4, NONE], "ea": [1.15, 1.08, 1.32, NONE], "tdew": [9.0, 8.1, 11.0, NONE],
        }, days=4),
    },
    "azmet_api": {
        "azmet_api.csv": Expected("2023-07-01", {
            "tmax": [42.0, 42.8, 41.5], "tmin": [22.5, 23.1, 24.0], "tmean": [32.9, 33.6, 33.0],
            "rhmax": [45.2, 40.6, 52.7], "rhmin": [9.8, 8.9, 11.5], "rhmean": [24.1, 21.7, 28.0],
            "rs": [29.6, 29.9, NONE], "precipitation": [0, 0, 2.54], "u2": times(AT_3_M, 2.5, 2.1, 3.0),
            "eto": [9.1, 8.8, NONE], "ea": [1.15, 1.08, NONE], "tdew": [9.0, 8.1, NONE],
        }),
    },
    "fawn": {
        "fawn.csv": Expected("2023-03-26", {
            "tmean": [20.0, 22.0, 19.0], "tmin": [12.0, 15.0, 11.0], "tmax": [28.0, 29.0, 27.0],
            "tdew": [14.0, 16.0, 13.0], "rhmean": [71, 72, 70], "precipitation": times(INCH, 0, 0.2, 0),
            "rs": times(WATT, 250, 200, 260), "u2": times(MPH * AT_10_M, 5, 4, 6),
            "eto": times(INCH, 0.15, 0.13, 0.15),
        }),
    },
    "bdmep": {
        "bdmep.csv": Expected("2023-01-05", {
            "sunshine": [6.4, 8.2, NONE, 3.1], "precipitation": [12.6, 0, 0.4, 20.2],
            "tmax": [27.8, 29.1, 28.5, 26.0], "tmean": [22.1, 23.0, NONE, 21.5], "tmin": [18.2, 18.6, 17.9, 18.8],
            "rhmean": [78, 71, NONE, 84.5], "rhmin": [52, 45, 48, 62], "u2": times(AT_10_M, 2.1, 1.8, 2.4, NONE),
        }, site=BRASILIA, days=4),
        "bdmep_automatica.csv": Expected("2023-01-05", {
            "precipitation": [12.6, 0, NONE], "pressure": [88.65, 88.71, NONE], "tdew": [17.9, 17.0, NONE],
            "tmax": [27.8, 29.1, 28.5], "tmean": [22.1, 23.0, NONE], "tmin": [18.2, 18.6, 17.9],
            "rhmean": [78, 71, NONE], "rhmin": [52, 45, 48], "u2": times(AT_10_M, 2.1, 1.8, 2.4),
        }, site=BRASILIA),
    },
    "bdmep_old": {
        "bdmep_antigo.txt": Expected("1995-04-03", {
            "precipitation": [5.2, 0, 0], "tmax": [28.4, 27.0, 29.2], "tmin": [17.9, 18.1, 17.2],
            "sunshine": [7.1, 4.2, 9.0], "tmean": [22.3, 21.6, 23.0], "rhmean": [74.5, 80.25, 68.75],
            "u2": times(AT_10_M, 2.0, 1.5, 2.333333),
        }, site=(-15.79, -47.93, 1160.96)),
    },
    "inmet_daily": {
        "inmet_diario.csv": Expected("2023-01-05", {
            "tmean": [22.1, 23.0, NONE], "tmax": [27.8, 29.1, 28.5], "tmin": [18.2, 18.6, 17.9],
            "rhmean": [78, 71, NONE], "rhmin": [52, 45, 48], "u2": times(AT_10_M, 2.1, 1.8, 2.4),
            "precipitation": [12.6, 0, 0.4],
        }, site=(-15.78944444, -47.92583332, None)),
    },
    "agrimet_hourly": {"agrimet_hourly.csv": Expected(hourly=True)},
    "bdmep_hourly": {"bdmep_horario.csv": Expected(hourly=True)},
    "noaa_unclear": {
        "noaa_unclear.csv": Expected("2023-03-05", {
            "tmax": [4.8, 5.2, 4.1], "tmin": [1.5, 2.1, 0.9],
        }, site=MINNESOTA, answers={"TMAX": {"unit": "0.1 °C"}, "TMIN": {"unit": "0.1 °C"}}),
    },
    "inmet": {"inmet.csv": Expected(hourly=True)},
    "inmet_tempo": {"inmet_tempo.csv": Expected(hourly=True)},
    "ghcnd": {
        "ghcnd.csv": Expected("2023-01-05", {
            "precipitation": [0.3, 0, 0, 0], "tmax": [1.2, -1.1, -3.3, 0.6], "tmin": [-5.6, -10.1, NONE, -10.6],
            "tmean": [-2.1, -6.0, NONE, -4.7], "u2": times(AT_10_M, 3.6, 2.2, 3.1, 4.0), "sunshine": [2, 5, NONE, 1],
        }, site=MINNESOTA, days=4),
    },
    "ghcnd_long": {
        "ghcnd_long.csv": Expected("2023-01-05", {
            "tmax": [1.2, -1.1, -3.3], "tmin": [-5.6, -10.1, NONE], "precipitation": [0.3, 0, 0],
        }),
    },
    "ghcnd_dly": {
        "ghcnd.dly": Expected("2023-01-05", {
            "tmax": [1.2, -1.1, -3.3, 0.6], "tmin": [-5.6, -10.1, NONE, -10.6], "precipitation": [0.3, 0, 0, 0],
        }, days=4),
    },
    "noaa_cdo_standard": {
        "noaa_cdo_standard.csv": Expected("2023-01-05", {
            "u2": times(MPH * AT_10_M, 8.05, 4.92, 6.93, 8.95), "precipitation": times(INCH, 0.01, 0, 0, 0),
            "tmean": celsius(28, 21, 17, 24), "tmax": celsius(34, 30, 26, 33), "tmin": celsius(22, 14, 7, 13),
        }, site=MINNESOTA, days=4),
    },
    "noaa_cdo_metric": {
        "noaa_cdo_metric.csv": Expected("2023-01-05", {
            "u2": times(AT_10_M, 3.6, 2.2, 3.1), "precipitation": [0.3, 0, 0], "tmean": [-2.1, -6.0, NONE],
            "tmax": [1.2, -1.1, -3.3], "tmin": [-5.6, -10.1, -13.9],
        }, site=MINNESOTA),
    },
    "gsod": {
        "gsod.csv": Expected("2023-01-05", {
            "tmean": [5.0, 6.5, 4.0], "tdew": [2.0, 3.0, NONE], "pressure": [100.49, 99.83, NONE],
            "u2": times(KNOT * AT_10_M, 10, 8, NONE), "tmax": [8.0, 9.0, 7.0], "tmin": [1.0, 3.0, 0.0],
            "precipitation": [2.54, NONE, NONE],
        }, site=(52.4, 13.1, 81.0)),
    },
    "isd_lite": {"isd_lite.txt": Expected(hourly=True)},
    "gsod_old": {
        "gsod_old.op": Expected("2013-01-05", {
            "tmean": [5.0, 6.5, 4.0], "tdew": [2.0, 3.0, NONE], "pressure": [97.24, 96.60, NONE],
            "u2": times(KNOT * AT_10_M, 10, 8, NONE), "tmax": [8.0, 9.0, 7.0], "tmin": [1.0, 3.0, 0.0],
            "precipitation": [2.54, NONE, NONE],
        }),
    },
    "eccc": {
        "eccc.csv": Expected("2023-07-01", {
            "tmax": [28.4, 26.9, NONE, 29.3], "tmin": [16.2, 17.8, 15.1, 15.5], "tmean": [22.3, 22.4, NONE, 22.4],
            "precipitation": [3.2, 0, NONE, 0],
        }, site=(45.38, -75.72, None), days=4),
        "eccc_old.csv": Expected("2013-07-01", {
            "tmax": [28.4, 26.9, NONE], "tmin": [16.2, 17.8, 15.1], "tmean": [22.3, 22.4, NONE],
            "precipitation": [3.2, 0, NONE],
        }, site=(45.38, -75.72, 79.2)),
        "eccc_francais.csv": Expected("2023-07-01", {
            "tmax": [28.4, 26.9, NONE], "tmin": [16.2, 17.8, 15.1], "tmean": [22.3, 22.4, NONE],
            "precipitation": [3.2, 0, NONE],
        }, site=(46.1, -72.5, None)),
    },
    "eccc_hourly": {"eccc_hourly.csv": Expected(hourly=True)},
    "daymet": {
        "daymet.csv": Expected("2023-01-05", {
            "precipitation": [1.2, 0, 6.5], "rs": [3.0, 4.509, 2.4096], "tmax": [8.2, 9.0, 7.1],
            "tmin": [1.1, 0.4, 2.3], "ea": [0.66, 0.63, 0.72],
        }, site=(47.5, -122.3, 60.0)),
        "daymet_dates.csv": Expected("2023-01-05", {
            "precipitation": [1.2, 0, 6.5], "rs": [3.0, 4.509, 2.4096], "tmax": [8.2, 9.0, 7.1],
            "tmin": [1.1, 0.4, 2.3], "ea": [0.66, 0.63, 0.72],
        }),
    },
    "gridmet": {
        "gridmet.csv": Expected("2023-07-01", {
            "tmin": [14.0, 14.9, 13.2], "tmax": [34.0, 35.1, 32.5], "rhmin": [18, 16, 21], "rhmax": [62, 58, 66],
            "rs": times(WATT, 330, 335, 310), "u2": times(AT_10_M, 3.5, 3.1, 4.0), "precipitation": [0, 0, 0.4],
            "eto": [8.2, 8.1, 7.7],
        }),
        "gridmet_short.csv": Expected("2023-07-01", {
            "tmin": [14.0, 14.9, 13.2], "tmax": [34.0, 35.1, 32.5], "rhmin": [18, 16, 21], "rhmax": [62, 58, 66],
            "rs": times(WATT, 330, 335, 310), "u2": times(AT_10_M, 3.5, 3.1, 4.0), "precipitation": [0, 0, 0.4],
            "eto": [8.2, 8.1, 7.7],
        }),
    },
}  # fmt: skip
"""By name of the format and of the file."""
