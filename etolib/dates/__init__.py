"""Dates as people write them: the one reader of dates for station files, tables and grids.

`read` takes a column of cells, `read_parts` columns with years, months and days; both refuse what is no date, and what
can be read in several ways unless ``order`` says which. `readings` lists the ways, for a person to choose from.
"""

from etolib.dates.cells import Cell, is_absent, month_of, parse
from etolib.dates.parts import PARTS, YEAR_AND_DAY, YEAR_MONTH_DAY, read_hours, read_parts
from etolib.dates.reader import Dates, read, readings, settled, several_readings
from etolib.dates.readings import EXCEL, ORDERS, UNIX, Reading, form_in_words, is_likely, is_settled

__all__ = [
    "EXCEL",
    "ORDERS",
    "PARTS",
    "UNIX",
    "YEAR_AND_DAY",
    "YEAR_MONTH_DAY",
    "Cell",
    "Dates",
    "Reading",
    "form_in_words",
    "is_absent",
    "is_likely",
    "is_settled",
    "month_of",
    "parse",
    "read",
    "read_hours",
    "read_parts",
    "readings",
    "settled",
    "several_readings",
]
