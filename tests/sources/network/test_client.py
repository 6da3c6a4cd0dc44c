"""The door to the network: what is retried, kept, shared and refused (design and traps: measured on a fault server)."""

from __future__ import annotations

import gzip
import json
import logging
import multiprocessing
import os
import pickle
import signal
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from etolib import config
from etolib.errors import BadResponse, InvalidRequest, NotCovered, RateLimited, SourceUnavailable
from etolib.sources.network import client, scope, wire
from etolib.sources.network.budget import Budget
from tests.simulator import WeatherServer

pytestmark = pytest.mark.slow

URL = "http://provider.test/data"
GOOD = {"value": 1}


def answers(*replies):
    """Return a handler that gives these replies one after another (the last one for ever), and the requests it saw."""
    seen: list[httpx2.Request] = []

    def handler(request):
        seen.append(request)
        reply = replies[min(len(seen), len(replies)) - 1]
        if isinstance(reply, Exception):
            raise reply
        return reply() if callable(reply) else reply

    return handler, seen


def reply(status=200, body=None, **headers):
    return lambda: httpx2.Response(status, json=GOOD if body is None else body, headers=headers)


def get(door, url=URL, params=None, **options):
    options = {"ttl": lambda data, headers: 3600.0, "check": json.loads, "source": "provider"} | options
    return door.fetch(url, params, **options)


def test_503_twice_then_data_waits_one_and_four_seconds(make_door, clock):
    handler, seen = answers(reply(503), reply(503), reply())
    assert get(make_door(handler)).data == GOOD
    assert len(seen) == 3
    assert clock.waits == [1.0, 4.0]


def test_waits_are_stretched_by_jitter_of_a_quarter_at_most(make_door, clock):
    handler, _ = answers(reply(503), reply())
    get(make_door(handler, jitter=lambda: 1.0))
    assert clock.waits == [1.25]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 422, 451])
def test_a_refusal_is_asked_once(make_door, status):
    handler, seen = answers(reply(status, {"reason": "no such place"}))
    with pytest.raises(InvalidRequest, match="no such place") as caught:
        get(make_door(handler))
    assert len(seen) == 1
    assert caught.value.status == status
    assert caught.value.suggestion
    assert not caught.value.retryable


def test_a_status_can_mean_that_the_place_is_not_covered(make_door):
    handler, _ = answers(reply(404))
    with pytest.raises(NotCovered):
        get(make_door(handler), not_covered=(404,))


@pytest.mark.parametrize("body", [b"<html>gone</html>", b"", b"\xff\xfe", b"[" * 100_000, b'"text"', b"{}", b"12"])
def test_an_error_body_of_any_kind_is_no_trouble(make_door, body):
    handler, _ = answers(lambda: httpx2.Response(422, content=body))
    with pytest.raises(InvalidRequest):
        get(make_door(handler))


def test_a_broken_body_at_200_is_asked_again_and_never_kept(make_door):
    broken = lambda: httpx2.Response(200, content=b'{"value": 1')  # noqa: E731 (a reply)
    handler, seen = answers(broken, reply())
    door = make_door(handler)
    assert get(door).data == GOOD
    assert len(seen) == 2
    handler, seen = answers(broken)
    with pytest.raises(BadResponse):
        get(make_door(handler), URL + "2")
    assert len(seen) == 4


def test_a_captive_portal_is_asked_once(make_door):
    handler, seen = answers(lambda: httpx2.Response(200, content=b"<html>Log in to the hotel</html>"))
    with pytest.raises(BadResponse):
        get(make_door(handler))
    assert len(seen) == 1


def test_wrong_content_is_not_asked_again(make_door):
    def check(body):
        raise BadResponse("the unit is furlong", source="provider")

    handler, seen = answers(reply())
    with pytest.raises(BadResponse, match="furlong") as caught:
        get(make_door(handler), check=check)
    assert len(seen) == 1
    assert caught.value.url == URL


@pytest.mark.parametrize("error", [KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError])
def test_a_body_of_another_shape_is_a_bad_response(make_door, error):
    def check(body):
        raise error("shape")

    handler, _ = answers(reply())
    with pytest.raises(BadResponse):
        get(make_door(handler), check=check)


def test_no_connection_fails_at_once_without_a_second_try(make_door, clock):
    handler, seen = answers(httpx2.ConnectError("refused"))
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        get(make_door(handler))
    assert len(seen) == 1
    assert clock.waits == []


def test_a_host_that_refuses_may_be_asked_again_at_once(make_door):
    handler, seen = answers(httpx2.ConnectError("refused"), reply())
    door = make_door(handler)
    with pytest.raises(SourceUnavailable):
        get(door)
    assert get(door).data == GOOD
    assert len(seen) == 2


def test_a_host_that_lets_us_wait_is_left_alone_for_half_a_minute(make_door, clock):
    def silent(request):
        seen.append(request)
        clock.now += 4.0
        raise httpx2.ConnectTimeout("silence")

    seen: list[httpx2.Request] = []
    door = make_door(silent)
    for number in range(5):
        with pytest.raises(SourceUnavailable, match="did not answer"):
            get(door, params={"place": number})
    assert len(seen) == 1  # 500 places behind a silent firewall do not each pay
    clock.now += 31.0
    with pytest.raises(SourceUnavailable):
        get(door)
    assert len(seen) == 2
    door.cache.forget_failures()  # a person presses Retry
    with pytest.raises(SourceUnavailable):
        get(door)
    assert len(seen) == 3


def test_retry_after_is_honoured_and_capped_by_the_deadline(make_door, clock):
    handler, seen = answers(reply(429, {}, **{"Retry-After": "7"}), reply())
    assert get(make_door(handler)).data == GOOD
    assert clock.waits == [7.0]
    handler, seen = answers(reply(429, {}, **{"Retry-After": "3600"}))
    before = clock.now
    with pytest.raises(RateLimited) as caught:
        get(make_door(handler), URL + "2", deadline=60)
    assert len(seen) == 1
    assert caught.value.retry_at == before + 3600
    assert clock.now == before


def test_a_429_blocks_the_budget_for_everybody(make_door, clock):
    handler, seen = answers(reply(429, {"reason": "Hourly limit"}, **{"Retry-After": "1800"}))
    door, budget = make_door(handler), Budget("p")
    with pytest.raises(RateLimited):
        get(door, budget=budget)
    with pytest.raises(RateLimited, match="Hourly limit") as caught:
        get(door, URL + "/other", budget=budget)
    assert len(seen) == 1
    assert caught.value.retry_at is not None


def test_budget_waits_for_the_next_window_of_the_clock(make_door, clock):
    clock.now = 600.0 * 2_833_334
    handler, _ = answers(reply())
    door, budget = make_door(handler), Budget("p", windows=((60, 10),), wait=60)
    get(door, params={"n": 1}, budget=budget, weight=8)
    get(door, params={"n": 2}, budget=budget, weight=8, deadline=120)
    assert clock.waits == [60.0]
    patience = Budget("q", windows=((3600, 1),), wait=60)
    get(door, params={"n": 3}, budget=patience)
    with pytest.raises(RateLimited) as caught:
        get(door, params={"n": 4}, budget=patience)
    assert caught.value.retry_at % 3600 == 0


def test_a_weight_above_the_limit_goes_into_an_empty_window(make_door, clock):
    handler, seen = answers(reply())
    get(make_door(handler), budget=Budget("p", windows=((60, 600),)), weight=704)
    assert len(seen) == 1


def test_requests_are_spaced(make_door, clock):
    handler, _ = answers(reply())
    door = make_door(handler)
    for number in range(3):
        get(door, params={"n": number}, budget=Budget("p", spacing=1.1))
    assert clock.waits == [1.1, 1.1]


def test_kept_until_its_time_is_over(make_door, clock):
    handler, seen = answers(reply())
    door = make_door(handler)
    assert not get(door).from_cache
    second = get(door)
    assert second.from_cache
    assert second.data == GOOD
    clock.now += 3601
    assert not get(door).from_cache
    assert len(seen) == 2


def test_lifetime_is_told_after_the_body_is_seen(make_door):
    handler, _ = answers(reply(Expires="soon"))
    seen = []
    get(make_door(handler), ttl=lambda data, headers: seen.append((data, headers["expires"])) or 1.0)
    assert seen == [(GOOD, "soon")]


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_errors_are_never_kept(make_door, status):
    handler, seen = answers(reply(status), reply())
    door = make_door(handler)
    with pytest.raises((InvalidRequest, RateLimited, SourceUnavailable)):
        get(door, attempts=1)
    assert get(door).data == GOOD
    assert len(seen) == 2


def test_url_and_params_make_one_key_whatever_their_order(make_door):
    handler, seen = answers(reply())
    door = make_door(handler)
    get(door, URL + "?a=1&b=2", {"c": 3})
    assert get(door, URL + "?c=3", {"b": 2, "a": 1}).from_cache
    assert not get(door, URL + "?c=4", {"b": 2, "a": 1}).from_cache
    # httpx2 replaces the query of the address by `params`: trap 1 of the design.
    assert dict(seen[0].url.params) == {"a": "1", "b": "2", "c": "3"}


def test_secrets_reach_the_server_and_nothing_else(make_door, tmp_path):
    handler, seen = answers(reply(), reply(404))
    door = make_door(handler)
    answer = get(door, URL, {"apikey": "SECRET", "a": 1})
    assert seen[0].url.params["apikey"] == "SECRET"
    assert "SECRET" not in answer.url
    assert get(door, URL, {"apikey": "OTHER", "a": 1}).from_cache
    with pytest.raises(InvalidRequest) as caught:
        get(door, URL + "/x", {"token": "SECRET"})
    assert "SECRET" not in str(caught.value) + str(caught.value.url)
    stored = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"SECRET" not in stored


def test_addresses_are_not_logged(make_door, caplog):
    handler, _ = answers(reply())
    with caplog.at_level(logging.INFO):
        get(make_door(handler), params={"apikey": "SECRET"})
    assert "SECRET" not in caplog.text


def test_304_renews_the_kept_answer(make_door, clock):
    handler, seen = answers(
        reply(**{"Last-Modified": "Mon, 20 Jul 2020 11:44:31 GMT", "ETag": '"1"'}), lambda: httpx2.Response(304)
    )
    door = make_door(handler)
    get(door)
    clock.now += 3601
    renewed = get(door)
    assert renewed.data == GOOD
    assert renewed.fetched == clock.now
    assert seen[1].headers["if-modified-since"] == "Mon, 20 Jul 2020 11:44:31 GMT"
    assert seen[1].headers["if-none-match"] == '"1"'
    assert get(door).from_cache


def test_a_304_nobody_asked_for_is_no_answer(make_door):
    handler, _ = answers(lambda: httpx2.Response(304))
    with pytest.raises(BadResponse):
        get(make_door(handler))


def test_stale_answer_when_the_provider_is_down_is_marked(make_door, clock):
    handler, _ = answers(reply(), reply(503))
    door = make_door(handler)
    get(door)
    clock.now += 7200
    stale = get(door)
    assert stale.stale
    assert stale.data == GOOD
    assert "503" in stale.error
    clock.now += 40 * 86400
    with pytest.raises(SourceUnavailable):
        get(door)


def test_a_refusal_is_not_covered_up_by_a_stale_answer(make_door, clock):
    handler, _ = answers(reply(), reply(422))
    door = make_door(handler)
    get(door)
    clock.now += 7200
    with pytest.raises(InvalidRequest):
        get(door)


def test_offline_uses_the_cache_and_nothing_else(make_door, clock):
    handler, seen = answers(reply())
    door = make_door(handler)
    with config.set_options(offline=True):
        with pytest.raises(SourceUnavailable, match="offline") as caught:
            get(door)
        assert not caught.value.retryable
    get(door)
    clock.now += 7200
    with config.set_options(offline=True):
        assert get(door).stale
    assert len(seen) == 1


def test_deadline_of_the_settings_is_the_shorter_one(make_door, clock):
    handler, seen = answers(reply(503))
    with config.set_options(deadline="3"), pytest.raises(SourceUnavailable):
        get(make_door(handler))
    assert len(seen) == 2  # 1 s is waited, 4 s would be too long
    assert clock.waits == [1.0]


def test_user_agent_names_the_contact_and_is_one_line():
    with config.set_options(contact="a@b.org\r\nX-Evil: 1"):
        assert client.user_agent().endswith("(a@b.orgX-Evil: 1)")
    assert client.user_agent().endswith("(none)")
    assert client.user_agent().startswith("etolib/")


def test_a_body_beyond_all_measure_is_refused(make_door, monkeypatch):
    monkeypatch.setattr(wire, "MAX_BODY", 1000)
    handler, _ = answers(lambda: httpx2.Response(200, content=b"1" * 2000))
    with pytest.raises(SourceUnavailable, match="longer than"):
        get(make_door(handler))


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_small_body_that_unpacks_beyond_all_measure_is_refused(make_door, monkeypatch, encoding, pack):
    monkeypatch.setattr(wire, "MAX_BODY", 1_000_000)
    packed = pack(b"[" + b" " * 5_000_000 + b"]")
    assert len(packed) < 10_000

    async def body():
        for at in range(0, len(packed), 1000):
            yield packed[at : at + 1000]

    handler, _ = answers(lambda: httpx2.Response(200, content=body(), headers={"Content-Encoding": encoding}))
    with pytest.raises(SourceUnavailable, match="longer than"):
        get(make_door(handler))


def test_an_abandoned_download_says_nothing_about_the_provider(make_door):
    handler, _ = answers(reply())
    door = make_door(handler)
    with scope.Scope() as together:
        together.cancel()
        with pytest.raises(scope.Abandoned):
            get(door)
    assert get(door).data == GOOD


# --- over real sockets ----------------------------------------------------------------------------------------------


_opened: list[client.Door] = []


def real(folder, **options):
    _opened.append(client.Door(Path(folder), "etolib/test (none)", **options))
    return _opened[-1]


@pytest.fixture(autouse=True)
def _closed_doors():
    yield
    while _opened:
        _opened.pop().close()


def test_a_refused_connection_and_an_unknown_host_fail_at_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/"):
        with pytest.raises(SourceUnavailable, match="cannot be reached"):
            get(real(tmp_path), url)


def test_tls_against_a_server_that_speaks_none_is_told_as_such(tmp_path):
    with (
        WeatherServer() as server,
        pytest.raises(SourceUnavailable, match=r"secure connection|no connection") as caught,
    ):
        get(real(tmp_path), server.url.replace("http:", "https:") + "/v1/elevation?latitude=1&longitude=1")
    assert caught.value.suggestion


@pytest.mark.parametrize("fault", ["hang", "drip_body", "drip_header"])
def test_the_total_deadline_holds_whatever_the_server_does(tmp_path, fault):
    with WeatherServer() as server:
        server.fault("open_meteo_elevation", fault)
        door = real(tmp_path)
        with pytest.raises(SourceUnavailable, match=r"within 0\.5 s"):
            get(door, f"{server.url}/v1/elevation?latitude=1&longitude=1", deadline=0.5)
        server.clear()
        # No place in the pool is lost.
        assert get(door, f"{server.url}/v1/elevation?latitude=1&longitude=2").data


def test_one_download_for_many_threads(tmp_path):
    with WeatherServer(latency=0.2) as server, ThreadPoolExecutor(16) as pool:
        door, url = real(tmp_path), f"{server.url}/v1/elevation?latitude=1&longitude=1"
        replies = list(pool.map(lambda _: get(door, url), range(16)))
        assert len(server.calls()) == 1
    assert len({r.body for r in replies}) == 1


def test_one_failure_for_many_threads(tmp_path):
    """A lock alone would let sixteen threads fail one after another: 64 calls; the mark makes it one round of tries."""
    with WeatherServer(latency=0.1) as server, ThreadPoolExecutor(16) as pool:
        server.fault("open_meteo_elevation", "503")
        door, url = real(tmp_path, sleep=lambda s: None), f"{server.url}/v1/elevation?latitude=1&longitude=1"
        futures = [pool.submit(get, door, url) for _ in range(16)]
        assert all(isinstance(future.exception(), SourceUnavailable) for future in futures)
        assert len(server.calls()) == 4


def _fetch_in_child(folder, url, start, count, results):
    door = real(folder)
    start.wait()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: len(get(door, f"{url}&n={n % count}").body), range(4 * count)))
    results.put(sum(size > 0 for size in found))


@pytest.mark.parametrize("count", [1, 15])
def test_one_download_per_answer_over_processes(tmp_path, count):
    spawn = multiprocessing.get_context("spawn")
    with WeatherServer(latency=0.05) as server:
        start, results = spawn.Barrier(4), spawn.Queue()
        url = f"{server.url}/v1/elevation?latitude=1&longitude=1"
        children = [
            spawn.Process(target=_fetch_in_child, args=(str(tmp_path), url, start, count, results)) for _ in range(4)
        ]
        for child in children:
            child.start()
        good = [results.get(timeout=60) for _ in children]
        for child in children:
            child.join(30)
        assert good == [4 * count] * 4
        assert len(server.calls()) == count


def _hold(folder, url):
    get(real(folder), url)


def test_a_killed_holder_frees_the_others(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    with WeatherServer() as server:
        url = f"{server.url}/v1/elevation?latitude=1&longitude=1"
        server.fault("open_meteo_elevation", "hang", times=1)
        child = spawn.Process(target=_hold, args=(str(tmp_path), url))
        child.start()
        server.wait_for_calls(1, timeout=60)
        os.kill(child.pid, signal.SIGKILL)
        child.join(30)
        assert get(real(tmp_path), url).data
        assert len(server.calls()) == 2


def test_never_more_at_once_than_allowed(tmp_path):
    budget = Budget("p", in_flight=2)
    with WeatherServer(latency=0.05) as server, ThreadPoolExecutor(12) as pool:
        url = f"{server.url}/v1/elevation?latitude=1&longitude="
        door = real(tmp_path)
        list(pool.map(lambda n: get(door, f"{url}{n}", budget=budget), range(12)))
        assert max(call.in_flight for call in server.calls()) == 2


def test_a_door_travels_to_another_process_as_its_settings(tmp_path):
    with WeatherServer() as server:
        door = real(tmp_path)
        url = f"{server.url}/v1/elevation?latitude=1&longitude=1"
        get(door, url)
        assert get(pickle.loads(pickle.dumps(door)), url).from_cache


def test_doors_work_in_a_running_loop(tmp_path):
    """A notebook's kernel runs a loop of its own; ours lives in another thread."""
    import asyncio

    with WeatherServer() as server:
        door = real(tmp_path)

        async def cell():
            return get(door, f"{server.url}/v1/elevation?latitude=1&longitude=1")

        assert asyncio.run(cell()).data
    assert threading.active_count() < 100


def test_redirects_are_followed_a_few_times(tmp_path):
    with WeatherServer() as server:
        url = f"{server.url}/v1/elevation?latitude=1&longitude=1"
        server.fault("open_meteo_elevation", "redirect_301", times=1)
        assert get(real(tmp_path), url).data
        server.fault("open_meteo_elevation", "redirect_loop")
        with pytest.raises(BadResponse):
            get(real(tmp_path), url + "1")


@pytest.mark.parametrize(
    "there",
    [
        "http://elsewhere.test/data", "http://provider.test:8080/data", "https://provider.test:8443/",
        "//elsewhere.test/", "http://169.254.169.254/latest", "file:///etc/passwd", "http://provider.test.evil.test/",
        "http://x@elsewhere.test",
    ],
)  # fmt: skip
def test_a_provider_that_leads_to_another_host_or_port_is_not_followed(make_door, there):
    handler, seen = answers(reply(302, Location=there), reply())
    with pytest.raises(SourceUnavailable, match="another host"):
        get(make_door(handler))
    assert [str(request.url) for request in seen] == [URL]


@pytest.mark.parametrize("there", ["/other", "https://provider.test/data", "http://PROVIDER.test/other"])
def test_a_move_on_the_same_host_is_followed(make_door, there):
    handler, seen = answers(reply(302, Location=there), reply())
    assert get(make_door(handler)).data == GOOD
    assert len(seen) == 2


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_what_a_provider_says_steers_no_terminal_and_turns_no_letters(make_door, status):
    said = "no\u202e ecalp\u2066 \x1b[31m\x07such\u200f"
    handler, _ = answers(reply(status, {"reason": said}))
    with pytest.raises((InvalidRequest, SourceUnavailable, RateLimited, NotCovered)) as caught:
        get(make_door(handler), attempts=1)
    for text in (str(caught.value), str(caught.value.body)):
        assert not set(text) & set("\u202e\u2066\x1b\x07\u200f"), text
    assert "such" in str(caught.value)


def test_default_door_follows_the_settings(tmp_path):
    with config.set_options(cache_dir=tmp_path / "a", contact="x@y.z"):
        first = client.door()
        assert first.user_agent.endswith("(x@y.z)")
        assert client.door() is first
    with config.set_options(cache_dir=tmp_path / "b"):
        assert client.door() is not first
    assert first.clock is time.time
