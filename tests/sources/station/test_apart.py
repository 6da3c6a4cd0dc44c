"""A file that is distrusted is read by a process of its own: what takes too long or too much is ended, and said."""

from __future__ import annotations

import os
import signal
import zlib

import psutil
import pytest

from etolib.errors import InputError
from etolib.sources.station import apart
from etolib.widgets import remote
from etolib.widgets.comparison import answers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here: files are read where they are")
DAYS = "date,tmax,tmin,rain\n" + "".join(f"{y}-{m:02d}-{d:02d},30,20,1\n" for y in range(2000, 2012)
                                         for m in range(1, 13) for d in range(1, 29))  # fmt: skip


def nothing():
    return None


def busy():
    while True:
        pass


def hungry():
    return bytearray(2 << 30)


def talkative():
    return bytes(apart.MOST_ANSWER + 1)


def dying():
    os.kill(os.getpid(), signal.SIGSEGV)


def wrong():
    raise KeyError("x")


@pytest.fixture(scope="module", autouse=True)
def close_limits():
    """One server of this file, whose limits are seconds."""
    own = apart._Server()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "_server", own)
        patch.setattr(apart, "CPU_S", 1)
        yield own
    own._end()


def read(text):
    return remote.read_station(zlib.compress(text), "a.csv", {}, None, None)


def test_a_file_is_read_as_it_is_here():
    data = DAYS.encode()
    assert not apart.is_harmless(data)
    found, here = read(data), remote.station_in(data, "a.csv", {}, None, None)
    assert found["packed"].info == here["packed"].info
    assert {k: v for k, v in found.items() if k != "packed"} == {k: v for k, v in here.items() if k != "packed"}


def test_lists_of_places_too():
    data = b"name,latitude,longitude\n" + b"".join(b"farm number %d,%.4f,10\n" % (n, n / 100) for n in range(4000))
    assert len(answers.places_of(zlib.compress(data), "a.csv")["sites"]) == 4000


def test_what_is_wrong_with_a_file_is_said_as_here():
    (problem,) = read(DAYS.encode() + b",\n" * 700_000)["problem"]
    assert problem["rule"]["key"] == "bound_lines"


@pytest.mark.parametrize(
    ("work", "key"),
    [(busy, "apart_time"), (hungry, "apart_memory"), (talkative, "apart_memory"), (dying, "apart_died")],
)
def test_what_takes_too_much_is_ended_and_said_and_the_next_is_read(work, key):
    with pytest.raises(InputError) as refused:
        apart.call(work, name="b.csv")
    (problem,) = refused.value.problems
    assert (problem.value, problem.rule.key) == ("b.csv", key)
    assert apart.call(nothing, name="c.csv") is None


def test_an_error_of_the_reader_arrives():
    with pytest.raises(KeyError, match="x"):
        apart.call(wrong, name="a.csv")


def test_a_server_that_was_killed_is_started_again(close_limits):
    assert apart.call(len, b"abc", name="") == 3
    before = close_limits._child.pid
    os.kill(before, signal.SIGKILL)
    assert apart.call(len, b"abc", name="") == 3
    assert close_limits._child.pid != before


def test_a_server_ends_with_its_worker_and_takes_its_child_with_it():
    own = apart._Server()
    own.ask(b"")
    process = psutil.Process(own._child.pid)
    own._child.stdin.close()
    process.wait(20)
    own._end()


def test_a_small_plain_file_costs_no_process(monkeypatch):
    monkeypatch.setattr(apart, "call", None)
    assert read(DAYS.encode()[:20_000])["facts"]["days"] > 500
