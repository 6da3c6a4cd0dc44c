"""Weather services of Europe."""

from __future__ import annotations

from tests.sources.station.expected import AT_10_M, NONE, Expected, times

EXPECTED = {
    "dwd": {
        "dwd.txt": Expected("2023-07-10", {
            "u2": times(AT_10_M, 3.2, 4.1, NONE, 3.0, 2.4), "precipitation": [0.0, 6.4, 0.2, NONE, 0.0],
            "sunshine": [13.2, 6.1, 4.05, NONE, 12.5], "ea": [1.34, 1.69, 1.31, 1.18, 1.22],
            "pressure": [100.57, 100.12, 100.40, 100.91, 101.19], "tmean": [21.4, 21.0, 18.2, 17.5, 19.9],
            "rhmean": [56, 70, 64, 61, 55], "tmax": [28.3, 26.2, 22.9, 23.0, 27.1],
            "tmin": [13.9, 16.4, 13.3, 11.1, 11.4],
        }, days=5),
        "dwd_joined.txt": Expected("2023-07-10", {
            "u2": times(AT_10_M, 3.2, 4.1, 3.6, 3.0), "precipitation": [0.0, 6.4, 0.2, 0.0],
            "sunshine": [13.2, 6.1, 4.05, 8.9], "ea": [1.34, 1.69, 1.31, 1.18], "tmean": [21.4, 21.0, 18.2, 17.5],
            "rhmean": [56, 70, 64, 61], "tmax": [28.3, 26.2, 22.9, 23.0], "tmin": [13.9, 16.4, 13.3, 11.1],
            "rs": [25.5, 16.1, NONE, 20.15],
        }, days=4),
    },
    "dwd_hourly": {"dwd_hourly.txt": Expected(hourly=True)},
    "dwd_ten_minutes": {"dwd_ten_minutes.txt": Expected(hourly=True)},
    "meteoswiss": {
        "meteoswiss.csv": Expected("2023-07-10", {
            "tmean": [21.4, 22.6, 18.0], "tmin": [14.9, 16.2, 14.1], "tmax": [28.3, 30.1, 22.5],
            "rhmean": [62, NONE, 74], "ea": [1.54, 1.66, 1.48], "pressure": [96.61, 96.30, 96.47],
            "u2": times(AT_10_M, 1.8, 2.2, NONE), "rs": times(0.0864, 310, 287, 151),
            "precipitation": [0.1, 6.2, 0.0], "sunshine": times(1 / 60, 790, 655, 120),
        }, days=3),
    },
    "siar": {
        "siar.csv": Expected("2023-07-10", {
            "tmean": [24.31, 25.02, 22.4], "tmax": [33.12, 34.4, 30.15], "tmin": [17.05, 17.92, 16.2],
            "rhmean": [52.4, 49.8, 60.3], "rhmax": [80.1, 77.0, 88.4], "rhmin": [30.2, 28.5, 38.9],
            "u2": [1.62, 1.8, 2.05], "rs": [27.85, 28.1, 24.02], "precipitation": [0.0, 0.0, 1.2],
            "eto": [6.41, 6.7, 5.32],
        }),
    },
    "knmi": {
        "knmi.txt": Expected("2023-01-01", {
            "u2": times(AT_10_M, 7.6, 4.5, 6.4, NONE, 7.2), "tmean": [12.1, 9.9, 8.2, 11.8, 11.1],
            "tmin": [9.4, 6.2, 3.1, 10.2, 8.8], "tmax": [15.0, 12.8, 10.9, 12.9, 12.4],
            "sunshine": [0.0, 2.1, 0.0, NONE, 1.5], "rs": [0.55, 2.14, 0.88, NONE, 1.81],
            "precipitation": [0.0, 0.0, 5.2, 0.8, 0.3], "rhmean": [81, 85, 88, 86, 80], "rhmax": [93, 96, 97, 94, 91],
            "rhmin": [67, 70, 76, 77, 66],
        }, days=5),
        "knmi_service.txt": Expected("2023-07-10", {
            "u2": times(AT_10_M, 3.5, 5.2, 6.0, 4.1), "tmean": [21.9, 19.7, 17.6, 17.1],
            "tmin": [14.6, 15.8, 13.2, 10.9], "tmax": [28.1, 24.2, 21.3, 22.0], "rs": [24.05, 13.88, 18.2, 21.1],
            "precipitation": [0.0, 7.4, 1.1, 0.0], "rhmean": [61, 78, 69, 66],
        }, site=(52.15, 5.25, 2.4), days=4),
    },
    "knmi_hourly": {"knmi_hourly.txt": Expected(hourly=True)},
    "meteo_france": {
        "meteo_france.csv": Expected("2023-07-10", {
            "precipitation": [0.0, 4.2, NONE, 0.0], "tmin": [19.3, 20.1, 17.2, 15.8], "tmax": [35.6, 33.0, 28.4, NONE],
            "tmean": [27.4, 25.9, 22.5, 23.0], "u2": times(AT_10_M, 3.1, 4.4, 3.8, 2.6),
        }, site=(43.56, 1.48, 158.0), days=4),
        "meteo_france_joined.csv": Expected("2023-07-10", {
            "precipitation": [0.0, 4.2, 0.0], "tmin": [19.3, 20.1, 17.2], "tmax": [35.6, 33.0, 28.4],
            "tmean": [27.4, 25.9, 22.5], "u2": times(AT_10_M, 3.1, 4.4, 3.8), "sunshine": [12.9, 6.7, 10.1],
            "rs": [26.88, 17.55, 23.01], "rhmin": [28, 41, 38], "rhmax": [88, 92, 85], "rhmean": [56, 69, 61],
            "ea": [1.89, 2.20, 1.64],
        }, site=(43.56, 1.48, 158.0)),
        "meteo_france_publitheque.txt": Expected("2023-07-10", {
            "precipitation": [0.0, 4.2, NONE], "tmin": [19.3, 20.1, 17.2], "tmax": [35.6, 33.0, 28.4],
            "tmean": [27.4, 25.9, 22.5], "u2": times(AT_10_M, 3.1, 4.4, NONE), "sunshine": [12.9, 6.7, 10.1],
            "rs": [26.88, 17.55, 23.01], "rhmean": [56, 69, 61],
        }),
    },
    "aemet": {
        "aemet.json": Expected("2023-07-10", {
            "tmean": [29.4, 30.2, 24.6], "precipitation": [0.0, 0.0, NONE], "tmin": [20.6, 22.0, 18.0],
            "tmax": [38.1, 38.4, 31.2], "u2": times(AT_10_M, 4.2, 5.6, NONE), "sunshine": [13.1, 11.8, NONE],
            "rhmean": [41, 38, NONE], "rhmax": [70, 66, NONE], "rhmin": [19, 18, NONE],
        }),
        "aemet_csv.csv": Expected("2023-01-05", {
            "tmean": [5.1, 4.4, 6.0], "precipitation": [0.0, 1.6, 0.0], "tmin": [0.9, 1.2, 2.1],
            "tmax": [9.3, 7.6, 9.9], "u2": times(AT_10_M, 2.8, 1.4, 5.6), "sunshine": [6.4, 0.0, 5.9],
            "rhmean": [84, 93, 75], "rhmax": [97, 99, 95], "rhmin": [66, 82, 55],
        }),
    },
}  # fmt: skip
