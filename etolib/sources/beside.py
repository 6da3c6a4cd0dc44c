"""Rows of what is asked beside the weather: radiation that satellites saw, and how sure a forecast is.

Nothing waits long for them and none of their faults harms a result: another source stands behind each (`SourceInfo`,
role ``beside``).
"""

from __future__ import annotations

import datetime as dt

from etolib.sources.row import LAST, Box, Rank, SourceInfo, Window

_CREDIT = "Weather data by Open-Meteo.com (https://open-meteo.com/), CC BY 4.0"
_KEY = "ETOLIB_OPEN_METEO_KEY"
_POLITENESS = "600 weighted calls a minute, 5 000 an hour, 10 000 a day, 300 000 a month per address; at most 4 at once"
_PLACES = 100

_SEEN = (Box(-60.0, 60.0, -65.0, 180.0), Box(-60.0, 60.0, -180.0, -160.0))
"""What the geostationary satellites of Open-Meteo see well: Meteosat from 65 W, Himawari to beyond New Zealand. Farther
north and south they look along the ground, and take snow for cloud (Urraca et al. 2017, doi:10.1016/j.rse.2017.07.013);
over North America it has none."""

ROWS = (
    SourceInfo(
        name="open_meteo_satellite",
        title="Open-Meteo satellite radiation",
        provides=("rs",),
        window=Window(dt.date(1983, 1, 1), -1),
        delay="delay_open_meteo_satellite",
        coverage="coverage_open_meteo_satellite",
        licence="licence_open_meteo",
        attribution=_CREDIT + "; radiation by EUMETSAT CM SAF (SARAH-3, doi:10.5676/EUM_SAF_CM/SARAH/V003), "
        "EUMETSAT LSA SAF, DWD, and JMA/JAXA (Himawari)",
        homepage="https://open-meteo.com/en/docs/satellite-radiation-api",
        politeness=_POLITENESS,
        provider="etolib.sources.open_meteo_satellite:OpenMeteoSatellite",
        settings={"path": "/v1/archive"},
        key=_KEY,
        service="open_meteo_satellite",
        root="https://satellite-api.open-meteo.com",
        home=_SEEN,
        role="beside",
        reason="radiation_by_geostationary_satellite",
        rank=Rank(radiation=5),
        places=_PLACES,
    ),
    SourceInfo(
        name="open_meteo_ensemble",
        title="Open-Meteo ensemble",
        provides=("tmean", "rhmean", "u2", "rs"),
        window=Window(0, 14),
        delay="delay_none",
        coverage="coverage_open_meteo_ensemble",
        licence="licence_open_meteo",
        attribution=_CREDIT + "; ensemble of ECMWF, CC BY 4.0",
        homepage="https://open-meteo.com/en/docs/ensemble-mean-api",
        politeness=_POLITENESS,
        provider="etolib.sources.open_meteo_ensemble:OpenMeteoEnsemble",
        settings={"path": "/v1/ensemble", "model": "ecmwf_ifs025_ensemble_mean"},
        key=_KEY,
        service="open_meteo_ensemble",
        root="https://ensemble-api.open-meteo.com",
        home=(Box(-90.0, 90.0, -180.0, 180.0),),
        role="beside",
        reason="how_sure_the_forecast_is",
        spreads=True,
        rank=Rank(weather=LAST - 1, radiation=LAST - 1),
        kinds=("forecast",),
        places=_PLACES,
    ),
)
