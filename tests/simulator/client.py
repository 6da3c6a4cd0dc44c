"""A plain HTTP client for the simulator's own tests, and one genuine request of every service."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.parse
from dataclasses import dataclass
from typing import Any

from tests.simulator import WeatherServer, dwd, ghcn_hourly, gridmet, meteostat, ndfd, nws, power_zarr, silo

TODAY = "2024-07-01"
AGENT = {"User-Agent": "etolib-test/1 (etolib@example.org)"}
PLACE = (-15.7939, -47.8828)
IN_US = (39.7456, -97.0892)
NASA_PARAMETERS = "T2M,T2M_MAX,T2M_MIN,T2MDEW,RH2M,WS2M,WS10M,PS,ALLSKY_SFC_SW_DWN,PRECTOTCORR"
DAILY = (
    "temperature_2m_max,temperature_2m_min,temperature_2m_mean,dew_point_2m_mean,relative_humidity_2m_mean,"
    "wind_speed_10m_mean,shortwave_radiation_sum,precipitation_sum"
)


@dataclass
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def get(url: str, headers: dict[str, str] | None = None, method: str = "GET", body: str | None = None) -> Reply:
    """Ask once, over a connection of its own, following nothing and decoding nothing."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers or AGENT)
        answer = connection.getresponse()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def nasa(server: WeatherServer, scale: str = "daily", **query: Any) -> Reply:
    asked: dict[str, object] = {
        "parameters": NASA_PARAMETERS,
        "community": "AG",
        "latitude": PLACE[0],
        "longitude": PLACE[1],
        "start": "20240201",
        "end": "20240210",
    }
    text = urllib.parse.urlencode(asked | {k.replace("_", "-"): v for k, v in query.items()})
    return get(f"{server.url}/api/temporal/{scale}/point?{text}")


def meteo(server: WeatherServer, product: str = "archive", **query: Any) -> Reply:
    asked: dict[str, object] = {"latitude": PLACE[0], "longitude": PLACE[1], "daily": DAILY, "wind_speed_unit": "ms"}
    if product == "archive":
        asked |= {"start_date": "2024-02-01", "end_date": "2024-02-10", "models": "era5_seamless"}
    path = {"archive": "/v1/archive", "forecast": "/v1/forecast", "historical": "/historical/v1/forecast"}[product]
    return get(f"{server.url}{path}?{urllib.parse.urlencode(asked | query)}")


URLS = {
    "nasa_power": "/api/temporal/daily/point?parameters=T2M,RH2M,ALLSKY_SFC_SW_DWN&community=AG"
    "&latitude=-15.8&longitude=-47.9&start=20240201&end=20240210",
    "open_meteo_archive": f"/v1/archive?latitude=-15.8&longitude=-47.9&daily={DAILY}"
    "&start_date=2024-02-01&end_date=2024-02-10",
    "open_meteo_forecast": f"/v1/forecast?latitude=-15.8&longitude=-47.9&daily={DAILY}&hourly=temperature_2m",
    "open_meteo_historical_forecast": "/historical/v1/forecast?latitude=-15.8&longitude=-47.9&daily=temperature_2m_max",
    "open_meteo_elevation": "/v1/elevation?latitude=-15.8,1&longitude=-47.9,2",
    "open_meteo_geocoding": "/v1/search?name=petr&count=5",
    "open_meteo_satellite": "/satellite/v1/archive?latitude=-15.8&longitude=-47.9&hourly=shortwave_radiation"
    "&models=eumetsat_sarah3,satellite_radiation_seamless&timezone=Etc/GMT%2B3"
    "&start_date=2024-02-01&end_date=2024-02-10",
    "open_meteo_ensemble": "/v1/ensemble?latitude=-15.8&longitude=-47.9&models=ecmwf_ifs025_ensemble_mean"
    "&hourly=temperature_2m,temperature_2m_spread&start_date=2024-07-01&end_date=2024-07-10&wind_speed_unit=ms",
    "met_norway": "/weatherapi/locationforecast/2.0/complete?lat=59.91&lon=10.75",
    "nws": f"/gridpoints/{nws.grid_of(*IN_US).office}/{nws.grid_of(*IN_US).x},{nws.grid_of(*IN_US).y}",
    "opentopodata": "/v1/mapzen?locations=-15.8,-47.9|1,2",
    "silo": f"{silo.PATH}?lat=-27.5&lon=151.95&start=20240201&finish=20240210&format=csv&comment=RXNVJGHF"
    "&username=a@b.org&password=apirequest",
    "dwd": f"{dwd.FOLDER}tageswerte_KL_01014_akt.zip",
    "meteostat": "/daily/2024/D0909.csv.gz",
    "ghcn_hourly": f"{ghcn_hourly.ROOT}access/by-year/2024/psv/GHCNh_GMM00000905_2024.psv",
    "meteostat_stations": meteostat.LIST,
    "nasa_power_zarr": power_zarr.chunk_of("T2M_MAX", -22.5, -47.5),
    "nws_fret": f"{ndfd.PATH}?lat=40.02&lon=-105.27&product=time-series&Unit=m&evp24=evp24",
    "gridmet": f"{gridmet.TABLES}{gridmet.file_of('tmmx')}?var=daily_maximum_temperature&latitude=39.05"
    "&longitude=-95.68&accept=csv&time_start=2024-02-01T00:00:00Z&time_end=2024-02-10T00:00:00Z",
}
"""One genuine request of every service."""


class Asking(threading.Thread):
    """A request in a thread, and what came of it."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.result: Reply | Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = get(self.url)
        except (OSError, http.client.HTTPException) as error:
            self.result = error

    def outcome(self) -> Reply | Exception | None:
        self.join(10)
        assert not self.is_alive()
        return self.result
