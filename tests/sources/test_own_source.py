"""A source of another package: the one of docs/own_source.md, installed from its text, and packages that are wrong."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

import etolib
from etolib import words
from etolib.errors import BadResponse, SourceUnavailable
from etolib.sources import catalogue, doctor, guard, plan
from etolib.sources.network import client
from etolib.sources.packages import installed
from etolib.tasks import handshake, look

PAGE = (Path(__file__).parents[2] / "docs" / "own_source.md").read_text(encoding="utf-8")
SITE, DAYS = etolib.Site(-22.98, -43.2, 5.0), "2024-02-01/2024-02-02"


def code(name: str) -> str:
    """Return the block of the page that follows its mention of a file, or a heading."""
    return re.search(re.escape(name) + r".*?```\w+\n(.*?)```", PAGE, re.DOTALL)[1]


def install(folder: Path, name: str, files: dict[str, str], entries: dict[str, str], version: str = "1.0") -> None:
    """Write a package as pip leaves it: modules beside a dist-info."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{entry} = {value}" for entry, value in entries.items()]
    (info / "entry_points.txt").write_text("[etolib.sources]\n" + "\n".join(lines) + "\n")


def _forget():
    """Let what is remembered of installed packages be looked up anew."""
    catalogue.SOURCES.forget()
    catalogue.services.cache_clear()
    handshake.mine.cache_clear()
    handshake.needed.cache_clear()
    importlib.invalidate_caches()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Return a folder whose packages are installed; afterwards they are not."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    _forget()
    yield tmp_path
    brought = [row.name for row in catalogue.SOURCES.values() if row.package]
    monkeypatch.undo()
    for name in brought:
        catalogue.PROVIDERS.pop(name, None)
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    _forget()


@pytest.fixture
def lighthouses(here):
    entry = re.search(r'(\w+) = "(etolib_lighthouses[^"]+)"', code("`pyproject.toml`"))
    files = {f"etolib_lighthouses/{name}.py": code(f"`etolib_lighthouses/{name}.py`") for name in ("rows", "provider")}
    install(here, "etolib-lighthouses", files | {"etolib_lighthouses/__init__.py": ""}, {entry[1]: entry[2]})
    return here


@pytest.fixture
def served(lighthouses, make_door, monkeypatch):
    """Answer for the service of the page as its test does."""
    import httpx2

    page: dict = {}
    exec(code("## 4. The test"), page)
    monkeypatch.setenv("ETOLIB_TODAY", "2024-07-01")
    with client.use(make_door(lambda request: httpx2.Response(200, content=page["server"](str(request.url))))):
        yield page


def test_the_test_of_the_page_passes(served):
    served["test_no_fault_makes_a_wrong_number"]()


def test_it_is_listed_planned_asked_and_cited_with_its_package(served):
    assert etolib.sources().loc["lighthouses", "package"] == "etolib-lighthouses 1.0"
    made = plan.make(etolib.Request(SITE, DAYS))
    (step,) = [step for step in made.steps if step.source == "lighthouses"]
    assert step.reason == (
        "measured at lighthouses (of the package etolib-lighthouses 1.0); it covers 2024-02-01/2024-02-02"
    )
    assert "do pacote etolib-lighthouses 1.0" in words.render("pt", step.reason)
    assert "del paquete etolib-lighthouses 1.0" in words.render("es", step.reason)
    result = etolib.compute(SITE, DAYS, "lighthouses")
    assert result.table["tmin"].tolist() == [20.1, 19.5]
    assert result.table["rs"].round(2).tolist() == [19.8, 21.96]
    assert result.provenance["sources"]["lighthouses"]["package"] == "etolib-lighthouses 1.0"
    assert "Weather by the Lighthouse Keepers" in result.to_csv()
    assert catalogue.title("lighthouses", "es") == "Tiempo de los faros"
    assert (
        etolib.Request(SITE, DAYS, "lighthouses")
        .script()
        .startswith("# its source is of another package: etolib-lighthouses 1.0\n")
    )
    outside = plan.make(etolib.Request((52.5, 13.4), DAYS))
    assert "lighthouses" not in outside.asked


@pytest.mark.parametrize("name", ["etolib-lighthouses", "Etolib_Lighthouses, other", "all"])
def test_it_can_be_left_out_by_the_name_of_its_package(lighthouses, monkeypatch, name):
    monkeypatch.setenv("ETOLIB_WITHOUT", name)
    assert "lighthouses" not in catalogue.SOURCES
    assert look.packages() == [] == installed()


def test_a_worker_without_the_package_is_named(lighthouses):
    ours = handshake.mine() | {"packages": look.packages(), "example": 3.88}
    theirs = ours | {"packages": []}
    assert ours["packages"] == ["etolib-lighthouses 1.0"]
    assert handshake.differences(ours, theirs) == ["lacks the package etolib-lighthouses 1.0, which brings sources"]
    assert handshake.differences(theirs, ours)[0].startswith("has the package etolib-lighthouses 1.0")
    older = ours | {"packages": ["etolib-lighthouses 0.9"]}
    assert len(handshake.differences(ours, older)) == 2
    assert len({look.name_of(one) for one in (ours, theirs, older)}) == 3


ROW = """
import dataclasses
from etolib.sources import catalogue
row = dataclasses.replace(catalogue.find("climatology"), name="mine", role="by name", provider="bad_package:Provider")
row = dataclasses.replace(row, {change})
"""
BAD = {
    "import_fails": ("raise RuntimeError('no disk')", "cannot be read (RuntimeError: no disk)"),
    "exits": ("import sys; sys.exit(3)", "cannot be read (SystemExit: 3)"),
    "no_row": ("row = 5", "cannot be read (TypeError"),
    "lacks_its_row": ("", "cannot be read (AttributeError"),
    "imports_what_is_not_there": ("import no_such_package", "cannot be read (ModuleNotFoundError"),
    "takes_our_name": (ROW.format(change="name='nasa_power'"), "'nasa_power' is taken already, by etolib"),
    "takes_a_word": (ROW.format(change="name='auto'"), "'auto' is taken already"),
    "is_no_name": (ROW.format(change="name='two words'"), "'two words' is no name"),
    "takes_our_service": (
        ROW.format(change="service='nws', root='https://elsewhere.example'"),
        "the service 'nws' belongs to another source",
    ),
    "takes_the_elevations": (
        ROW.format(change="service='opentopodata', root='https://elsewhere.example'"),
        "the service 'opentopodata' belongs to another source",
    ),
    "no_root": (ROW.format(change="service='mine'"), "must state both its service and the address"),
    "no_provider": (ROW.format(change="provider='x'"), "names no provider"),
    "unknown_variable": (ROW.format(change="provides=('tmin', 'gusts')"), "does not know: gusts"),
    "no_licence": (ROW.format(change="licence='', kinds=('guessed',)"), "has wrong: licence, kinds"),
    "no_window": (ROW.format(change="window=lambda today: (today, None)"), "has wrong: window"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_row_that_is_wrong_is_left_out_with_a_sentence_that_names_the_package(here, name):
    text, sentence = BAD[name]
    install(here, "bad-package", {"bad_package.py": text}, {"one": "bad_package:row"})
    assert catalogue.names()[:2] == ("nasa_power", "open_meteo_archive")
    assert not any(row.package for row in catalogue.SOURCES.values())
    (said,) = catalogue.SOURCES.refused
    assert said.startswith("the package bad-package 1.0 brings a source (one) that is left out: ")
    assert sentence in said
    assert catalogue.services()["nws"] == "https://api.weather.gov"


def test_of_two_packages_with_one_name_the_first_stays(here):
    for package in ("a_package", "b_package"):
        install(here, package.replace("_", "-"), {f"{package}.py": ROW.format(change="")}, {"one": f"{package}:row"})
    assert catalogue.find("mine").package == "a-package 1.0"
    (said,) = catalogue.SOURCES.refused
    assert "b-package 1.0" in said
    assert "the name 'mine' is taken already, by a-package 1.0" in said


def test_a_provider_that_cannot_be_imported_is_an_error_of_its_source(here):
    install(
        here, "bad-package", {"bad_package.py": ROW.format(change="provider='nowhere:X'")}, {"a": "bad_package:row"}
    )
    with pytest.raises(SourceUnavailable, match=r"the package bad-package 1\.0 failed: ModuleNotFound") as caught:
        catalogue.provider("mine").fetch(SITE, etolib.Period("2024-02-01", "2024-02-02"))
    assert caught.value.source == "mine"
    assert "ETOLIB_WITHOUT" in caught.value.suggestion


BROKEN = {
    "raises": ("raise KeyError('x')", SourceUnavailable, "failed: KeyError"),
    "exits": ("raise SystemExit", SourceUnavailable, "failed: SystemExit"),
    "no_data": ("return None", BadResponse, "gave NoneType"),
    "other_name": ("data.source = 'nasa_power'", BadResponse, "named 'nasa_power'"),
    "other_days": ("data.frame.index += pd.Timedelta(days=9)", BadResponse, "within 2024-02-01/2024-02-02"),
    "hours": ("data.frame.index += pd.Timedelta(hours=1)", BadResponse, "within 2024-02-01/2024-02-02"),
    "twice": ("data.frame = pd.concat([data.frame, data.frame])", BadResponse, "each once"),
    "numbers_for_days": ("data.frame = data.frame.reset_index(drop=True)", BadResponse, "has no days"),
    "zone": ("data.frame.index = data.frame.index.tz_localize('UTC')", BadResponse, "has no days"),
    "no_kind": ("del data.frame['kind']", BadResponse, "kind` must say"),
    "unknown_column": ("data.frame['gusts'] = 3.0", BadResponse, "gusts are no canonical names"),
    "texts": ("data.frame['tmin'] = 'cold'", BadResponse, "not of numbers"),
    "meta": ("data.meta['x'] = float('nan')", BadResponse, "provenance is not as it must be"),
}


MINE = dataclasses.replace(catalogue.find("climatology"), name="mine", package="toys 1.0")


def guarded(change):
    """Ask a provider of a package whose answer is the climatology's after ``change``."""

    class Provider:
        info = MINE

        def fetch(self, site, period):
            data = catalogue.provider("climatology").fetch(site, period)
            data.source, data.meta = "mine", {}
            return change(data)

    return guard.Guard(MINE, Provider()).fetch(SITE, etolib.Period("2024-02-01", "2024-02-02"))


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_the_protocol_is_refused_and_the_package_named(name):
    change, kind, sentence = BROKEN[name]

    def broken(data):
        import pandas as pd

        scope = {"data": data, "pd": pd}
        exec("def run():\n    " + change.replace("data.frame =", "data.frame="), scope)
        found = scope["run"]()
        return found if change.startswith("return") else data

    with pytest.raises(kind, match=sentence) as caught:
        guarded(broken)
    assert "toys 1.0" in caught.value.message
    json.dumps(caught.value.to_dict())


def test_values_that_cannot_be_weather_are_left_out_and_said():
    def windy(data):
        data.frame["u2"] = [900.0, 2.0]
        return data

    found = guarded(windy)
    assert found.frame["u2"].isna().tolist() == [True, False]
    assert any("900 m s-1" in text for text in found.warnings)
    assert found.meta["package"] == "toys 1.0"


def test_our_own_rows_cost_no_look_at_packages(here):
    catalogue.SOURCES.forget()
    assert catalogue.find("nasa_power") in catalogue.SOURCES.own
    assert not catalogue.SOURCES._asked


def test_the_doctor_asks_it_and_knows_its_shapes(lighthouses, monkeypatch):
    import httpx2

    monkeypatch.setenv("ETOLIB_TODAY", "2024-07-01")

    def answer(request: httpx2.Request, unit: str = "km/h") -> httpx2.Response:
        query = request.url.params
        days = [f"{day:%Y-%m-%d}" for day in pd.date_range(query["from"], query["to"])]
        values = {"low": 12.0, "high": 25.0, "humidity": 80, "wind": 7.0, "sun": 4.5}
        units = {"low": "degC", "high": "degC", "humidity": "%", "wind": unit, "sun": "kWh/m2"}
        body = {"lat": float(query["lat"]), "lon": float(query["lon"]), "units": units, "days": days}
        return httpx2.Response(200, json=body | {"values": {name: [v] * len(days) for name, v in values.items()}})

    (found,) = doctor.examine(["lighthouses"], transport=httpx2.MockTransport(answer))
    assert (found.state, found.changed, found.news) == ("agrees", [], [])
    assert any("/v1/days" in text for text in found.agrees)
    (found,) = doctor.examine(["lighthouses"], transport=httpx2.MockTransport(lambda request: answer(request, "knots")))
    assert "units.wind is 'knots', expected 'km/h'" in found.changed
