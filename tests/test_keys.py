"""A key is sent to its service and seen nowhere else: one canary, looked for in all that etolib shows or keeps."""

from __future__ import annotations

import copy
import logging
import pickle
import sys
import traceback

import httpx2
import pytest

import etolib
from etolib import config, keys
from etolib.errors import EtolibError, InputError, InvalidRequest
from etolib.sources import catalogue
from etolib.sources.network.client import Door

CANARY = "cAn4ry+k3y/0f@nobody"
VARIABLE = "ETOLIB_EXAMPLE_KEY"
URL = "https://weather.example/v1/daily"


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setenv(VARIABLE, CANARY)
    return keys.read(VARIABLE)


def test_it_has_no_text_and_travels_as_the_name_of_its_variable(secret, monkeypatch):
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>30}", repr({"a": [secret]}), f"{secret!r}"):
        assert CANARY not in shown
    packed = pickle.dumps(secret)
    assert CANARY.encode() not in packed
    assert pickle.loads(packed) == copy.deepcopy(secret) == secret
    monkeypatch.setenv(VARIABLE, "another-key")
    assert pickle.loads(packed).reveal() == "another-key"
    monkeypatch.delenv(VARIABLE)
    assert pickle.loads(packed) is None


@pytest.mark.parametrize("value", ["two words here", "tab\there-1234", "línea-1234567", "line\nbreak-1234"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(monkeypatch, value):
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(InputError) as caught:
        keys.read(VARIABLE)
    assert VARIABLE in str(caught.value)
    assert value not in str(caught.value) + repr(caught.value.problems)


def test_keys_are_of_the_environment_only(monkeypatch):
    """No option holds one, so none is among the settings that tasks carry to workers, nor among a cluster's."""
    for variable in (*catalogue.key_variables(), VARIABLE, "ETOLIB_TOKEN", "ETOLIB_CONTACT"):
        monkeypatch.setenv(variable, CANARY)
    keys.read(VARIABLE)
    assert not [name for name in config.options() if "key" in name]
    assert CANARY not in str(config.environment())
    assert CANARY not in repr(config.settings())
    monkeypatch.delenv("ETOLIB_CONTACT")
    assert CANARY.encode() not in pickle.dumps(config.settings())
    with pytest.raises(InputError):
        etolib.set_options(open_meteo_key=CANARY)


def test_an_error_on_the_way_shows_none_in_its_traceback_nor_in_what_stands_around_it(monkeypatch):
    """A program that prints the names of a frame, as debuggers and error reports do, sees the mask."""
    variable = catalogue.key_variables()[0]
    monkeypatch.setenv(variable, CANARY)
    row = next(row for row in catalogue.SOURCES.values() if row.key_variable == variable)
    secret, provider = config.key(row), catalogue.provider(row.name)
    request = etolib.Request((-22.7, -47.6), "2024-01-01/2024-01-02")
    try:
        raise ValueError(f"{secret} of {provider}, {row}, {request}, {config.settings()}")
    except ValueError:
        whole = traceback.TracebackException(*sys.exc_info(), capture_locals=True)
    assert "[secret]" in "".join(whole.format())
    assert CANARY not in "".join(whole.format())
    assert CANARY not in repr(vars(provider)) + repr(etolib.plan(request)) + repr(pickle.dumps(request))


def test_the_contact_is_masked_where_settings_are_shown_and_used_as_it_is():
    with etolib.set_options(contact="me@example.org"):
        sent = pickle.loads(pickle.dumps(config.settings()))
        assert "me@example.org" not in repr(sent)
    with etolib.set_options(**sent):
        assert config.get("contact") == "me@example.org"


REPEATS = {
    "200": httpx2.Response(200, json={"rows": [1], "you": CANARY}),
    "200 as an address": httpx2.Response(200, json={"rows": [1], "next": f"{URL}?key={keys.forms(CANARY)[1]}"}),
    "304": httpx2.Response(304, headers={"etag": CANARY}),
    "400": httpx2.Response(400, json={"reason": f"the key {CANARY} is not valid"}),
    "401": httpx2.Response(401, text=f"<p>{CANARY}</p>"),
    "403": httpx2.Response(403, json={"detail": [f"{CANARY} may not"]}),
    "404": httpx2.Response(404, text=CANARY),
    "429": httpx2.Response(429, json={"reason": f"Daily limit of {CANARY}"}, headers={"retry-after": "9"}),
    "500": httpx2.Response(500, json={"title": CANARY}),
    "302": httpx2.Response(302, headers={"location": f"https://{CANARY.replace('/', '-')}.example/{CANARY}"}),
    "no data": httpx2.Response(200, text=f"not json: {CANARY}"),
    "no connection": httpx2.ConnectError(f"no way to {URL}?key={CANARY}"),
    "broken": httpx2.RemoteProtocolError(f"broke off at {URL}?key={keys.forms(CANARY)[1]}"),
    "no address": httpx2.InvalidURL(f"{URL}?key={CANARY}"),
}


@pytest.mark.parametrize("where", ["query", "header"])
@pytest.mark.parametrize("answer", REPEATS.values(), ids=REPEATS)
def test_a_service_that_repeats_it_puts_it_nowhere(secret, tmp_path, caplog, answer, where):
    import distributed  # noqa: F401  errors are pickled as between workers: with all that lies behind them

    seen = []

    def handler(request):
        seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def check(body):
        if b"rows" not in body:
            raise ValueError(f"no rows in {body[:80]!r}")
        return body

    door = Door(tmp_path, "etolib/test", httpx2.MockTransport(handler), sleep=lambda seconds: None)
    given = {"params": {"username": secret}} if where == "query" else {"headers": {"x-api-key": secret}}
    shown = [repr(given)]
    caplog.set_level("DEBUG", logger="etolib")
    try:
        reply = door.fetch(URL, source="example", check=check, ttl=lambda data, headers: 60.0, **given)
        shown += [repr(reply), reply.url, str(reply.headers), repr(reply.body)]
    except EtolibError as error:
        shown += [str(error), repr(error), repr(vars(error)), str(getattr(error, "suggestion", ""))]
        shown += [repr(pickle.dumps(error)), "".join(traceback.format_exception(error))]
        shown += ["".join(traceback.format_exception(pickle.loads(pickle.dumps(error))))]
        logging.getLogger("etolib.anywhere").exception("as a server logs it")
    shown += [repr(door), repr(vars(door))]
    door.close()
    assert seen
    query, header = seen[0].url.params.get("username"), seen[0].headers.get("x-api-key")
    assert (query, header) == ((CANARY, None) if where == "query" else (None, CANARY))
    kept = [f"{path}\n".encode() + path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    everything = caplog.text.encode() + "\n".join(shown).encode() + b"".join(kept)
    assert [form for form in keys.forms(CANARY) if form.encode() in everything] == []
    assert [form for form in keys.forms(CANARY.replace("/", "-")) if form.encode().lower() in everything.lower()] == []


def test_it_is_not_sent_where_others_can_read_along(secret, tmp_path):
    door = Door(tmp_path, "etolib/test", httpx2.MockTransport(lambda request: pytest.fail("sent")))
    with pytest.raises(InvalidRequest, match="https"):
        door.fetch("http://weather.example/", {"key": secret}, source="x", check=bytes, ttl=lambda data, headers: 1.0)
