"""etolib: daily reference evapotranspiration (ETo) of any place, fused from public weather sources.

>>> import etolib
>>> etolib.Site(-22.7, -47.6)
Site(latitude=-22.7, longitude=-47.6, elevation=None, name=None)

Names are imported when first used: ``import etolib`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from etolib._version import __version__

if TYPE_CHECKING:
    from etolib.areas import AreaMean, area_mean
    from etolib.config import set_options
    from etolib.errors import (
        BadResponse,
        EtolibError,
        InputError,
        InvalidRequest,
        MissingPackage,
        NoSourceError,
        NotCovered,
        RateLimited,
        SchedulerUnavailable,
        SourceError,
        SourceUnavailable,
        SourceWindowError,
        TaskCancelled,
        TaskError,
        TaskTimeout,
    )
    from etolib.pipeline import compute
    from etolib.places_reader import PlaceList, places_in_box, read_places
    from etolib.reference import (
        eto,
        eto_abtew,
        eto_asce,
        eto_blaney_criddle,
        eto_droogers_allen,
        eto_fao24_radiation,
        eto_fao56,
        eto_hamon,
        eto_hargreaves,
        eto_hargreaves_1982,
        eto_hourly,
        eto_jensen_haise,
        eto_makkink,
        eto_makkink_knmi,
        eto_mcguinness_bordne,
        eto_oudin,
        eto_penman_1963,
        eto_priestley_taylor,
        eto_romanenko,
        eto_thornthwaite,
        eto_turc,
    )
    from etolib.request import Request
    from etolib.result.normals import Normals, normals
    from etolib.result.result import Result
    from etolib.site import Period, Site
    from etolib.sources.grid import grid_source
    from etolib.sources.listing import sources
    from etolib.sources.plan import Plan, plan
    from etolib.sources.station.file import read as read_station
    from etolib.tasks import Batch, Job, StoredBatch, attach, connect, get_client, resume_batch, submit, submit_many
    from etolib.tasks.bar import progress
    from etolib.water.crop_water import water_balance
    from etolib.water.degree_days import degree_days
    from etolib.water.ledger import WaterBalance
    from etolib.widgets.app import Page
    from etolib.widgets.comparison.app import Comparison
    from etolib.widgets.region.app import Region

_HOMES = {
    "config": ("set_options",),
    "errors": (
        "BadResponse",
        "EtolibError",
        "InputError",
        "InvalidRequest",
        "MissingPackage",
        "NoSourceError",
        "NotCovered",
        "RateLimited",
        "SchedulerUnavailable",
        "SourceError",
        "SourceUnavailable",
        "SourceWindowError",
        "TaskCancelled",
        "TaskError",
        "TaskTimeout",
    ),
    "tasks": (
        *("Batch", "Job", "StoredBatch"),
        *("attach", "connect", "get_client", "resume_batch", "submit", "submit_many"),
    ),
    "pipeline": ("compute",),
    "places_reader": ("PlaceList", "places_in_box", "read_places"),
    "reference": (
        "eto",
        "eto_abtew",
        "eto_asce",
        "eto_blaney_criddle",
        "eto_droogers_allen",
        "eto_fao24_radiation",
        "eto_fao56",
        "eto_hamon",
        "eto_hargreaves",
        "eto_hargreaves_1982",
        "eto_hourly",
        "eto_jensen_haise",
        "eto_makkink",
        "eto_makkink_knmi",
        "eto_mcguinness_bordne",
        "eto_oudin",
        "eto_penman_1963",
        "eto_priestley_taylor",
        "eto_romanenko",
        "eto_thornthwaite",
        "eto_turc",
    ),
    "request": ("Request",),
    "result.normals": ("Normals", "normals"),
    "result.result": ("Result",),
    "site": ("Period", "Site"),
    "sources.plan": ("Plan", "plan"),
    "water.crop_water": ("water_balance",),
    "water.degree_days": ("degree_days",),
    "water.ledger": ("WaterBalance",),
    "widgets.app": ("Page",),
    "widgets.comparison.app": ("Comparison",),
    "widgets.region.app": ("Region",),
}
_HOME = {name: (module, name) for module, names in _HOMES.items() for name in names}
_HOME["read_station"] = ("sources.station.file", "read")
_HOME |= {name: ("areas", name) for name in ("AreaMean", "area_mean")}
_HOME["progress"] = ("tasks.bar", "progress")
_HOME["grid_source"] = ("sources.grid", "grid_source")
_HOME["sources"] = ("sources", "")  # the package itself, which can be called
_HOME["places"] = ("places", "")  # the module: etolib.places.search("petrolina")

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'etolib' has no attribute {name!r}")
    module, attribute = _HOME[name]
    from etolib.extras import needed

    with needed():
        home = import_module(f"etolib.{module}")
    value = getattr(home, attribute) if attribute else home
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
