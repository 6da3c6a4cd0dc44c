"""A provider of simulated weather, made in memory: what a source needs, a row and a class."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from etolib import config
from etolib.site import Period, Site
from etolib.sources import canonical
from etolib.sources.base import SourceData
from etolib.sources.row import Rank, SourceInfo, Window
from etolib.words import say

ROW = SourceInfo(
    name="toy_weather",
    title="Toy weather",
    titles={"pt": "Tempo de brinquedo"},
    provides=("tmin", "tmax", "rhmean", "u2", "rs", "precipitation"),
    window=Window(dt.date(2000, 1, 1), 5),
    delay="none at all",
    coverage="the nursery",
    licence="do as you like",
    attribution="Toy weather by the Toy Makers",
    homepage="https://toys.example",
    politeness="no network",
    provider="tests.sources.toy:ToyWeather",
    service="toy",
    root="https://api.toys.example",
    role="history",
    reason="history: weather made in memory",
    rank=Rank(weather=3, radiation=3),
    kinds=("observed", "forecast"),
)


class ToyWeather:
    """Every day the same, but for its temperature, which follows the day of the month."""

    def __init__(self, info: SourceInfo) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        today, warnings = (
            config.today(),
            [say("of_source", source=self.info.title, sentence=say("no_data_on", days="-"))],
        )
        inside = self.info.clip(period, today)
        index = pd.date_range(inside.start, inside.end, name="date")
        day = index.day.to_numpy(dtype=float)
        columns = {"tmin": 17 + day / 10, "tmax": 28 + day / 10, "rhmean": 60.0, "u2": 2.0, "rs": 20.0}
        frame = pd.DataFrame(columns | {"precipitation": np.zeros(len(index))}, index=index)
        frame = canonical.finish(frame, inside, today=today, forecast=True, warnings=warnings, named=self.info.title)
        meta = {
            "source": self.info.name, "title": self.info.title, "attribution": self.info.attribution,
            "licence": self.info.licence, "url": config.service_root("toy"), "estimated": [],
        }  # fmt: skip
        return SourceData(self.info.name, frame, meta, warnings)
