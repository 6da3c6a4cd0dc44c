"""Rows of the catalogue of sources that are at home in a part of the world: asked there by themselves, or by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from etolib.sources.row import Box, Near, Rank, SourceInfo, Window

_WITHOUT_RADIATION = (
    "tmin", "tmax", "tmean", "tdew", "rhmin", "rhmax", "rhmean", "u2", "cloud", "precipitation", "rs",
)  # fmt: skip
_USA = (
    Box(24.0, 49.6, -125.2, -66.5),
    Box(51.0, 71.6, -180.0, -129.5),
    Box(18.7, 22.4, -160.5, -154.5),
    Box(17.5, 18.7, -67.5, -64.4),
    Box(13.0, 20.8, 144.5, 146.2),
    Box(-14.6, -13.9, -171.2, -168.0),
)
"""Boxes around the USA and its territories."""

_NORDIC = (Box(54.0, 72.0, 3.0, 32.0),)
"""Where MET Norway's regional model lies (2.5 km)."""

_NWS: dict[str, Any] = {
    "provides": _WITHOUT_RADIATION,
    "estimates": ("rs",),
    "licence": "licence_public_domain",
    "attribution": "Data from the US National Weather Service (https://www.weather.gov)",
    "homepage": "https://www.weather.gov/documentation/services-web-api",
    "politeness": "an agent that names a contact (ETOLIB_CONTACT); at most 4 requests at once, 0.2 s between them",
    "contact_needed": True,
    "service": "nws",
    "root": "https://api.weather.gov",
    "reach": _USA,
    "home": _USA,
    "role": "national",
    "kinds": ("observed", "forecast"),
}

_AUSTRALIA = (Box(-44.0, -10.0, 112.0, 154.0),)
"""SILO's grid; its cells over the sea are empty."""

_GERMANY = (Box(47.2, 55.1, 5.8, 15.1),)

_CONTIGUOUS_USA = (Box(25.05, 49.42, -124.8, -67.03),)
"""gridMET's grid; its cells over the sea, Canada and Mexico are empty."""

ROWS = (
    SourceInfo(
        name="met_norway",
        title="MET Norway",
        provides=_WITHOUT_RADIATION,
        estimates=("rs",),
        window=Window(0, 9),
        delay="delay_none",
        coverage="coverage_met_norway",
        licence="licence_met_norway",
        attribution="Data from MET Norway (https://api.met.no), CC BY 4.0",
        homepage="https://api.met.no/weatherapi/locationforecast/2.0/documentation",
        politeness="an agent that names a contact (ETOLIB_CONTACT); kept until Expires, then asked whether it has "
        "changed",
        contact_needed=True,
        provider="etolib.sources.met_norway:MetNorway",
        service="met_norway",
        root="https://api.met.no",
        home=_NORDIC,
        role="national",
        reason="nordic_forecast",
        rank=Rank(weather=60, radiation=60, at_home=13),
        prior="met_norway_first",
        kinds=("observed", "forecast"),
        at_height=True,
    ),
    SourceInfo(
        name="nws_forecast",
        title="NWS forecast grid",
        window=Window(0, 7),
        delay="delay_none",
        coverage="coverage_nws_forecast",
        provider="etolib.sources.nws_forecast:NwsForecast",
        reason="usa_forecast",
        rank=Rank(weather=70, radiation=70, at_home=12),
        prior="nws_forecast_first",
        **_NWS,
    ),
    SourceInfo(
        name="nws_stations",
        title="NWS stations",
        window=Window(-6, -1),
        delay="delay_nws_stations",
        coverage="coverage_nws_stations",
        provider="etolib.sources.nws_stations:NwsStations",
        # The width of an ERA5 cell, and the height over which the air cools by 1 degree. Round priors.
        near=Near(25.0, 150.0),
        reason="usa_stations",
        rank=Rank(weather=50, radiation=50, at_home=11),
        prior="nws_stations_first",
        **_NWS,
    ),
    SourceInfo(
        name="silo",
        title="SILO Data Drill",
        provides=("tmin", "tmax", "ea", "rs", "precipitation"),
        window=Window(dt.date(1889, 1, 1), -1),
        delay="delay_silo",
        coverage="coverage_silo",
        licence="licence_cc_by_4",
        attribution="SILO (https://www.longpaddock.qld.gov.au/silo/), Queensland Government, CC BY 4.0; based on "
        "observations of the Bureau of Meteorology; values that are long-term means were left out",
        homepage="https://www.longpaddock.qld.gov.au/silo/",
        politeness="your e-mail with each request (ETOLIB_SILO_EMAIL); at most 2 requests at once, 1 s between them; "
        "one request for the whole period, one answer for all places in the same cell",
        provider="etolib.sources.silo:Silo",
        service="silo",
        root="https://www.longpaddock.qld.gov.au",
        key_needed=True,
        key="ETOLIB_SILO_EMAIL",
        reach=_AUSTRALIA,
        home=_AUSTRALIA,
        role="national",
        reason="australia_by_silo",
        rank=Rank(weather=45, radiation=25, at_home=14),
        prior="silo_first",
    ),
    SourceInfo(
        name="dwd_stations",
        title="DWD stations",
        provides=("tmin", "tmax", "tmean", "rhmean", "ea", "u2", "sunshine", "cloud", "pressure", "precipitation"),
        window=Window(-500, -1),
        delay="delay_dwd_stations",
        coverage="coverage_dwd_stations",
        licence="licence_dwd",
        attribution="Data basis: Deutscher Wetterdienst (https://opendata.dwd.de), CC BY 4.0; wind brought to 2 m",
        homepage="https://opendata.dwd.de/climate_environment/CDC/",
        politeness="at most 4 requests at once, 0.2 s between them; the list of stations is kept for a day, the file "
        "of a station for half a day",
        provider="etolib.sources.dwd:DwdStations",
        service="dwd",
        root="https://opendata.dwd.de",
        reach=_GERMANY,
        home=_GERMANY,
        # As for the stations of the USA. Round priors.
        near=Near(25.0, 150.0),
        role="national",
        reason="germany_stations",
        rank=Rank(weather=51, radiation=51, at_home=15),
        prior="dwd_stations_first",
    ),
    SourceInfo(
        name="gridmet",
        title="gridMET",
        provides=("tmax", "tmin", "rhmax", "rhmin", "rs", "u2", "precipitation"),
        window=Window(dt.date(1979, 1, 1), -1),
        delay="delay_gridmet",
        coverage="coverage_gridmet",
        licence="licence_public_domain",
        attribution="gridMET (Abatzoglou 2013, doi:10.1002/joc.3413), https://www.climatologylab.org/gridmet.html",
        homepage="https://www.climatologylab.org/gridmet.html",
        politeness="at most 2 requests at once, 0.5 s between them; one request a variable for the whole period",
        provider="etolib.sources.gridmet:GridMet",
        service="gridmet",
        root="https://thredds.northwestknowledge.net",
        reach=_CONTIGUOUS_USA,
        # After all of Open-Meteo: its ETo lies 10 to 20 % above that of 793 stations, its wind before all.
        rank=Rank(weather=45, radiation=45),
        error=0.15,
    ),
    SourceInfo(
        name="meteostat",
        title="Meteostat stations",
        provides=("tmin", "tmax", "tmean", "rhmean", "u2", "sunshine", "cloud", "precipitation"),
        window=Window(dt.date(1800, 1, 1), -1),
        delay="delay_meteostat",
        coverage="coverage_meteostat",
        licence="licence_meteostat",
        attribution="Meteostat (https://meteostat.net), CC BY 4.0; values of models left out, wind brought to 2 m",
        homepage="https://dev.meteostat.net",
        politeness="at most 2 requests at once, 0.2 s between them; the list of stations is kept for a week, a past "
        "year of a station for two months",
        provider="etolib.sources.meteostat:Meteostat",
        service="meteostat",
        root="https://data.meteostat.net",
        rank=Rank(weather=52, radiation=52),
    ),
    SourceInfo(
        name="ghcn_hourly",
        title="GHCN-hourly stations",
        provides=("tmin", "tmax", "tmean", "tdew", "rhmin", "rhmax", "rhmean", "u2"),
        window=Window(dt.date(1901, 1, 1), -3),
        delay="delay_ghcn_hourly",
        coverage="coverage_ghcn_hourly",
        licence="licence_ghcn_hourly",
        attribution="GHCN-hourly (doi:10.25921/jp3d-3v19), NOAA National Centers for Environmental Information; values "
        "whose quality codes reject them were left out, wind brought to 2 m",
        homepage="https://www.ncei.noaa.gov/products/global-historical-climatology-network-hourly",
        politeness="at most 2 requests at once, 0.5 s between them; the list of stations is kept for a week, a past "
        "year of a station for two months",
        provider="etolib.sources.ghcn_hourly:GhcnHourly",
        service="ghcn_hourly",
        root="https://www.ncei.noaa.gov",
        rank=Rank(weather=53, radiation=53),
    ),
)
"""The rows, in the order tables show them."""
