"""Every language but English: no text was left in English, neither whole nor a word of it."""

from __future__ import annotations

import re

import pytest

from etolib import words
from etolib.sources import catalogue
from tests.words.test_words import entries

OTHERS = [code for code in words.languages() if code != words.ENGLISH]

NAMES = """
    aiohttp aquacrop asia australia bsd certificates china clause climwat csv dask earth ecmwf energyplus era etc eto
    etolib excel grib hdf pdf swat xml
    fao fret jupyterlab
    featurecollection fluxnet fsspec geojson gldas greenwich json kcb kge kpa land meteo min mit mph multipolygon nan
    nasa natural netcdf nlod nws open openstreetmap opentopodata pandas parquet petrolina png polygon power pvcz pvlib
    python rmse series tcp tls tmax tmean tmin token tsv utah utc voila wetterdienst xarray zarr
    dwd ghcn hourly meteostat noaa
    doi himawari lsa medina mtg saf sarah tian
"""
"""What has one name everywhere: products, services, formats, licences, quantities with a symbol."""

CODE = """
    auto bounds columns dataarrays dataframe dataset date datetimeindex day days elevation end escape fraction home
    http https last latitude long longitude middle month nearest next point port request run short site start step
    tall tasmax tdry time today twet units year
"""
"""What is typed as it stands: options, columns, arguments, classes, keys of the keyboard."""

COGNATES = {
    "pt": """
        albedo banana base cache cantaloupe central cluster continental decimal dual ini jan jul jun latitude latitudes
        link local longitude longitudes mail mar normal notebook notebooks nov offline real regional script site solar
        status total use usual virtual zeros zoom
    """,
    "es": """
        central
        albedo alfalfa australia balance base cacao california continental decimal dual error evaporable feb ini jul jun
        latitudes local longitudes mar may normal nov oct real regional script sep solar total use usual variable
        variables virtual web zoom
    """,
}
"""Words that a language writes as English does: a translator adds those of a new text here, after a second look."""

_STOP = re.compile(
    r"\b(the|of|and|is|are|was|were|be|been|has|have|had|not|with|without|from|which|that|this|these|it|its|there|than"
    r"|must|cannot|your|you)\b",
    re.IGNORECASE,
)
_CODE_SPAN = re.compile(r"`[^`]*`|{{.*?}}|{\w*}|[\w./]*[._=(/][\w./=()]*|--\w+")


def plain(text: str) -> str:
    """Return a text without what is code or is filled in.

    >>> plain("inicie `etolib serve` en {place}, con --lat=").split()
    ['inicie', 'en', ',', 'con']
    """
    return _CODE_SPAN.sub(" ", text)


def shared(key: str, language: str) -> set[str]:
    """Return the words of three letters and more that a text has in common with its English."""
    english, other = (
        {word.lower() for form in entries_of[code][key] for word in re.findall(r"[^\W\d_]{3,}", plain(form))}
        for code in (words.ENGLISH, language)
    )
    return english & other


entries_of = {code: entries(code) for code in words.languages()}


def test_the_three_languages_of_the_page_are_there():
    assert {"en", "pt", "es"} <= set(words.languages())


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_of_a_text_was_left_in_english(language):
    same = {*NAMES.split(), *CODE.split(), *COGNATES[language].split()}
    left = {key: found for key in entries_of["en"] if (found := shared(key, language) - same)}
    assert left == {}


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_has_the_small_words_of_english(language):
    left = {k: forms for k, forms in entries_of[language].items() if any(_STOP.search(plain(form)) for form in forms)}
    assert left == {}


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_code_stands_as_it_is(language):
    for key, forms in entries_of["en"].items():
        spans = {span for form in forms for span in re.findall(r"`[^`]*`", form)}
        assert spans == {span for form in entries_of[language][key] for span in re.findall(r"`[^`]*`", form)}, key


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_ends_as_its_english_does(language):
    # A sentence with its full stop, a question with its mark, what goes on with its dots.
    for key, forms in entries_of["en"].items():
        for one, other in zip(forms, entries_of[language][key], strict=True):
            assert _end(one) == _end(other), (key, other)


def _end(text: str) -> str:
    found = re.search(r"(\?|…|\.\.\.|(?<=[\w)}])(?<!\bUU)\.)$", text)
    return found.group() if found else ""


@pytest.mark.parametrize(
    ("text", "found"),
    [("presione Retry", True), ("La lista of fuentes", True), ("Exportar", False), ("`etolib serve`", False)],
)
def test_english_would_be_found(text, found, monkeypatch):
    monkeypatch.setitem(entries_of, "en", {"x": ("press Retry: `etolib serve`",)})
    monkeypatch.setitem(entries_of, "es", {"x": (text,)})
    assert bool(shared("x", "es") or _STOP.search(plain(text))) == found


def test_the_english_title_of_a_source_is_that_of_its_row():
    titles = {
        name: words.look_up("en", f"title_{name}") for name in catalogue.names() if words.has("en", f"title_{name}")
    }
    assert titles == {name: catalogue.find(name).title for name in titles}


def test_spanish_opens_what_it_closes():
    for key, forms in entries_of["es"].items():
        for form in forms:
            assert form.count("¿") == form.count("?"), key
            assert form.count("¡") == form.count("!"), key
