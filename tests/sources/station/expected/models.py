"""Files of etolib itself, of crop models, of eddy covariance and of FAO."""

from __future__ import annotations

from tests.sources.station.expected import AT_3_M, AT_10_M, INCH, MPH, NONE, Expected, celsius, times

KM_A_DAY = 1 / 86.4  # m s-1
GAINESVILLE = (29.63, -82.37, 40.0)
WAGENINGEN = (51.97, 5.67, 7.0)

_CABO = {
    "tmin": [14.6, 15.8, 13.2, 10.9], "tmax": [28.1, 24.2, 21.3, 22.0], "ea": [1.38, 1.71, 1.29, 1.22],
    "precipitation": [0.0, 7.4, 1.1, 0.0], "rs": [24.05, 13.88, 18.2, 21.1],
}  # fmt: skip
_SUNSHINE = {name: values[:3] for name, values in _CABO.items() if name != "rs"} | {
    "sunshine": [12.5, 4.1, 7.8], "u2": [3.5, 5.2, 6.0]
}  # fmt: skip

EXPECTED = {
    "etolib": {
        "etolib.csv": Expected("2024-02-28", {
            "eto": [4.19, NONE, 5.08], "precipitation": [0.0, 12.7, NONE], "tmin": [20.0, NONE, 19.0],
            "tmax": [30.0, 31.0, 29.0], "ea": [2.15, 2.2, 2.025], "u2": [1.56, NONE, 1.79], "rs": [19.96, NONE, 21.6],
        }, site=(-22.7, -47.6, 554.0)),
        "etolib_us.csv": Expected("2024-02-28", {
            "eto": times(INCH, 0.165, NONE, 0.2), "precipitation": times(INCH, 0.0, 0.5, NONE),
            "tmin": celsius(68.0, NONE, 66.2), "tmax": celsius(86.0, 87.8, 84.2), "ea": [2.15, 2.2, 2.025],
            "u2": times(MPH, 3.5, NONE, 4.0), "rs": times(0.0864, 231.0, NONE, 250.0),
        }, site=(-22.7, -47.6, 554.1)),
    },
    "dssat": {
        "dssat.WTH": Expected("2023-07-10", {
            "rs": [22.7, 18.2, 24.4, NONE], "tmax": [33.1, 31.6, 33.9, 32.8], "tmin": [22.4, 22.9, 21.5, 22.0],
            "precipitation": [0.0, 11.4, 0.0, 2.5], "tdew": [21.9, 22.8, 20.7, 21.8],
            "u2": times(AT_3_M * KM_A_DAY, 181.0, 146.9, NONE, 155.5),
        }, site=GAINESVILLE, days=4),
        "dssat_long_dates.WTH": Expected("2023-07-10", {
            "rs": [15.9, 16.2, 8.3], "tmax": [25.1, 26.8, 22.0], "tmin": [12.4, 13.5, 14.9],
            "precipitation": [0.0, 0.0, 6.4], "rhmean": [67.2, 60.1, 81.7],
            "u2": times(KM_A_DAY, 129.6, 155.5, 190.1),
        }, site=(-22.7, -47.6, 550.0)),
        "dssat_nasa.WTH": Expected("2023-07-10", {
            "tmean": [18.3, 19.7, 17.6], "tmin": [12.4, 13.5, 14.9], "tmax": [25.1, 26.8, 22.0],
            "tdew": [11.6, 11.0, 14.2], "rhmean": [67.2, 60.1, 81.7], "precipitation": [0.0, 0.0, 6.4],
            "u2": [1.5, 1.8, 2.2], "rs": [15.9, 16.2, NONE],
        }, site=(-22.7, -47.6, 561.93)),
    },
    "agmip": {
        "agmip.AgMIP": Expected("1990-07-10", {
            "rs": [22.7, 18.2, 24.4, NONE], "tmax": [33.1, 31.6, 33.9, 32.8], "tmin": [22.4, 22.9, 21.5, 22.0],
            "precipitation": [0.0, 11.4, 0.0, 2.5], "u2": [2.1, 1.7, 1.9, 1.8], "tdew": [21.9, 22.8, 20.7, 21.8],
            "ea": [2.63, 2.78, 2.44, 2.61],
        }, site=GAINESVILLE, days=4, asked=("units",)),
    },
    "apsim": {
        "apsim.met": Expected("2023-01-10", {
            "rs": [27.5, 26.1, 18.2, 20.4], "tmax": [34.5, 35.2, 31.0, 29.4], "tmin": [20.5, 21.1, 21.8, 19.9],
            "precipitation": [0.0, 0.4, 12.6, 3.1], "ea": [1.75, 1.89, 2.23, 2.00],
        }, site=(-27.85, 150.05, None), days=4),
        "apsim_bare.met": Expected("2023-09-30", {
            "rs": [17.5, 14.6, 15.5], "tmax": [27.2, 27.1, 27.1], "tmin": [14.6, 14.7, 11.1],
            "precipitation": [0.0, 0.0, 0.0], "u2": [3.5, 5.3, 5.5], "rhmean": [54, 40, 29],
        }, site=(36.68, 116.98, None), asked=("units", "wind_height")),
    },
    "cabo": {
        "cabo.023": Expected("2023-07-10", {**_CABO, "u2": times(AT_10_M, 3.5, 5.2, NONE, 4.1)},
                             site=WAGENINGEN, days=4),
        "cabo_sunshine.995": Expected("1995-07-10", _SUNSHINE, site=WAGENINGEN),
    },
    "pcse": {
        "pcse.csv": Expected("2023-07-10", {**_CABO, "u2": [3.5, 5.2, NONE, 4.1]}, site=WAGENINGEN, days=4),
        "pcse_sunshine.csv": Expected("2023-07-10", _SUNSHINE, site=WAGENINGEN),
    },
    "fluxnet": {
        "fluxnet.csv": Expected(refused="minimum and the maximum temperature"),
        "fluxnet_hh.csv": Expected(hourly=True),
    },
    "climwat": {"climwat.pen": Expected()},
    "swat": {
        name: Expected("2023-07-10", {"tmax": [33.1, 31.6, NONE], "tmin": [22.4, 22.9, tmin]}, site=site)
        for name, tmin, site in (
            ("swat_plus.tmp", 21.5, GAINESVILLE), ("swat_2012.Tmp", -1.5, GAINESVILLE), ("swat_arc.txt", -1.5, None),
        )
    },
    "aquacrop": {
        "aquacrop.Tnx": Expected("2024-02-27", {"tmin": [-1.4, 0.0, 1.5, 2.3], "tmax": [4.1, 5.0, 6.2, 9.9]}, days=4),
    },
}  # fmt: skip
