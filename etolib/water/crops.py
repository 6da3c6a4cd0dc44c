"""The crops of FAO-56: coefficients, stage lengths, root depth, depletion fraction, height, each with its table.

The numbers are those of FAO-56 Table 12 (Kc and height), Table 17 (basal Kcb), Table 11 (lengths of the stages, one of
its rows, named in ``region``) and Table 22 (root depth and depletion fraction p). Where a table gives a range for Kc,
Kcb or height, its middle is taken; where it gives a value for a group of crops, that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from etolib.water.rows import named
from etolib.words import Text, join, say, verbatim

Stages = tuple[int, int, int, int]


@dataclass(frozen=True)
class Crop:
    """A crop as FAO-56 describes it, for a sub-humid climate (RHmin 45 %, u2 2 m s-1) and no stress.

    Attributes
    ----------
    name : str
        In small letters, without spaces: ``maize_grain``.
    group : str
        Group of Table 12: cereals, legumes ...
    kc_ini, kc_mid, kc_end : float
        Single crop coefficient at the beginning, in the middle and at the end (Table 12).
    kcb_ini, kcb_mid, kcb_end : float
        Basal crop coefficient (Table 17).
    height : float
        Mean maximum height [m] (Table 12).
    root_depth : tuple of float
        Range of the maximum effective root depth [m] (Table 22): the smaller for planning irrigation, the larger for
        rain-fed crops.
    p : float
        Share of the available water that can be used without stress at ETc of 5 mm day-1 (Table 22).
    stages : tuple of int or None
        Lengths of the initial, development, mid and late stage [days] (one row of Table 11); None where Table 11 has
        no row: the crop is taken as in its middle stage all the time, unless lengths are given.
    region : str
        Where the row of Table 11 is from.
    perennial : bool
        The roots stand at full depth and height always; the stages begin anew each year (hay: after each cutting).
    pages : tuple of int
        Pages of FAO-56 with its rows: Tables 11, 12, 17 and 22 (0: no row).
    """

    name: str
    group: str
    kc_ini: float
    kc_mid: float
    kc_end: float
    kcb_ini: float
    kcb_mid: float
    kcb_end: float
    height: float
    root_depth: tuple[float, float]
    p: float
    stages: Stages | None
    region: str
    perennial: bool = False
    pages: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def title(self) -> Text:
        """Its name in words; a name of one's own as it is."""
        return say(f"crop_{self.name}") if self.name in CROPS else verbatim(self.name)

    @property
    def is_hay(self) -> bool:
        """Whether its stages begin anew after each cutting, not each year."""
        return self.group == "forages" and self.stages is not None

    @property
    def grown(self) -> Text:
        """Where the row of Table 11 is from, in words; a place of one's own as it is.

        >>> crop("lettuce").region, crop("lettuce").grown
        ('Mediterranean, Apr', 'Mediterranean, April')
        """
        known = self.name in CROPS and self.region == CROPS[self.name].region and self.region
        return say("region_" + re.sub(r"\W+", "_", self.region).lower()) if known else verbatim(self.region)

    @property
    def source(self) -> Text:
        """Tables and pages of FAO-56 that hold its numbers.

        >>> crop("maize_grain").source
        'FAO-56: Table 11 p. 106, Table 12 p. 111, Table 17 p. 138, Table 22 p. 164'
        """
        tables = zip((11, 12, 17, 22), self.pages, strict=True)
        rows = [say("fao_table", number=table, page=page) for table, page in tables if page]
        return say("fao_tables", tables=join(", ", rows))


# Group: pages of Tables 11, 12, 17 and 22; then its crops, one a line: name, Kc ini mid end, Kcb ini mid end, height,
# root depth from to, p, lengths of the stages, place of that row of Table 11.
_Row = tuple[str, float, float, float, float, float, float, float, float, float, float, Stages | None, str]
_GROUPS: dict[tuple[str, int, int, int, int], tuple[_Row, ...]] = {
    ("small vegetables", 104, 110, 137, 163): (
        ("broccoli", 0.7, 1.05, 0.95, 0.15, 0.95, 0.85, 0.3, 0.4, 0.6, 0.45, (35, 45, 40, 15),
         "California desert, Sep"),
        ("cabbage", 0.7, 1.05, 0.95, 0.15, 0.95, 0.85, 0.4, 0.5, 0.8, 0.45, (40, 60, 50, 15), "California desert, Sep"),
        ("carrot", 0.7, 1.05, 0.95, 0.15, 0.95, 0.85, 0.3, 0.5, 1.0, 0.35, (30, 40, 60, 20), "Mediterranean, Feb/Mar"),
        ("cauliflower", 0.7, 1.05, 0.95, 0.15, 0.95, 0.85, 0.4, 0.4, 0.7, 0.45, (35, 50, 40, 15),
         "California desert, Sep"),
        ("lettuce", 0.7, 1.00, 0.95, 0.15, 0.90, 0.90, 0.3, 0.3, 0.5, 0.30, (20, 30, 15, 10), "Mediterranean, Apr"),
        ("onion", 0.7, 1.05, 0.75, 0.15, 0.95, 0.65, 0.4, 0.3, 0.6, 0.30, (15, 25, 70, 40), "Mediterranean, Apr"),
        ("spinach", 0.7, 1.00, 0.95, 0.15, 0.90, 0.85, 0.3, 0.3, 0.5, 0.20, (20, 20, 20, 5), "Mediterranean, Apr, Sep"),
    ),
    ("solanum family", 104, 110, 137, 163): (
        ("eggplant", 0.6, 1.05, 0.90, 0.15, 1.00, 0.80, 0.8, 0.7, 1.2, 0.45, (30, 45, 40, 25),
         "Mediterranean, May/Jun"),
        ("sweet_pepper", 0.6, 1.05, 0.90, 0.15, 1.00, 0.80, 0.7, 0.5, 1.0, 0.30, (30, 35, 40, 20),
         "Europe and Mediterranean, Apr/Jun"),
        ("tomato", 0.6, 1.15, 0.80, 0.15, 1.10, 0.70, 0.6, 0.7, 1.5, 0.40, (30, 40, 45, 30), "Mediterranean, Apr/May"),
    ),
    ("cucumber family", 104, 110, 137, 163): (
        ("cantaloupe", 0.5, 0.85, 0.60, 0.15, 0.75, 0.50, 0.3, 0.9, 1.5, 0.45, (30, 45, 35, 10), "California, Jan"),
        ("cucumber", 0.6, 1.00, 0.75, 0.15, 0.95, 0.70, 0.3, 0.7, 1.2, 0.50, (20, 30, 40, 15), "arid region, Jun/Aug"),
        ("pumpkin", 0.5, 1.00, 0.80, 0.15, 0.95, 0.70, 0.4, 1.0, 1.5, 0.35, (20, 30, 30, 20),
         "Mediterranean, Mar, Aug"),
        ("zucchini", 0.5, 0.95, 0.75, 0.15, 0.90, 0.70, 0.3, 0.6, 1.0, 0.50, (25, 35, 25, 15),
         "Mediterranean and arid region, Apr, Dec"),
    ),
    ("cucumber family", 105, 110, 137, 163): (
        ("melon", 0.5, 1.05, 0.75, 0.15, 1.00, 0.70, 0.4, 0.8, 1.5, 0.40, (25, 35, 40, 20), "Mediterranean, May"),
        ("watermelon", 0.4, 1.00, 0.75, 0.15, 0.95, 0.70, 0.4, 0.8, 1.5, 0.40, (20, 30, 30, 30), "Italy, Apr"),
    ),
    ("roots and tubers", 105, 110, 137, 163): (
        ("cassava", 0.3, 0.80, 0.30, 0.15, 0.70, 0.20, 1.0, 0.5, 0.8, 0.35, (20, 40, 90, 60), "tropics, rainy season"),
        ("potato", 0.5, 1.15, 0.75, 0.15, 1.10, 0.65, 0.6, 0.4, 0.6, 0.35, (25, 30, 45, 30),
         "continental climate, May"),
        ("sweet_potato", 0.5, 1.15, 0.65, 0.15, 1.10, 0.55, 0.4, 1.0, 1.5, 0.65, (20, 30, 60, 40),
         "Mediterranean, Apr"),
        ("sugar_beet", 0.35, 1.20, 0.70, 0.15, 1.15, 0.50, 0.5, 0.7, 1.2, 0.55, (25, 35, 50, 50), "Mediterranean, May"),
    ),
    ("legumes", 105, 111, 138, 164): (
        ("green_bean", 0.5, 1.05, 0.90, 0.15, 1.00, 0.80, 0.4, 0.5, 0.7, 0.45, (20, 30, 30, 10),
         "California and Mediterranean, Feb/Mar"),
        ("dry_bean", 0.4, 1.15, 0.35, 0.15, 1.10, 0.25, 0.4, 0.6, 0.9, 0.45, (20, 30, 40, 20),
         "continental climates, May/Jun"),
        ("cowpea", 0.4, 1.05, 0.35, 0.15, 1.00, 0.25, 0.4, 0.6, 1.0, 0.45, (20, 30, 30, 20), "Mediterranean, Mar"),
        ("groundnut", 0.4, 1.15, 0.60, 0.15, 1.10, 0.50, 0.4, 0.5, 1.0, 0.50, (25, 35, 45, 25),
         "West Africa, dry season"),
        ("lentil", 0.4, 1.10, 0.30, 0.15, 1.05, 0.20, 0.5, 0.6, 0.8, 0.50, (20, 30, 60, 40), "Europe, Apr"),
        ("pea", 0.5, 1.15, 1.10, 0.15, 1.10, 1.05, 0.5, 0.6, 1.0, 0.35, (15, 25, 35, 15), "Europe, May"),
        ("soybean", 0.4, 1.15, 0.50, 0.15, 1.10, 0.30, 0.75, 0.6, 1.3, 0.50, (20, 35, 60, 25), "central USA, May"),
    ),
    ("fibre crops", 106, 111, 138, 164): (
        ("cotton", 0.35, 1.175, 0.60, 0.15, 1.125, 0.45, 1.35, 1.0, 1.7, 0.65, (30, 50, 60, 55),
         "Egypt, Pakistan and California, Mar-May"),
        ("flax", 0.35, 1.10, 0.25, 0.15, 1.05, 0.20, 1.2, 1.0, 1.5, 0.50, (25, 35, 50, 40), "Europe, Apr"),
    ),
    ("oil crops", 106, 111, 138, 164): (
        ("castor_bean", 0.35, 1.15, 0.55, 0.15, 1.10, 0.45, 0.3, 1.0, 2.0, 0.50, (25, 40, 65, 50),
         "semi-arid climates, Mar"),
        ("safflower", 0.35, 1.075, 0.25, 0.15, 1.025, 0.20, 0.8, 1.0, 2.0, 0.60, (20, 35, 45, 25), "California, Apr"),
        ("sesame", 0.35, 1.10, 0.25, 0.15, 1.05, 0.20, 1.0, 1.0, 1.5, 0.60, (20, 30, 40, 20), "China, Jun"),
        ("sunflower", 0.35, 1.075, 0.35, 0.15, 1.025, 0.25, 2.0, 0.8, 1.5, 0.45, (25, 35, 45, 25),
         "Mediterranean and California, Apr/May"),
    ),
    ("cereals", 106, 111, 138, 164): (
        ("barley", 0.3, 1.15, 0.25, 0.15, 1.10, 0.15, 1.0, 1.0, 1.5, 0.55, (20, 25, 60, 30), "35-45 degrees, Mar/Apr"),
        ("oats", 0.3, 1.15, 0.25, 0.15, 1.10, 0.15, 1.0, 1.0, 1.5, 0.55, (20, 25, 60, 30), "35-45 degrees, Mar/Apr"),
        ("spring_wheat", 0.3, 1.15, 0.25, 0.15, 1.10, 0.15, 1.0, 1.0, 1.5, 0.55, (20, 25, 60, 30),
         "35-45 degrees, Mar/Apr"),
        ("winter_wheat", 0.7, 1.15, 0.25, 0.15, 1.10, 0.15, 1.0, 1.5, 1.8, 0.55, (30, 140, 40, 30),
         "Mediterranean, Nov"),
        ("maize_grain", 0.3, 1.20, 0.35, 0.15, 1.15, 0.15, 2.0, 1.0, 1.7, 0.55, (30, 40, 50, 30),
         "Spain and California, Apr"),
        ("maize_sweet", 0.3, 1.15, 1.05, 0.15, 1.10, 1.00, 1.5, 0.8, 1.2, 0.50, (20, 25, 25, 10),
         "Mediterranean, May/Jun"),
        ("millet", 0.3, 1.00, 0.30, 0.15, 0.95, 0.20, 1.5, 1.0, 2.0, 0.55, (15, 25, 40, 25), "Pakistan, Jun"),
    ),
    ("cereals", 107, 111, 138, 164): (
        ("sorghum", 0.3, 1.05, 0.55, 0.15, 1.00, 0.35, 1.5, 1.0, 2.0, 0.55, (20, 35, 40, 30),
         "USA, Pakistan and Mediterranean, May/Jun"),
        ("rice", 1.05, 1.20, 0.75, 1.00, 1.15, 0.575, 1.0, 0.5, 1.0, 0.20, (30, 30, 60, 30),
         "tropics and Mediterranean, Dec, May"),
    ),
    ("forages", 107, 112, 139, 165): (
        ("alfalfa_cutting", 0.40, 1.20, 1.15, 0.30, 1.15, 1.10, 0.7, 1.0, 2.0, 0.55, (10, 20, 20, 10),
         "California, first cutting, Jan"),
        ("turf_cool_season", 0.90, 0.95, 0.95, 0.85, 0.90, 0.90, 0.10, 0.5, 1.0, 0.40, None, ""),
        ("turf_warm_season", 0.80, 0.85, 0.85, 0.75, 0.80, 0.80, 0.10, 0.5, 1.0, 0.50, None, ""),
    ),
    ("sugar cane", 107, 112, 139, 165): (
        ("sugarcane_virgin", 0.40, 1.25, 0.75, 0.15, 1.20, 0.70, 3.0, 1.2, 2.0, 0.65, (50, 70, 220, 140), "tropics"),
        ("sugarcane_ratoon", 0.40, 1.25, 0.75, 0.15, 1.20, 0.70, 3.0, 1.2, 2.0, 0.65, (30, 50, 180, 60), "tropics"),
    ),
    ("tropical fruits and trees", 107, 112, 139, 165): (
        ("banana_first_year", 0.50, 1.10, 1.00, 0.15, 1.05, 0.90, 3.0, 0.5, 0.9, 0.35, (120, 90, 120, 60),
         "Mediterranean, Mar"),
        ("banana_second_year", 1.00, 1.20, 1.10, 0.60, 1.10, 1.05, 4.0, 0.5, 0.9, 0.35, (120, 60, 180, 5),
         "Mediterranean, Feb"),
        ("cacao", 1.00, 1.05, 1.05, 0.90, 1.00, 1.00, 3.0, 0.7, 1.0, 0.30, None, ""),
        ("coffee", 0.90, 0.95, 0.95, 0.80, 0.90, 0.90, 2.5, 0.9, 1.5, 0.40, None, ""),
        ("date_palm", 0.90, 0.95, 0.95, 0.80, 0.85, 0.85, 8.0, 1.5, 2.5, 0.50, None, ""),
        ("tea", 0.95, 1.00, 1.00, 0.90, 0.95, 0.90, 1.5, 0.9, 1.5, 0.40, None, ""),
    ),
    ("grapes", 107, 112, 139, 165): (
        ("grape_table", 0.30, 0.85, 0.45, 0.15, 0.80, 0.40, 2.0, 1.0, 2.0, 0.35, (20, 40, 120, 60),
         "low latitudes, Apr"),
        ("grape_wine", 0.30, 0.70, 0.45, 0.15, 0.65, 0.40, 1.75, 1.0, 2.0, 0.45, (30, 60, 40, 80),
         "mid latitudes, Apr"),
    ),
    ("fruit trees", 107, 113, 140, 165): (
        ("apple", 0.45, 0.95, 0.70, 0.35, 0.90, 0.65, 4.0, 1.0, 2.0, 0.50, (20, 70, 90, 30), "high latitudes, Mar"),
        ("peach", 0.45, 0.90, 0.65, 0.35, 0.85, 0.60, 3.0, 1.0, 2.0, 0.50, (30, 50, 130, 30), "California, Mar"),
        ("avocado", 0.60, 0.85, 0.75, 0.50, 0.80, 0.70, 3.0, 0.5, 1.0, 0.70, None, ""),
        ("citrus", 0.70, 0.65, 0.70, 0.65, 0.60, 0.65, 4.0, 1.2, 1.5, 0.50, (60, 90, 120, 95), "Mediterranean, Jan"),
    ),
    ("fruit trees", 108, 113, 140, 165): (
        ("olive", 0.65, 0.70, 0.70, 0.55, 0.65, 0.65, 4.0, 1.2, 1.7, 0.65, (30, 90, 60, 90), "Mediterranean, Mar"),
        ("pistachio", 0.40, 1.10, 0.45, 0.20, 1.05, 0.40, 4.0, 1.0, 1.5, 0.40, (20, 60, 30, 40), "Mediterranean, Feb"),
        ("walnut", 0.50, 1.10, 0.65, 0.40, 1.05, 0.60, 4.5, 1.7, 2.4, 0.50, (20, 10, 130, 30), "Utah, Apr"),
    ),
}  # fmt: skip

_PERENNIAL = {"sugarcane_ratoon", "banana_second_year", "alfalfa_cutting", "turf_cool_season", "turf_warm_season"}
_PERENNIAL_GROUPS = {"grapes", "fruit trees"}
_PERENNIAL |= {"cacao", "coffee", "date_palm", "tea"}


def _read() -> dict[str, Crop]:
    """Return the crops by name."""
    found = {}
    for (group, page_11, page_12, page_17, page_22), rows in _GROUPS.items():
        for name, ini, mid, end, b_ini, b_mid, b_end, height, shallow, deep, p, stages, region in rows:
            perennial = name in _PERENNIAL or group in _PERENNIAL_GROUPS
            found[name] = Crop(
                name, group, ini, mid, end, b_ini, b_mid, b_end, height, (shallow, deep), p, stages, region, perennial,
                pages=(page_11 if stages else 0, page_12, page_17, page_22),
            )  # fmt: skip
    return found


CROPS: dict[str, Crop] = _read()
"""Crops by name."""


def crop(name: str | Crop) -> Crop:
    """Return a crop by its name; a `Crop` comes back as it is.

    Raises
    ------
    InputError
        Where there is none of that name.

    >>> crop("Sweet pepper").p
    0.3
    """
    return name if isinstance(name, Crop) else named("crop", name, CROPS)
