"""Every source of the catalogue asks as its row says, waits when it is told to, and does not ask twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from etolib.errors import RateLimited
from etolib.sources import catalogue
from etolib.sources.network.budget import MONTH, Budget, Ledger, span
from tests.simulator import WeatherServer
from tests.simulator.kinds import OPEN_METEO
from tests.sources import matrix

pytestmark = pytest.mark.slow

ROWS = {row.name: row for row in catalogue.SOURCES.values()}
WIDTHS = {"a minute": 60, "an hour": 3600, "a day": 86400}
Granted = list[tuple[Budget, float, float]]


@pytest.fixture
def granted(monkeypatch) -> Granted:
    """Return the turns that the ledger has given: budget, weight and time."""
    turns: Granted = []
    take = Ledger.take

    def noted(self, budget, weight, clock):
        read: list[float] = []  # the time that counted: the ledger reads it when it is our turn
        later = take(self, budget, weight, lambda: read.append(clock()) or read[-1])
        if later is None:
            turns.append((budget, weight, read[-1]))
        return later

    monkeypatch.setattr(Ledger, "take", noted)
    return turns


@pytest.fixture(scope="module")
def running() -> Iterator[WeatherServer]:
    with WeatherServer(today=matrix.TODAY) as server:
        yield server


@pytest.fixture
def provider(request, running):
    running.clear()
    running.forget()
    yield matrix.PROVIDERS[request.param]
    running.clear()


def noon(door) -> None:
    """Set the clock of a door to the middle of its windows: near the end of one it is waited for."""
    now = door.clock()
    door.clock.slept += span(now, MONTH)[0] + 14.5 * 86400.0 + 1830.0 - now


every_source = pytest.mark.parametrize("provider", matrix.PROVIDERS, indirect=True)


def promised(text: str) -> dict[str, float]:
    """Return the numbers of a politeness in words: requests at once, seconds between them, calls in a window."""
    found = {}
    if match := re.search(r"at most (\d+)(?: \w+)? at once", text):
        found["at once"] = float(match[1])
    if match := re.search(r"([\d.]+) s between", text):
        found["between"] = float(match[1])
    for name in WIDTHS:
        if match := re.search(rf"([\d ]+)(?: weighted calls)? {name}\b", text):
            found[name] = float(match[1].replace(" ", ""))
    return found


def test_a_politeness_in_words_is_read():
    text = catalogue.find("open_meteo_archive").politeness
    assert promised(text) == {"at once": 4, "a minute": 600, "an hour": 5000, "a day": 10000}
    assert promised(catalogue.find("gridmet").politeness) == {"at once": 2, "between": 0.5}
    assert any(promised(row.politeness) for row in ROWS.values())


@every_source
def test_it_asks_as_its_row_says_and_once(provider, running, granted, tmp_path):
    with matrix.settings(running, tmp_path) as door:
        first = provider.ask()
        calls, asked = running.calls(), list(granted)
        assert len(asked) == len(calls)  # no request that no budget counts
        budgets = {budget.name: budget for budget, _, _ in asked}
        for name, budget in budgets.items():
            times = [time for one, _, time in asked if one.name == name]
            gaps = [after - before for before, after in itertools.pairwise(times)]
            assert not gaps or min(gaps) >= budget.spacing - 1e-6
        for call in calls:
            assert call.in_flight <= max(budget.in_flight for budget in budgets.values())
            assert re.fullmatch(r"etolib/\S+ \(.*test@example\.org\)", call.headers["user-agent"])
        row = ROWS.get(provider.name)
        if row is not None:
            (budget,) = budgets.values()
            windows = {words: dict(budget.windows).get(width) for words, width in WIDTHS.items()}
            have = {"at once": budget.in_flight, "between": budget.spacing, **windows}
            assert {name: have[name] for name in promised(row.politeness)} == promised(row.politeness)
        door.clock.slept += 60.0
        again = provider.ask()
        assert len(running.calls()) == len(calls)  # what is kept answers
        assert again.equals(first)


@every_source
def test_who_is_told_to_wait_asks_no_more_until_then(provider, running, tmp_path):
    """Retry-After of an hour; Open-Meteo says in words that its day is over."""
    daily = provider.service in OPEN_METEO
    with matrix.settings(running, tmp_path) as door:
        noon(door)
        running.fault(provider.service, "429_daily" if daily else "429_retry_after_long")
        for _ in range(2):
            now = door.clock()
            with pytest.raises(RateLimited) as caught:
                provider.ask()
            assert len(running.calls(provider.service)) == 1
            assert caught.value.suggestion
            assert caught.value.retry_at is not None
            assert caught.value.retry_at == pytest.approx(span(now, 86400.0)[1] if daily else now + 3600.0, abs=30)
        running.clear()
        door.clock.slept += caught.value.retry_at - door.clock() + 1.0
        assert provider.ask().notna().any(axis=None)


@every_source
def test_a_short_wait_is_waited_for_and_not_seen(provider, running, tmp_path):
    with matrix.settings(running, tmp_path / "calm"):
        truth = provider.ask()
    with matrix.settings(running, tmp_path / "busy") as door:
        door.clock.slept += 55.0 - door.clock() % 60.0  # Open-Meteo says: until the minute is over
        running.fault(provider.service, "429_retry_after", times=1, seconds=7)
        if provider.service == catalogue.PLACES.service:  # nobody who types a name waits for a minute
            with pytest.raises(RateLimited):
                provider.ask()
            return
        assert matrix.judge(provider.ask, truth, running).kind == "data"
        least = 0.0 if provider.service in OPEN_METEO else 7.0  # whose minute may be over at once
        assert max(door.clock.waits) >= min(least, 7.0) - 0.1


LIMITED = [one.name for one in matrix.PROVIDERS.values() if one.service in (*OPEN_METEO, "opentopodata")]


@pytest.mark.parametrize("provider", LIMITED, indirect=True)
def test_a_window_that_is_full_is_not_asked_into(provider, running, granted, tmp_path):
    with matrix.settings(running, tmp_path / "calm"):
        provider.ask()
    budget = granted[0][0]
    assert budget.windows
    running.forget()
    for width, limit in budget.windows:
        if width <= budget.wait:
            continue  # it is waited for
        with matrix.settings(running, tmp_path / str(width)) as door:
            noon(door)
            assert door.ledger.take(budget, limit, door.clock) is None
            with pytest.raises(RateLimited) as caught:
                provider.ask()
            assert caught.value.retry_at == span(door.clock(), width)[1]
    assert running.calls() == []


def test_only_who_states_windows_has_some(running, granted, tmp_path):
    """The list above is that of all who have limits by the day."""
    with matrix.settings(running, tmp_path):
        for one in matrix.PROVIDERS.values():
            before = len(granted)
            one.ask()
            daily = {any(width >= 3600 for width, _ in budget.windows) for budget, _, _ in granted[before:]}
            assert daily <= {one.name in LIMITED}, one.name  # none where another has asked the same
