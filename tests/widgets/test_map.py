"""The map's own arithmetic, and what it holds without a network."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from jupyter_client.session import Session

from etolib.site import Site
from etolib.widgets import cities
from etolib.widgets.map import ONLINE, PlaceMap

EUROPE = ((35.0, -10.0), (60.0, 30.0))


def texts(url):
    root = ET.fromstring(unquote(url.removeprefix("data:image/svg+xml,")))
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


def all_urls(layers):
    return [layer.url for layer in layers if hasattr(layer, "url")]


@pytest.mark.parametrize(("latitude", "longitude"), [(0, 0), (85.0511, 180), (-60.5, -179.9), (51.48, 0.01)])
def test_projection_and_its_inverse(latitude, longitude):
    there = cities.project(latitude, longitude, 7.5)
    assert cities.unproject(*there, 7.5) == pytest.approx((latitude, longitude), abs=1e-6)


def test_the_world_is_a_square():
    # Web Mercator: the corner of the world map is (85.05113 N, 180 W)
    assert cities.project(85.05112878, -180, 2) == pytest.approx((0, 0), abs=0.01)
    assert cities.project(-85.05112878, 180, 2) == pytest.approx((1024, 1024), abs=0.01)


def test_names_in_view_are_drawn_and_no_others():
    found = texts(cities.labels(EUROPE, 4)[0])
    assert "London" in found
    assert not {"São Paulo", "Tokyo", "Lima"} & set(found)


def test_a_closer_view_has_room_for_more_of_the_same_country():
    far = texts(cities.labels(((-60.0, -170.0), (70.0, 170.0)), 2)[0])
    view = ((-25.0, -52.0), (-15.0, -40.0))
    near = texts(cities.labels(view, 6)[0])
    inside = [c.name for c in cities.cities() if -25 < c.latitude < -15 and -52 < c.longitude < -40]
    assert len(set(near) & set(inside)) > len(set(far) & set(inside)) > 0


def test_labels_keep_their_distance():
    url, _ = cities.labels(((-60.0, -170.0), (70.0, 170.0)), 2)
    root = ET.fromstring(unquote(url.removeprefix("data:image/svg+xml,")))
    spots = [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in root.iter("{http://www.w3.org/2000/svg}circle")]
    close = [(a, b) for i, a in enumerate(spots) for b in spots[:i] if math.dist(a, b) < 15]
    assert close == []


def test_the_picture_lies_where_its_corners_say():
    url, ((south, west), (north, east)) = cities.labels(EUROPE, 4)
    root = ET.fromstring(unquote(url.removeprefix("data:image/svg+xml,")))
    label = next(e for e in root.iter("{http://www.w3.org/2000/svg}g"))
    children = list(label)
    at = next(i for i, e in enumerate(children) if e.text == "London") - 1
    left, top = cities.project(north, west, 4)
    x, y = left + float(children[at].attrib["cx"]), top + float(children[at].attrib["cy"])
    assert cities.unproject(x, y, 4) == pytest.approx((51.51, -0.13), abs=0.1)
    assert south < EUROPE[0][0]
    assert east > EUROPE[1][1]


def test_the_middle_of_an_ocean_has_no_names():
    assert cities.labels(((-50.0, -120.0), (-45.0, -110.0)), 6) is None


def test_without_a_network_nothing_is_asked_of_one():
    place = PlaceMap(lambda latitude, longitude: None)
    place.widget.set_trait("bounds", ((35.0, -10.0), (60.0, 30.0)))
    assert all(url.startswith("data:") for url in all_urls(place.widget.layers))
    assert any("London" in unquote(url) for url in all_urls(place.widget.layers))


def test_tiles_come_once_and_take_the_place_of_the_names():
    place = PlaceMap(lambda latitude, longitude: None)
    place.widget.set_trait("bounds", ((35.0, -10.0), (60.0, 30.0)))
    for _ in range(2):
        place.add_tiles("osm", ONLINE["osm"])
    assert [url for url in all_urls(place.widget.layers) if url.startswith("http")] == [ONLINE["osm"].url]
    assert not any("London" in unquote(url) for url in all_urls(place.widget.layers))


def test_lines_are_deaf():
    # else the kernel hears of every border the pointer touches
    place = PlaceMap(lambda latitude, longitude: None)
    lines = [layer for layer in place.widget.layers if hasattr(layer, "data")]
    assert len(lines) == 2
    assert all(layer.style["interactive"] is False for layer in lines)


def test_a_place_out_of_view_is_brought_into_view():
    place = PlaceMap(lambda latitude, longitude: None)
    place.show(Site(40, 140), centre=True)
    assert tuple(place.widget.center) == (40, 140)
    place.widget.set_trait("bounds", ((30.0, 130.0), (50.0, 150.0)))
    place.show(Site(41, 141), centre=True)
    assert tuple(place.widget.center) == (40, 140)


def test_one_online_basemap_at_a_time_is_asked_for_tiles():
    place = PlaceMap(lambda latitude, longitude: None)
    assert place.basemap.layout.display == "none"
    for name in ("imagery", "osm"):  # as they answer
        place.add_tiles(name, ONLINE[name])

    def shown():
        return [layer.url for layer in place.widget.layers if str(getattr(layer, "url", "")).startswith("http")]

    assert [name for _, name in place.basemap.options] == ["relief", "osm", "imagery"]
    assert shown() == [ONLINE["imagery"].url]
    place.basemap.value = "osm"
    assert shown() == [ONLINE["osm"].url]
    place.translate("pt")
    assert place.basemap.value == "osm"
    place.basemap.value = "relief"
    assert shown() == []


def test_a_marker_that_is_dragged_chooses_the_place():
    seen = []
    place = PlaceMap(lambda *where: seen.append(where))
    place.show(Site(10, 20))
    place.show(Site(30, 40))
    assert seen == []
    place._marker.set_state({"location": [11.5, 22.5]})  # as the browser says it
    assert seen == [(11.5, 22.5)]


def test_a_marker_that_a_smaller_map_would_hide_is_brought_back_once():
    drawn = PlaceMap(lambda latitude, longitude: None)
    drawn.show(Site(-22.7, -47.6))
    drawn.widget.zoom, before = 5, tuple(drawn.widget.center)
    drawn.widget.set_trait("bounds", ((-5, -60), (5, -40)))
    assert tuple(drawn.widget.center) == before  # somebody has moved the map
    drawn.becomes_smaller()
    drawn.widget.set_trait("bounds", ((-4, -60), (4, -40)))
    assert tuple(drawn.widget.center) == (-22.7, -47.6)
    drawn.widget.center = before
    drawn.widget.set_trait("bounds", ((-5, -60), (5, -40)))
    assert tuple(drawn.widget.center) == before


def test_lines_reach_the_browser_as_they_are():
    session = Session()
    coast = next(layer for layer in PlaceMap(lambda latitude, longitude: None).widget.layers if hasattr(layer, "data"))
    state = coast.get_state()["data"]
    assert not isinstance(state["features"], list | tuple | dict)  # ipywidgets would look through all of it
    assert session.unpack(session.pack(state)) == session.unpack(session.pack(coast.data))
    assert session.unpack(session.pack(coast.data))["features"][0]["geometry"]["coordinates"]
