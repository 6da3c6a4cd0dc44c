"""A page without a browser, a scheduler or a clock: everything happens at once, on the test's own thread."""

from __future__ import annotations

from types import SimpleNamespace

from etolib.errors import SchedulerUnavailable
from etolib.widgets.app import Page


class Direct:
    """A loop that does not wait."""

    def call_soon_threadsafe(self, callback, *args):
        callback(*args)

    def call_later(self, delay, callback):
        callback()


class Inline:
    """A pool that does the work at once."""

    def submit(self, work, *args):
        work(*args)


class FakeConnection:
    """A line to a scheduler; ``down`` cuts it. Workers answer from ``answers`` by the name of the function."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []
        self.down = False
        self.news = None

    def start(self):
        pass

    def client(self):
        if self.down:
            raise SchedulerUnavailable("the dask scheduler does not answer")
        return SimpleNamespace(status="running")

    def ask(self, function, *args, timeout=60):
        self.client()
        self.asked.append((function.__name__, args))
        answer = self.answers[function.__name__]
        if isinstance(answer, Exception):
            raise answer
        return answer(*args) if callable(answer) else answer


class FakeJob:
    """A job whose messages the test sends."""

    def __init__(self, request=None, client=None, task_id="eto-" + "0" * 32):
        self.request = request
        self.task_id = task_id
        self.future, self.without_result = "the future", False
        self.cancelled = 0
        self.kept = []
        self.callbacks = []
        self.seq = 0

    def on_message(self, callback):
        self.callbacks.append(callback)

    def cancel(self):
        self.cancelled += 1

    def keep(self, keep=True):
        self.kept.append(keep)

    def trim(self):
        pass

    def result(self):
        return f"the result of {self.task_id}"

    def send(self, kind, **data):
        self.seq += 1
        when = "2026-11-02T09:30:00.000+00:00"
        message = {"task_id": self.task_id, "seq": self.seq, "time": when, "type": kind, "data": data}
        for callback in self.callbacks:
            callback(message)

    def progress(self, progress, source=None, stage="download", step="asking", current_step=2):
        self.send(
            "PROGRESS",
            step=step,
            stage=stage,
            source=source,
            progress=progress,
            current_step=current_step,
            total_steps=5,
        )


HEAD = {
    "place": "22.7000°S 47.6000°W",
    "period": "2024-01-01/2024-01-02",
    "days": 2,
    "missing": 1,
    "sum_eto": 4.25,
    "mean_eto": 4.25,
    "sum_rain": 1234.5,
    "balance": -4.25,
    "quality": {"HIGH": 1},
    "kinds": {"observed": 1},
    "csv": "# a\ndate,eto\n2024-01-01,4.25\n",
    "file": "eto_-22.7_-47.6",
    "link": "?lat=-22.7&lon=-47.6&period=2024-01-01/2024-01-02",
    "own_file": None,
    "own_days": 0,
    "learnt": None,
}
ROWS = [
    {
        "date": "2024-01-01",
        "eto": 4.25,
        "eto_lower": 3.9,
        "eto_upper": 4.6,
        "precipitation": 0.0,
        "quality": "HIGH",
        "kind": "observed",
        "source": "nasa_power",
        "flags": "",
    },
    dict.fromkeys(("eto", "eto_lower", "eto_upper", "precipitation", "quality", "kind", "source", "flags"))
    | {"date": "2024-01-02"},
]
TAKE = {
    "script": "import etolib",
    "citation": "cite <this>",
    "licences": [{"name": "nasa_power", "attribution": "NASA", "licence": ""}],
    "files": [],
}
DAY = {
    "dates": ["2024-01-01", "2024-01-02"],
    "latitude": -22.7,
    "elevation": 530.0,
    "values": {
        "tmax": [29.5, 30.0], "tmin": [20.1, 19.0], "ea": [2.44, 2.2], "rs": [20.7, 25.0], "u2": [1.64, 2.0],
        "pressure": [95.19, 95.19], "rso": [32.45, 32.45], "g": [0.0, 0.0],
    },
    "eto": [4.49, 5.53],
    "flags": {"u2": ["default_wind", ""]},
    "sources": {"u2": ["", "nasa_power"], "rs": ["nasa_power", "nasa_power"]},
    "corrected": [False, False],
}  # fmt: skip
VIEW = {"head": HEAD, "tabs": {"table": {"rows": ROWS, "days": 2}, "take": TAKE}}


def unguarded(callback):
    """Stand in for the guard of a view, where its test wants to see what fails."""
    return callback


def chart(future, ask, words):
    """Answer for the tab of the chart: two pictures that show the words asked for."""
    return tuple(f"<svg id={name}>{' '.join(words.values())}</svg>" for name in "wn")


SOURCES = [
    {
        "name": name,
        "title": title,
        "first": first,
        "last": "2024-06-30",
        "delay": "2 days",
        "licence": "CC BY 4.0",
        "coverage": "global",
    }
    for name, title, first in (("nasa_power", "NASA POWER", "1981-01-01"), ("climatology", "Climatology", "0001-01-01"))
]


def make_page(query="", connection=None, **options):
    """Return a page and the list of the jobs it submits."""
    jobs = []

    def submit(request, client=None, timeout=None):
        jobs.append(FakeJob(request))
        jobs[-1].task_id = f"eto-{len(jobs):032d}"
        return jobs[-1]

    def attach(task_id, client=None):
        jobs.append(FakeJob(task_id=task_id))
        return jobs[-1]

    connection = connection or FakeConnection(
        elevation=(530.4, "embedded"), source_list=SOURCES, view=VIEW, tab=chart, forget_failures=None, answers=False,
    )  # fmt: skip
    page = Page(
        query,
        submit=options.pop("submit", submit),
        attach=options.pop("attach", attach),
        connection=connection,
        loop=Direct(),
        pool=Inline(),
        **options,
    )
    return page, jobs
