"""What holds for every test, doctests too: its own cache, no settings from outside, no network beyond this machine.

A pytest plugin (`-p tests.isolation` in pyproject.toml).
"""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket

import pytest


def pytest_configure(config):
    """Measure the coverage of a process of pytest-xdist too: `coverage run` sees only the one that hands out tests."""
    if hasattr(config, "workerinput") and "COVERAGE_RUN" in os.environ:
        import coverage

        measured = coverage.Coverage(data_suffix=True)
        measured.start()

        def save():
            measured.stop()
            measured.save()

        config.add_cleanup(save)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Begin with the files that take long, where several processes share them: the last one decides when all end."""
    if not hasattr(config, "workerinput"):
        return
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)

    def size(tests):
        return any(one.get_closest_marker("slow") for one in tests), len(tests)

    items[:] = [one for tests in sorted(files.values(), key=size, reverse=True) for one in tests]


@pytest.fixture(scope="session")
def _caches(tmp_path_factory):
    """Names of folders nobody has, in one of their own: pytest's maker of folders reads all there are for each."""
    folder = tmp_path_factory.mktemp("caches")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_settings(_caches, monkeypatch):
    for name in list(os.environ):
        if name.startswith("ETOLIB_") and name != "ETOLIB_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    folder = next(_caches)
    folder.mkdir()
    monkeypatch.setenv("ETOLIB_CACHE_DIR", str(folder))


def _is_local(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost", "0.0.0.0", "::"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return host == socket.gethostname()
    return address.is_loopback or str(address) in _own_addresses()


def _own_addresses() -> set[str]:
    # In-process dask clusters name themselves by this machine's address.
    import psutil

    return {a.address.split("%")[0] for card in psutil.net_if_addrs().values() for a in card}


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    """Make any step outside fail at once, as it does with no network."""
    with pytest.MonkeyPatch.context() as patch:
        connect, look_up = socket.socket.connect, socket.getaddrinfo

        def local_connect(self, address):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
                raise OSError(f"no network in tests: {address}")
            return connect(self, address)

        def local_look_up(host, *args, **kwargs):
            if not _is_local(host):
                raise socket.gaierror(socket.EAI_NONAME, f"no network in tests: {host}")
            return look_up(host, *args, **kwargs)

        patch.setattr(socket.socket, "connect", local_connect)
        patch.setattr(socket, "getaddrinfo", local_look_up)
        yield
