"""Fixtures of the browser tests. One stage for most of them: starting it costs seconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: test)")

from tests.browser.stage import TODAY, Visitor, launch, serving, settings  # noqa: E402
from tests.simulator import WeatherServer  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests; each visitor has a context of its own."""
    with playwright_api.sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Simulator, cluster of worker processes, `etolib serve`: ``url``, ``weather``, ``client``."""
    from etolib.tasks import cluster

    folder = tmp_path_factory.mktemp("stage")
    with WeatherServer(today=TODAY) as weather, pytest.MonkeyPatch.context() as patch:
        environment = settings(folder / "cache", weather.environment())
        for name, value in environment.items():
            if name.startswith("ETOLIB_"):
                patch.setenv(name, value)
        with (
            cluster.start(2) as workers,
            workers.get_client() as client,
            serving(workers.scheduler_address, environment, folder) as (url, server),
        ):
            yield SimpleNamespace(
                url=url, server=server, weather=weather, client=client, scheduler=workers.scheduler_address,
                environment=environment,
            )  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def weather(stage: SimpleNamespace) -> Iterator[WeatherServer]:
    """The simulator, without the faults and calls of other tests."""
    stage.weather.clear()
    stage.weather.forget()
    yield stage.weather
    stage.weather.clear()


@pytest.fixture
def visit(browser: Any, stage: SimpleNamespace) -> Iterator[Callable[..., Visitor]]:
    """Return a function that makes a visitor; whatever a test does, no visitor may see an error or ask elsewhere."""
    visitors: list[Visitor] = []

    def make(query: str = "", app: str = "eto", **context: Any) -> Visitor:
        visitor = Visitor(browser, stage.url.replace("eto.ipynb", f"{app}.ipynb"), **context)
        visitors.append(visitor)
        visitor.open(query)
        return visitor

    yield make
    for visitor in visitors:
        visitor.close()
    assert [(visitor.errors, visitor.outside) for visitor in visitors] == [([], [])] * len(visitors)
