"""Many places at once: from a table, a file (CSV, Excel, GeoJSON) or a box with a spacing.

>>> from etolib.places_reader import places_in_box
>>> len(places_in_box(-48, -23, -47, -22, 0.5))
4
"""

from etolib.places_reader.box import places_in_box
from etolib.places_reader.place_list import MAX_PLACES, PlaceList
from etolib.places_reader.read import read_places

__all__ = ["MAX_PLACES", "PlaceList", "places_in_box", "read_places"]
