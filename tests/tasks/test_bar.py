"""A task or a batch shows itself: a bar that moves in a notebook, a line in a terminal; a task can be awaited."""

from __future__ import annotations

import asyncio
import io
import threading

import pytest

import etolib
from etolib import pipeline, tasks
from etolib.errors import NoSourceError
from etolib.site import Site
from etolib.tasks import bar

SITE = Site(-9.4, -40.5, elevation=376)
PERIOD = "2024-01"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def gate(monkeypatch):
    """A pipeline that waits until the test lets it go on."""
    run, opened = pipeline.run, threading.Event()

    def held(request, *args, **options):
        assert opened.wait(30)
        return run(request, *args, **options)

    monkeypatch.setattr(pipeline, "run", held)
    yield opened
    opened.set()


def submitted(client):
    return tasks.submit(SITE, PERIOD, "climatology", client=client)


def test_jobs_are_awaited_together_and_raise_their_own_error(client):
    async def main():
        good = [submitted(client), tasks.submit(Site(10, 10, 400), PERIOD, "climatology", client=client)]
        bad = tasks.submit(Site(10, 11, 400), "2024-01-01", "met_norway", client=client)
        results = await asyncio.gather(*good)
        with pytest.raises(NoSourceError):
            await bad
        return results

    with etolib.set_options(offline=True):
        assert [len(result.table) for result in asyncio.run(main())] == [31, 31]


def test_awaiting_does_not_hold_the_loop(client, gate):
    async def main():
        waiting = asyncio.ensure_future(submitted(client)._wait())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        gate.set()
        return await waiting

    assert len(asyncio.run(main()).table) == 31


def test_a_widget_follows_a_task_to_its_end(client, gate):
    async def main():
        shown = bar.widget(submitted(client))
        assert 'value="0.000"' in shown.value or "PROCESSING" in shown.value
        ended = asyncio.Event()
        shown.observe(lambda change: "SUCCESS" in change["new"] and ended.set(), "value")
        gate.set()
        await asyncio.wait_for(ended.wait(), 30)
        return shown.value

    assert 'value="1.000"' in asyncio.run(main())


def test_a_widget_follows_a_batch_and_many_ends_are_shown_once(client):
    async def main():
        batch = tasks.submit_many([Site(-9.4, -40.5 + i / 10, 376) for i in range(6)], PERIOD, "climatology",
                                  client=client)  # fmt: skip
        shown, values = bar.widget(batch), []
        ended = asyncio.Event()

        def seen(change):
            values.append(change["new"])
            if "6 of 6 places" in change["new"]:
                ended.set()

        shown.observe(seen, "value")
        if "6 of 6 places" not in shown.value:
            await asyncio.wait_for(ended.wait(), 30)
        assert len(values) <= 6

    asyncio.run(main())


def test_a_terminal_gets_one_line_that_is_drawn_again(client, gate):
    screen, job = Terminal(), submitted(client)
    threading.Timer(0.0, gate.set).start()
    assert etolib.progress(job, screen) is None
    assert screen.getvalue().endswith(f"[{'#' * 24}] SUCCESS\n")
    assert screen.getvalue().startswith("\r\x1b[K")


def test_a_file_gets_the_last_state_alone(client):
    batch = tasks.submit_many([SITE], PERIOD, "climatology", client=client)
    written = io.StringIO()
    etolib.progress(batch, written)
    assert written.getvalue() == f"[{'#' * 24}] 1 of 1 places\n"


def test_a_notebook_without_widgets_gets_the_state_of_now(client):
    job = submitted(client)
    job.result(30)
    assert job.messages()[-1]["type"] == "SUCCESS"
    shown = job._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert job.task_id in shown["text/html"]


def test_in_a_kernel_the_value_of_a_cell_is_the_widget(client, monkeypatch):
    monkeypatch.setattr(bar, "_in_notebook", lambda: True)
    job = submitted(client)
    job.result(30)
    for shown in (job._repr_mimebundle_(), etolib.progress(job)._repr_mimebundle_()):
        data = shown[0] if isinstance(shown, tuple) else shown
        assert "application/vnd.jupyter.widget-view+json" in data
