"""Loggers, small stations and services."""

from __future__ import annotations

from tests.sources.station.expected import AT_10_M, INCH, MPH, NONE, Expected, celsius, times

WATT = 0.0864  # MJ m-2 day-1 of a mean of 1 W m-2

EXPECTED = {
    "toa5": {
        "toa5_daily.dat": Expected("2023-07-01", {
            "tmax": [28.4, 29.6, 27.7], "tmin": [14.2, 15.1, 13.8], "tmean": [21.0, 22.1, 20.4],
            "rhmax": [92, 88, 94], "rhmin": [41, 37, 45], "rs": [24.5, 25.1, NONE], "u2": [2.2, 1.9, 2.6],
            "precipitation": [0, 3.4, 0], "pressure": [100.4, 100.2, 100.6], "eto": [4.9, 5.0, NONE],
        }, asked=("wind_height",)),
        "toa5_hourly.dat": Expected(hourly=True),
    },
    "toaci1": {
        "toaci1_daily.dat": Expected("2023-07-01", {
            "tmax": [28.4, 29.6, 27.7], "tmin": [14.2, 15.1, 13.8], "rhmax": [92, 88, 94], "rhmin": [41, 37, 45],
            "rs": times(WATT, 283.6, 290.5, 275.0), "u2": [2.2, 1.9, 2.6], "precipitation": [0, 3.4, 0],
        }, asked=("wind_height",)),
    },
    "hobo": {
        "hobo.csv": Expected("2023-07-13", {
            "tmax": [30.0, 31.0, 29.0], "tmin": [15.0, 16.0, 14.0], "rhmean": [64.5, 61.0, 70.2],
            "u2": times(MPH, 5, 4, 6), "rs": times(WATT, 280, 290, 250), "precipitation": times(INCH, 0, 0.1, 0),
        }, asked=("wind_height",)),
        "hobo_hourly.csv": Expected(hourly=True),
    },
    "davis": {
        "davis_daily.txt": Expected("2023-07-13", {
            "tmean": [21.0, 22.1, 20.4], "tmax": [28.4, 29.6, 27.7], "tmin": [14.2, 15.1, 13.8],
            "rhmean": [64, 61, 68], "tdew": [13.9, 14.2, 14.3], "rs": times(WATT, 283, 290, 262),
            "precipitation": [0, 3.4, 0], "eto": [4.8, 5.0, 4.4], "u2": times(1 / 3.6, 7.2, 5.4, 9.0),
        }, asked=("dates", "wind_height"), answers={"Wind Speed": {"unit": "km/h"}}),
        "davis_hourly.txt": Expected(hourly=True, answers={"Wind Speed": {"unit": "mph"}}),
    },
    "davis_weatherlink_com": {"davis_weatherlink_com.csv": Expected(hourly=True)},
    "ecowitt_gateway": {"ecowitt_gateway.csv": Expected(hourly=True)},
    "ecowitt_net": {"ecowitt_net.csv": Expected(hourly=True)},
    "visual_crossing": {
        "visualcrossing.csv": Expected("2023-01-05", {
            "tmax": [8.2, 9.0, 7.4], "tmin": [1.1, 2.4, 0.3], "tmean": [4.4, 5.6, 3.9], "tdew": [1.2, 3.1, 0.6],
            "rhmean": [80.0, 84.1, 79.4], "precipitation": [0.2, 0, 1.4], "rs": [3.4, 2.5, 3.9],
        }),
    },
    "visual_crossing_us": {
        "visualcrossing_us.csv": Expected("2023-01-05", {
            "tmax": [5.0, 4.0, 2.0], "tmin": [-4.0, -6.0, -7.0], "tmean": celsius(33.1, 30.2, 27.9),
            "tdew": celsius(25.9, 22.1, 20.8), "rhmean": [75.0, 71.6, 74.6], "precipitation": [0.254, 0, 0],
            "u2": times(MPH * AT_10_M, 9, 8, 6), "rs": [5.2, 8.2, 8.7],
        }, site=(41.6, -93.6, None)),
    },
    "visual_crossing_base": {
        "visualcrossing_base.csv": Expected("2023-01-05", {
            "tmax": [8.2, 9.0, 7.4], "tmin": [1.1, 2.4, 0.3], "tmean": [4.4, 5.6, 3.9], "tdew": [1.2, 3.1, 0.6],
            "rhmean": [80.0, 84.1, 79.4], "precipitation": [0.2, 0, 1.4], "u2": times(AT_10_M, 3.0, 2.5, 4.0),
            "rs": [3.4, 2.5, 3.9],
        }),
    },
    "visual_crossing_unclear": {
        "visualcrossing_unclear.csv": Expected("2023-01-05", {
            "tmax": celsius(38.2, 39.0, 37.4), "tmin": celsius(21.1, 22.4, 20.3),
            "precipitation": times(INCH, 0.2, 0, 1.4), "rs": [10.4, 9.5, 11.9],
        }, answers={"tempmax": {"unit": "°F"}, "tempmin": {"unit": "°F"}, "precip": {"unit": "in"}}),
    },
}  # fmt: skip
"""By name of the format and of the file."""
