"""`Request`: checked, light, and the same after every way it travels: link, script, pickle."""

from __future__ import annotations

import datetime as dt
import pickle
import string
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import etolib
from etolib import Period, Request, Site
from etolib.equations.filling import KRS
from etolib.errors import InputError
from etolib.request import OPTIONS
from etolib.sources import catalogue
from etolib.sources.station import packed
from etolib.sources.station.file import read

PLACE, DAYS = Site(-22.7, -47.6), "2024-01-01/2024-01-03"
POST = Site(-22.7, -47.6, name="Posto 'A'")
OWN = b"day;tmax;tmin;UR;site\n01/02/2024;30;20;60;A\n02/02/2024;31;21;65;A\n01/02/2024;10;1;60;B\n"


def own_file(name: str = "mine.csv", site: Site = PLACE):
    return read(OWN, filename=name, site=site, station="A", known={"UR": {"variable": "rhmean", "unit": "%"}})


def things(error):
    return [problem.thing for problem in error.value.problems]


def test_the_options_are_those_of_the_equations():
    assert tuple(KRS) == OPTIONS["krs"]


# --- natural calls ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [(-22.7, -47.6), [-22.7, -47.6], np.array([-22.7, -47.6]), PLACE])
@pytest.mark.parametrize(
    "days", [("2024-01-01", "2024-01-03"), DAYS, [dt.date(2024, 1, 1), pd.Timestamp("2024-01-03")], Period.parse(DAYS)]
)
def test_a_pair_is_a_site_and_two_dates_are_a_period(place, days):
    assert Request(place, days) == Request(PLACE, Period("2024-01-01", "2024-01-03"))


def test_a_third_number_is_the_elevation():
    assert Request((-22.7, -47.6, 554), "today").site == Site(-22.7, -47.6, 554)


@pytest.mark.parametrize("names", ["nasa_power, climatology", ["nasa_power", "climatology", "nasa_power"]])
def test_names_of_sources_come_as_text_or_in_a_sequence(names):
    assert Request(PLACE, DAYS, names).sources == ("nasa_power", "climatology")
    assert Request(PLACE, DAYS, "auto") == Request(PLACE, DAYS, ["auto"])


def test_one_day_of_each_is_computed():
    with etolib.set_options(offline=True, today="2024-03-01"):
        alike = [
            etolib.compute((-22.7, -47.6), "last-30-days"),
            etolib.compute(PLACE, ("2024-02-01", "2024-03-01")),
            etolib.compute(Request(PLACE, "2024-02-01/2024-03-01")),
        ]
    for result in alike:
        pd.testing.assert_frame_equal(result.table, alike[0].table)
        assert result.request == Request(PLACE, "2024-02-01/2024-03-01")


@pytest.mark.parametrize("end", ["2024-03-31", dt.date(2024, 3, 31)])
def test_an_end_in_the_place_of_the_sources_says_that_a_period_is_one_argument(end):
    with pytest.raises(InputError, match="a period is one argument; write '2024-01-01/2024-03-31', or") as caught:
        etolib.compute(PLACE, "2024-01-01", end)
    assert things(caught) == ["sources"]


def test_a_request_says_everything():
    request = Request(PLACE, DAYS)
    assert Request.of(request) is request
    for more in ({"period": DAYS}, {"sources": "nasa_power"}, {"krs": "coast"}):
        with pytest.raises(InputError, match="says everything"):
            Request.of(request, **more)


# --- what is refused --------------------------------------------------------------------------------------------------


def test_all_problems_are_told_at_once():
    with pytest.raises(InputError) as caught:
        Request((95, 200), "never", ["nasa_power", "nonsense"], krs="lunar", colour="red")
    assert things(caught) == ["latitude", "period", "source", "krs", "option"]


@pytest.mark.parametrize(
    ("parts", "thing"),
    [
        (("here", DAYS), "site"),
        (((1,), DAYS), "site"),
        ((None, DAYS), "site"),
        ((PLACE, None), "period"),
        ((PLACE, ("2024-01-01",)), "period"),
        ((PLACE, DAYS, ""), "sources"),
        ((PLACE, DAYS, []), "sources"),
        ((PLACE, DAYS, 5), "source"),
        ((PLACE, DAYS, "station"), "source"),
        ((PLACE, DAYS, "auto", "mine.csv"), "station"),
    ],
)
def test_what_cannot_be_used_is_named(parts, thing):
    with pytest.raises(InputError) as caught:
        Request(*parts)
    assert things(caught) == [thing]


def test_it_is_not_changed():
    request = Request(PLACE, DAYS, krs="coast")
    with pytest.raises(AttributeError):
        request.site = Site(0, 0)  # type: ignore[misc]
    with pytest.raises(TypeError):
        request.options["krs"] = "island"  # type: ignore[index]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["lat", "lon", "period"]),
        ("lat=95&lon=x&period=never&sources=none&krs=lunar&colour=red", ["latitude", "longitude", "period", "source",
                                                                         "krs", "option"]),
        ("lat=0&lon=10&period=2024&sources=station,nasa_power&station=mine.csv", ["station"]),
        ("lat=0&lon=10&period=2024&sources=station", ["source"]),
        ("&".join(f"a{i}=1" for i in range(60)), ["link"]),
        ("lat=0&lon=10&period=2024&self=1&site=2", ["option", "option"]),
    ],
)  # fmt: skip
def test_a_link_that_is_wrong_says_all_of_it(query, expected):
    with pytest.raises(InputError) as caught:
        Request.from_query(query)
    assert things(caught) == expected


def test_fields_of_the_page_are_no_part_of_a_request():
    link = "?lat=0&lon=10&period=2024&lang=pt&theme=dark&task=eto-1"
    assert Request.from_query(link) == Request((0, 10), "2024")


# --- the same after every way -----------------------------------------------------------------------------------------

finite = {"allow_nan": False, "allow_infinity": False}
names = st.text(string.ascii_letters + "ção áé&=?#%+;/'\"\\ <>", max_size=200)
sites = st.builds(
    Site,
    st.floats(-90, 90, **finite),
    st.floats(-180, 180, **finite),
    st.none() | st.floats(-450, 9000, **finite),
    st.none() | names.filter(bool),
)
dates = st.dates(dt.date(1940, 1, 1), dt.date(2100, 12, 31))
periods = st.tuples(dates, dates).map(lambda pair: Period(min(pair), max(pair)))
stations = st.none() | st.sampled_from([own_file(), packed.pack(own_file("dados de 2024 & mais.csv"))])


@st.composite
def requests(draw):
    station = draw(stations)
    known = [*catalogue.names(), *(["station"] if station is not None else [])]
    sources = draw(st.just("auto") | st.lists(st.sampled_from(known), min_size=1, unique=True))
    options = draw(st.fixed_dictionaries({}, optional={"krs": st.sampled_from(OPTIONS["krs"])}))
    return Request(draw(sites), draw(periods), sources, station, **options)


@given(requests())
@settings(max_examples=300, deadline=None)
def test_a_link_says_the_same(request):
    again = Request.from_query(request.query(), station=request.station)
    assert again == request
    assert again.query() == request.query()


@given(requests())
@settings(max_examples=100, deadline=None)
def test_a_pickle_is_the_same(request):
    again = pickle.loads(pickle.dumps(request))
    assert again == request
    assert hash(again) == hash(request)
    assert again.query() == request.query()


@given(requests())
@settings(max_examples=100, deadline=None)
def test_a_script_asks_the_same(request):
    asked = {}
    spy = type("etolib", (), {"Site": Site, "Period": Period})
    spy.read_station = staticmethod(lambda file, **how: (asked.update(file=file, how=how), request.station)[1])
    spy.compute = staticmethod(lambda *parts, **more: (asked.update(request=Request(*parts, **more)), Nothing())[1])
    lines = request.script().splitlines()
    assert lines[0] == "import etolib"
    exec("\n".join(lines[1:]), {"etolib": spy})
    assert asked["request"] == request
    if request.station is not None:
        assert asked["how"] == {
            "site": request.site,
            "station": "A",
            "known": {"UR": {"variable": "rhmean", "unit": "%"}},
        }


class Nothing:
    """A result nobody looks at."""

    table = ""

    def to_csv(self, path):
        """Write nothing."""


@pytest.mark.parametrize(
    "request_",
    [
        Request(PLACE, "2024-02-28/2024-03-01", krs="island"),
        Request((50.8, 4.35, 100.0), ("2023-12-31", "2024-01-01"), "climatology"),
        Request(POST, "2024-02-01/2024-02-02", "station, climatology", own_file(site=POST)),
    ],
    ids=["auto", "named", "station"],
)
def test_a_script_that_is_run_gives_the_same_table(request_, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_bytes(OWN)
    asked = {}
    with etolib.set_options(offline=True):
        result = etolib.compute(request_)
        exec(result.script(), asked)
    pd.testing.assert_frame_equal(asked["result"].table, result.table, check_exact=True)
    assert asked["result"].request == result.request == request_


@pytest.fixture(scope="module")
def processes():
    from distributed import Client

    from etolib.tasks import cluster

    with cluster.start(1) as local, Client(local, set_as_default=False) as client:
        yield client


@st.composite
def answered(draw):
    """A request that can be answered without a network."""
    station = draw(stations)
    days = draw(st.sampled_from(["2024-02-01", "2024-02-01/2024-02-02"]))
    named = ["climatology"] if station is None else ["station", "climatology"]
    place = Site(-22.7, -47.6, draw(st.none() | st.floats(-450, 9000, **finite)), draw(st.none() | names.filter(bool)))
    options = draw(st.fixed_dictionaries({}, optional={"krs": st.sampled_from(OPTIONS["krs"])}))
    return Request(place, days, draw(st.sampled_from(["auto", named])), station, **options)


@given(answered())
@settings(max_examples=20, deadline=None)
def test_a_task_on_another_process_gets_the_same_and_its_result_tells_it(processes, request_):
    with etolib.set_options(offline=True):
        result = etolib.submit(request_, client=processes).result(60)
        here = etolib.compute(request_)
    assert result.request == request_
    assert result.link() == request_.query()
    # The climatology is a matrix product, and the BLAS of a worker has another number of threads.
    pd.testing.assert_frame_equal(result.table, here.table, rtol=1e-9)


# --- light ------------------------------------------------------------------------------------------------------------


def test_a_page_can_submit_without_the_packages_of_the_pipeline():
    heavy = "{'pandas', 'matplotlib', 'numba', 'xarray', 'httpx2'}"
    code = (
        "import sys, etolib.tasks.submission, etolib.result, etolib.widgets.app, etolib.widgets.comparison.app; "
        "import etolib; etolib.Request.from_query(etolib.Request((0, 10), 'today', krs='coast').query()).script(); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
