"""Lists of places: columns by their names in several languages, coordinates as written, rows that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import etolib
from etolib.errors import InputError
from etolib.places_reader import place_list
from etolib.places_reader.columns import read_header
from etolib.site import Site

PLACE = Site(-22.7125, -47.6375, 554.0, "Boa Vista")


def read(tmp_path, text, name="places.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return etolib.read_places(path, **options)


def refused(tmp_path, text, name="places.csv", **options):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, name, **options)
    return caught.value


HEADERS = [
    ("name", "lat", "lon", "elev"),
    ("Nome", "Latitude", "Longitude", "Altitude (m)"),
    ("Nombre", "Latitud", "Longitud", "Elevación [m]"),
    ("Ort", "Breitengrad", "Längengrad", "Höhe"),
    ("Nom", "latitude_wgs84", "longitude_wgs84", "altitude_m"),
    ("Luogo", "Latitudine", "Longitudine", "Quota"),
    ("stationName", "stationLatitude", "stationLongitude", "masl"),
    ("ID", "Y", "X", "Z"),
    ("codigo", "coord_y", "coord_x", "cota"),
    ("station name", "GPS Lat (dd)", "GPS Lng (dd)", "height asl"),
    ("站名", "纬度", "经度", "海拔"),
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda h: h[1])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_columns_are_found_by_their_names(tmp_path, headers, order, delimiter):
    comma = delimiter == ";"
    cells = [str(v).replace(".", ",") if comma and isinstance(v, float) else str(v)
             for v in (PLACE.name, PLACE.latitude, PLACE.longitude, PLACE.elevation)]  # fmt: skip
    rows = [[row[i] for i in order] for row in (headers, cells)]
    text = "\n".join(delimiter.join([*row, "x"]) for row in rows) + "\n"
    assert read(tmp_path, text).sites == (PLACE,)


WRITTEN = [
    ("-22.7125", "-47.6375"),
    ("22.7125 S", "47.6375 W"),
    ("S 22.7125", "W 47.6375"),
    ("22°42'45\"S", "47°38'15\"W"),
    ("22º42´45” S", "47º38´15” O"),
    ("22 42 45 S", "47 38 15 W"),
    ("-22:42:45", "-47:38:15"),
    ("22,7125 Sul", "47,6375 Oeste"),
    ("22.7125° South", "47.6375° West"),
    ("−22.7125", "−47.6375"),
    ("-22,7125", "312,3625"),
]


@pytest.mark.parametrize("written", WRITTEN, ids=lambda w: w[0])
def test_coordinates_as_people_write_them(tmp_path, written):
    table = pd.DataFrame({"lat": [written[0]], "lon": [written[1]]})
    (site,) = etolib.read_places(table)
    assert (site.latitude, site.longitude) == pytest.approx((PLACE.latitude, PLACE.longitude), abs=1e-9)
    table.to_csv(tmp_path / "a.csv", index=False, sep=";")
    assert etolib.read_places(tmp_path / "a.csv").sites == (site,)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lat_deg,lat_min,lat_sec,NS,lon_deg,lon_min,lon_sec,EW\n22,42,45,S,47,38,15,W\n", PLACE),
        ("lat_graus;lat_min;lat_seg;lon_graus;lon_min;lon_seg\n-22;42;45;-47;38;15\n", PLACE),
        ("lat deg,lat min,lat dir,lon deg,lon min,lon dir\n22,42.75,S,47,38.25,W\n", PLACE),
        ("latitude,,longitude,\n22.7125,S,47.6375,W\n", PLACE),
        ('nome;coordenadas\nA;"-22.7125, -47.6375"\n', PLACE),
        ("id,wkt\n1,POINT (-47.6375 -22.7125)\n", PLACE),
        ("Breite;Länge\n47,5 N;8,5 O\n", Site(47.5, 8.5)),  # Ost is east
        ("lat_deg,lat_min,lon_deg,lon_min\n-0,30,10,0\n", Site(-0.5, 10)),  # south of the equator by less than a degree
    ],
)  # fmt: skip
def test_coordinates_spread_over_columns_or_in_one(tmp_path, text, place):
    (site,) = read(tmp_path, text)
    assert (site.latitude, site.longitude) == pytest.approx((place.latitude, place.longitude), abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(
    st.floats(-89.9, 89.9).map(lambda v: round(v, 5)),
    st.floats(-179.9, 179.9).map(lambda v: round(v, 5)),
    st.sampled_from([".", ","]),
    st.sampled_from(["sign", "letter", "dms"]),
)
def test_whatever_is_written_is_read_back(latitude, longitude, decimal, way):
    def write(value, letters):
        letter = letters[value < 0]
        if way == "sign":
            text = f"{value:.5f}"
        elif way == "letter":
            text = f"{abs(value):.5f} {letter}"
        else:
            seconds = round(abs(value) * 3600, 3)
            whole = int(seconds)
            text = f"{whole // 3600}° {whole // 60 % 60}' {seconds - whole + whole % 60:.3f}\" {letter}"
        return text.replace(".", decimal)

    table = pd.DataFrame({"lon": [write(longitude, "EW")], "lat": [write(latitude, "NS")]})
    (site,) = etolib.read_places(table)
    # A second of the last digit written: 1e-3 / 3600 degree.
    assert (site.latitude, site.longitude) == pytest.approx((latitude, longitude), abs=3e-7)


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("elevation", "554", 554.0),
        ("elevation", "554.5 m", 554.5),
        ("elevation", "1,234", 1234.0),
        ("altitude (ft)", "5280", 1609.34),
        ("altitude", "1000 ft", 304.8),
        ("altitude", "", None),
        ("altitude", "-9999", None),
    ],
)
def test_heights(header, cells, expected):
    (site,) = etolib.read_places(pd.DataFrame({"lat": ["-22.5"], "lon": ["-47.5"], header: [cells]}))
    assert site.elevation == expected


def test_a_point_groups_thousands_where_decimals_have_commas(tmp_path):
    assert read(tmp_path, "lat;lon;alt\n-22,5;-47,5;1.234\n")[0].elevation == 1234


def test_bad_rows_are_listed_with_their_lines_and_left_out_only_when_asked(tmp_path):
    text = '# farms\nname,lat,lon\nA,-22.7,-47.6\n\nB,abc,3\nC,,\n"D\nd",95,200,9\nE,-22.7,-47.6\nF,10,20,30\n'
    lines = [str(problem.thing) for problem in refused(tmp_path, text).problems]
    assert sorted(lines) == ["line 10", "line 5", "line 6", "line 7"]
    places = read(tmp_path, text, skip_bad=True)
    assert [site.name for site in places] == ["A", "E"]
    assert len(places.problems) == 4
    assert list(places.notes) == [
        "4 rows that are no place were left out.",
        "1 place stands there more than once (line 3 and line 9); each is computed.",
    ]


def test_thousands_of_bad_rows_are_counted(tmp_path):
    error = refused(tmp_path, "lat,lon\n" + "x,y\n" * 3000)
    assert len(error.problems) == 26
    assert "2975 more" in str(error.problems[-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lat,lon\n-122.7,40.6\n-123.2,41\n", "latitude and longitude look swapped"),
        ("lat,lon\n-22.7,-47.6\n-123.2,41\n", "line 3"),
        ("x,y\n230000,7488000\n", "projection"),
        ("easting,northing\n230000,7488000\n", "projection"),
        ("-22.7,-47.6\n-21,-48\n", "the first line must name the columns"),
        ("lat,lon\n-22,7,-47,6\n", "semicolons"),
        ("lat,lon\n22 S,47 O\n22 S,46 W\n", "both O and W"),
        ("lat,lon\n", "no place"),
        ("lat,lon\n22 W,47 S\n", "cannot be read"),
        ("lat,lon,alt\n22,47,high\n", "is not a height"),
        ("lat_deg,lat_min,lon_deg,lon_min\n22,61,47,10\n", "cannot be read"),
    ],
)
def test_what_is_refused_says_why(tmp_path, text, said):
    assert said in str(refused(tmp_path, text))


def test_swapped_columns_within_range_are_hinted(tmp_path):
    (note,) = read(tmp_path, "lat,lon\n-47.6,-22.7\n-48.2,-21.2\n").notes
    assert "are the columns swapped?" in note


def test_headers_said_by_hand():
    table = pd.DataFrame({"P1": [-22.5], "P2": [-47.5], "P3": ["A"]})
    assert etolib.read_places(table, columns={"P1": "latitude", "P2": "longitude", "P3": "name"}).sites == (
        Site(-22.5, -47.5, None, "A"),
    )
    with pytest.raises(InputError, match="is no column"):
        etolib.read_places(table, columns={"P9": "latitude"})


def test_an_index_of_text_names_the_places():
    table = pd.DataFrame({"lat": [-22.5], "lon": [-47.5]}, index=["Boa Vista"])
    assert etolib.read_places(table)[0].name == "Boa Vista"


def test_sheets_of_a_workbook(tmp_path):
    notes = pd.DataFrame({"what": [f"line {i}" for i in range(30)]})
    one, two = (pd.DataFrame({"name": list(n), "lat": -22.5, "lon": -47.5}) for n in ("ab", "c"))
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for title, table in (("Read me", notes), ("Farms", one), ("More", two)):
            table.to_excel(book, sheet_name=title, index=False)
    found = etolib.read_places(tmp_path / "a.xlsx")
    assert [site.name for site in found] == ["a", "b"]
    assert any("More" in note and "not read" in note and "Read me" not in note for note in found.notes)
    with pd.ExcelWriter(tmp_path / "b.xlsx", engine="openpyxl") as book:
        one.assign(lat="=-20-2.5", lon="=-47.5").to_excel(book, index=False)
    with pytest.raises(InputError, match=r"has no coordinates; if it holds formulas, open the file"):
        etolib.read_places(tmp_path / "b.xlsx")


@pytest.mark.parametrize("typed", [True, False])
def test_a_text_that_stands_once_in_parquet_and_in_every_row_is_not_unpacked(tmp_path, typed):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    rows = 20_000
    names = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["y" * 5_000]))  # 100 MB
    table = pa.table(
        {"latitude": [1.0] * rows, "longitude": [2.0] * rows, "name": names if typed else names.cast("str")}
    )
    parquet.write_table(table, tmp_path / "a.parquet", store_schema=typed)
    assert (tmp_path / "a.parquet").stat().st_size < 20_000
    del table, names
    with pytest.raises(InputError, match="a cell of 5000 bytes; at most 2000 are read"):
        etolib.read_places(tmp_path / "a.parquet")


def test_names_of_an_index_and_of_a_column_of_parquet_are_read(tmp_path):
    pytest.importorskip("pyarrow")
    where = {"latitude": [-22.7, -10.0], "longitude": [-47.6, -40.0]}
    for number, frame in enumerate((pd.DataFrame(where, index=["a", "b"]), pd.DataFrame({"name": ["a", "b"]} | where))):
        frame.to_parquet(tmp_path / f"{number}.parquet")
        assert [site.name for site in etolib.read_places(tmp_path / f"{number}.parquet")] == ["a", "b"]


def test_a_file_that_cannot_be_read_is_told(monkeypatch, tmp_path):
    (tmp_path / "a.csv").write_text("latitude,longitude\n1,2\n")

    def broken(*args, **options):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(InputError, match=r"a.csv': cannot be read: Input/output error"):
        etolib.read_places(tmp_path / "a.csv")


def test_files_of_excel_parquet_and_other_encodings(tmp_path):
    table = pd.DataFrame({"Município": ["São João"], "lat": [-22.5], "lon": [-47.5], "altitude": [600]})
    expected = (Site(-22.5, -47.5, 600.0, "São João"),)
    table.to_excel(tmp_path / "a.xlsx", index=False)
    table.to_parquet(tmp_path / "a.parquet")
    assert etolib.read_places(tmp_path / "a.xlsx").sites == expected
    assert etolib.read_places(tmp_path / "a.parquet").sites == expected
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert read(tmp_path, table.to_csv(index=False, sep=";", decimal=",").encode(encoding)).sites == expected


def geojson(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | more)


def feature(coordinates, kind="Point", **properties):
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def test_geojson(tmp_path):
    text = geojson(
        feature([-47.5, -22.5], name="A", elevation=600),
        feature([-47.4, -22.5, 610], nome="B"),
        feature([[-47.3, -22.5], [-47.2, -22.5]], "MultiPoint", ID=7),
    )
    assert read(tmp_path, text, "a.geojson").sites == (
        Site(-22.5, -47.5, 600.0, "A"),
        Site(-22.5, -47.4, 610.0, "B"),
        Site(-22.5, -47.3, None, "7"),
        Site(-22.5, -47.2, None, "7"),
    )
    assert "feature 2 = 'Polygon'" in str(refused(tmp_path, geojson(feature([1, 2]), feature([], "Polygon")), "a.json"))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    assert "another system" in str(refused(tmp_path, geojson(feature([1, 2]), crs=crs), "a.json"))
    assert "is no GeoJSON" in str(refused(tmp_path, "[1, 2]", "a.json"))
    assert "is no JSON" in str(refused(tmp_path, '{"type": ', "a.geojson"))


@settings(max_examples=100, deadline=None)
@given(st.floats(-180, 180), st.floats(-80, 79), st.floats(0.05, 60), st.floats(0.05, 9), st.floats(0.3, 20))
def test_a_box_holds_its_points_evenly(west, south, width, height, spacing):
    points = etolib.places_in_box(west, south, west + width, south + height, spacing, land_only=False)
    columns, rows = max(1, int(width / spacing + 1e-6)), max(1, int(height / spacing + 1e-6))
    assert len(points) == columns * rows
    for site in points:
        assert south - spacing / 2 - 1e-5 <= site.latitude <= south + height + spacing / 2 + 1e-5
        east = (site.longitude - west) % 360
        assert min(east, 360 - east) <= width + spacing / 2 + 1e-5
    if rows > 1:
        assert points[columns].latitude - points[0].latitude == pytest.approx(spacing, abs=2e-6)


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((-48, -22, -47, -23, 0.5), "north"),
        ((-48, -23, -48, -22, 0.5), "east"),
        ((-48, -23, -47, -22, 0), "spacing"),
        ((-48, -95, -47, -22, 1), "south"),
        (("x", -23, -47, -22, 1), "west"),
        ((-180, -90, 180, 90, 0.1), "more than 100000"),
        ((-30, -3, -29, -2, 0.5), "no place"),  # the Atlantic
    ],
)
def test_boxes_that_are_none(box, said):
    with pytest.raises(InputError, match=said):
        etolib.places_in_box(*box)


def test_the_whole_earth_and_the_date_line():
    assert len(etolib.places_in_box(-180, -90, 180, 90, 30, land_only=False)) == 72
    longitudes = [site.longitude for site in etolib.places_in_box(170, 0, 190, 5, 5, land_only=False)]
    assert longitudes == [172.5, 177.5, -177.5, -172.5]


def test_a_list_of_pairs_and_a_list_that_was_read():
    places = etolib.read_places([(-22.5, -47.5), Site(1, 2)])
    assert etolib.read_places(places) is places
    with pytest.raises(InputError, match="place 2"):
        etolib.read_places([(-22.5, -47.5), (99, 0)])


def test_a_list_has_an_end(monkeypatch):
    monkeypatch.setattr(place_list, "MAX_PLACES", 3)
    with pytest.raises(InputError, match="more than 3"):
        etolib.read_places([(0, i) for i in range(4)])


@pytest.mark.parametrize("name", ["tmax", "date", "area_ha", "crop", "planting", "population", "latency", "along"])
def test_other_columns_say_nothing(name):
    assert read_header(name).role is None


@pytest.mark.parametrize(
    ("head", "row", "place"),
    [
        ("latitude,longitude W", "38.5,121.8", (38.5, -121.8)),
        ("Lat (South),Lon (West)", "22.7,47.6", (-22.7, -47.6)),
        ("Latitude Sul;Longitude Oeste", "22,7;47,6", (-22.7, -47.6)),
        ("lat,Longitude (W)", "38.5,-121.8", (38.5, -121.8)),  # the sign says it too
        ("lat,Longitude (W)", "38.5,121.8 E", (38.5, 121.8)),  # a cell counts more than its header
        ("lat,Longitude (E+ W-)", "38.5,121.8", (38.5, 121.8)),
        ("lat,lon (west negative)", "38.5,121.8", (38.5, 121.8)),
        ("lat_rad,lon_rad", "0.6719518,-2.1258110", (38.5, -121.8)),
    ],
)
def test_the_hemisphere_and_the_unit_that_a_header_says(tmp_path, head, row, place):
    file = tmp_path / "places.csv"
    file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    (site,) = etolib.read_places(file)
    assert (site.latitude, site.longitude) == pytest.approx(place, abs=1e-5)


@pytest.mark.parametrize(("code", "taken"), [("4674", True), ("4269", True), ("4258", True), ("32610", False),
                                             ("46740", False), ("3857", False)])  # fmt: skip
def test_systems_within_metres_of_wgs_84_are_taken(tmp_path, code, taken):
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [-47.6, -22.7]}}
    file = tmp_path / "places.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [point]}), encoding="utf-8")
    if taken:
        assert etolib.read_places(file)[0].longitude == -47.6
        return
    with pytest.raises(InputError, match="another system"):
        etolib.read_places(file)
