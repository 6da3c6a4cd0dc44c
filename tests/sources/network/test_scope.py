"""Scopes: what is abandoned ends at once, in this thread and in those it started, and nothing else does."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from etolib.sources.network import scope
from etolib.sources.network.scope import Abandoned, Scope


def test_cancel_ends_a_wait_in_another_thread():
    waiting: Future[int] = Future()
    with Scope() as here, ThreadPoolExecutor(1) as pool:
        told = pool.submit(contextvars.copy_context().run, scope.result, waiting)
        here.cancel()
        with pytest.raises(Abandoned):
            told.result(20)
    assert waiting.cancelled()


def test_what_comes_after_the_cancel_is_abandoned_too():
    with Scope() as here:
        here.cancel()
        with pytest.raises(Abandoned):
            scope.result(Future())
        with pytest.raises(Abandoned):
            scope.sleep(60)
        assert scope.cancelled()


def test_one_scope_does_not_end_another():
    mine: Future[int] = Future()
    with Scope() as first:
        pass
    with Scope():
        first.cancel()
        mine.set_result(3)
        assert scope.result(mine) == 3
        assert not scope.cancelled()


def test_without_a_scope_nothing_is_abandoned():
    done: Future[str] = Future()
    done.set_result("here")
    assert scope.result(done) == "here"
    assert not scope.cancelled()
    scope.sleep(0)


def test_an_error_is_the_downloads_own_and_nothing_is_kept():
    failed: Future[int] = Future()
    failed.set_exception(ValueError("theirs"))
    with Scope() as here:
        with pytest.raises(ValueError, match="theirs"):
            scope.result(failed)
        assert here._futures == set()


def test_sleep_wakes_at_the_cancel():
    woken = threading.Event()

    def nap():
        with pytest.raises(Abandoned):
            scope.sleep(600)
        woken.set()

    with Scope() as here:
        thread = threading.Thread(target=contextvars.copy_context().run, args=(nap,))
        thread.start()
        here.cancel()
        assert woken.wait(20)
        thread.join(20)
