"""The line to the scheduler, with a client the test holds in its hands."""

from __future__ import annotations

import queue
from types import SimpleNamespace

import distributed
import pytest
from distributed import LocalCluster

from etolib import words
from etolib.errors import SchedulerUnavailable
from etolib.tasks import cluster
from etolib.widgets import connection
from etolib.widgets.connection import CONNECTING, DOWN, RUNNING, SILENT, Connection


class Client:
    dashboard_link = "http://127.0.0.1:8787/status"

    def __init__(self):
        self.status = "running"
        self.closed = self.silent = False

    scheduler = SimpleNamespace()

    def sync(self, function, *arguments, callback_timeout):
        if self.silent:
            raise TimeoutError
        return {"workers": 2, "news": 7}

    def subscribe_topic(self, topic, handler):
        self.heard = handler

    def submit(self, function, *args, **options):
        return Future(function(*args))

    def close(self, timeout=None):
        self.closed = True


class Future:
    def __init__(self, value):
        self.value = value
        self.released = False

    def result(self, timeout):
        return self.value

    def release(self):
        self.released = True


@pytest.fixture
def line(monkeypatch):
    monkeypatch.setattr(connection, "_WATCH_S", 0.01)
    monkeypatch.setattr(connection, "_AGAIN_S", 0.01)
    told = queue.Queue()
    made = []
    answers = queue.Queue()

    def connect():
        made.append(answers.get())
        if isinstance(made[-1], Exception):
            raise made[-1]
        return made[-1]

    held = Connection(lambda *state: told.put(state), connect)
    held.told, held.made, held.answers = told, made, answers
    yield held
    held.stop()
    answers.put(SchedulerUnavailable("over"))


def test_a_client_is_there_once_it_is_connected(line):
    line.answers.put(Client())
    line.start()
    assert line.told.get(timeout=5) == (RUNNING, 2, Client.dashboard_link)
    assert (line.client(), line.news) == (line.made[0], 7)
    assert line.ask(pow, 2, 5) == 32


def test_a_worker_that_leaves_or_comes_is_told_at_once_and_not_at_the_next_look(line, monkeypatch):
    monkeypatch.setattr(connection, "_WATCH_S", 600)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0") as servers,
        distributed.Client(servers, set_as_default=False) as client,
    ):
        cluster.prepare(client)
        line.answers.put(client)
        line.start()
        assert line.told.get(timeout=60)[:2] == (RUNNING, 2)
        servers.scale(1)
        assert line.told.get(timeout=60)[:2] == (RUNNING, 1)
        servers.scale(2)
        assert line.told.get(timeout=60)[:2] == (RUNNING, 2)
        line.stop()


def test_what_is_lost_is_told_and_opened_again(line):
    first, second = Client(), Client()
    line.answers.put(first)
    line.start()
    assert line.told.get(timeout=5)[0] == RUNNING
    first.status = "connecting"
    assert line.told.get(timeout=5)[0] == DOWN
    with pytest.raises(SchedulerUnavailable):
        line.client()
    line.answers.put(second)
    assert line.told.get(timeout=5)[0] == RUNNING
    assert line.client() is second
    assert first.closed


def test_a_scheduler_that_says_nothing_is_told_and_kept_until_it_speaks_again(line):
    client = Client()
    line.answers.put(client)
    line.start()
    assert line.told.get(timeout=5)[0] == RUNNING
    client.silent = True
    assert line.told.get(timeout=5) == (SILENT, 0, None)
    assert line.client() is client
    client.silent = False
    assert line.told.get(timeout=5)[:2] == (RUNNING, 2)
    assert not client.closed


def test_a_cluster_whose_workers_do_not_answer_is_told_as_such(line, monkeypatch):
    class Waiting(Future):
        def result(self, timeout):
            raise TimeoutError

        def done(self):
            return False

    client = Client()
    client.submit = lambda function, *args, **options: Waiting(None)
    line.answers.put(client)
    line.start()
    with pytest.raises(SchedulerUnavailable, match=r"no worker of the cluster answered within 0.5 s"):
        line.ask(abs, 1, timeout=0.5)


@pytest.mark.parametrize("error", [SchedulerUnavailable("nobody there"), RuntimeError("something else")])
def test_no_scheduler_is_an_error_that_says_so_and_is_tried_again(line, error):
    line.answers.put(error)
    line.start()
    assert line.told.get(timeout=5) == (DOWN, 0, None)
    with pytest.raises(SchedulerUnavailable, match=error.args[0]):
        line.client()
    line.answers.put(Client())
    assert line.told.get(timeout=5)[0] == RUNNING


def test_a_client_that_died_a_moment_ago_is_not_given_out(line):
    client = Client()
    line.answers.put(client)
    line.start()
    assert line.told.get(timeout=5)[0] == RUNNING
    client.status = "closed"
    with pytest.raises(SchedulerUnavailable):
        line.client()


def test_states_are_those_the_page_has_words_for():
    assert all(words.has("en", f"cluster_{state}") for state in (CONNECTING, RUNNING, DOWN, SILENT))


def test_the_scheduler_of_the_environment_is_preferred(monkeypatch):
    monkeypatch.setattr(cluster, "connect", lambda timeout: "the named one")
    monkeypatch.setattr(cluster, "get_client", lambda: "one of its own")
    monkeypatch.setattr(cluster, "prepare", lambda client, patience: None)
    assert connection.open_client() == "one of its own"
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:9")
    assert connection.open_client() == "the named one"


@pytest.mark.parametrize("alive", [True, False])
def test_a_program_that_ends_while_its_cluster_starts_prints_no_traceback(monkeypatch, caplog, alive):
    ended = SimpleNamespace(main_thread=lambda: SimpleNamespace(is_alive=lambda: alive))
    line = SimpleNamespace(_connect=lambda: {}["result"], _announce=lambda state: None, _client=None)
    monkeypatch.setattr(connection, "threading", ended)
    assert Connection._open(line) is None
    assert bool(caplog.records) is alive
