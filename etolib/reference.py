"""Reference evapotranspiration, all of it by one door.

The package `etolib.equations` holds the daily equation (`daily`), the hourly one (`hourly`), the others by family
(`temperature`, `radiation_methods`, `combination`), the numbers in which the books differ (`conventions`) and the use
on tables and grids with gaps (`tables`). ``import etolib.reference`` needs numpy only.

>>> round(eto_fao56(tmin=14.8, tmax=26.6, ea=1.68, rs=22.29, u2=2.0, latitude=45.717, elevation=200,
...                 day_of_year=196), 2)
4.56
"""

from etolib.equations.combination import (
    eto_blaney_criddle,
    eto_penman_1963,
    eto_priestley_taylor,
    eto_romanenko,
)
from etolib.equations.conventions import ASCE2005, ASCE2005_FULL, FAO56, Convention
from etolib.equations.daily import TERMS, daily_terms, eto_asce, eto_fao56
from etolib.equations.eto_result import EtoResult
from etolib.equations.hourly import eto_hourly, hourly_terms
from etolib.equations.methods import METHODS
from etolib.equations.radiation_methods import (
    eto_abtew,
    eto_fao24_radiation,
    eto_hargreaves_1982,
    eto_jensen_haise,
    eto_makkink,
    eto_makkink_knmi,
    eto_turc,
)
from etolib.equations.tables import eto
from etolib.equations.temperature import (
    eto_droogers_allen,
    eto_hamon,
    eto_hargreaves,
    eto_mcguinness_bordne,
    eto_oudin,
    eto_thornthwaite,
)

__all__ = [
    "ASCE2005",
    "ASCE2005_FULL",
    "FAO56",
    "METHODS",
    "TERMS",
    "Convention",
    "EtoResult",
    "daily_terms",
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
    "hourly_terms",
]
