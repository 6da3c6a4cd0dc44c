"""The front end of the dashboards: what it draws, what it asks for, how it lives with a line that is cut."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from etolib.serve import voila
from etolib.widgets import front
from tests.browser.stage import PATIENCE_MS, Visitor, free_port, process, wait_ready

BANNER = ".etolib-lost.etolib-banner"


@pytest.fixture
def slim():
    if front.manifest() is None:
        pytest.skip("the front end is not built here (python tools/build_front.py)")


@pytest.fixture(scope="module")
def stock(stage, tmp_path_factory):
    """A server of the same pages on Voila's own front end, without a kernel kept ready."""
    port = free_port()
    command, _ = voila.command(port=port, pool=0)
    environment = stage.environment | {"ETOLIB_FRONT": "stock", "DASK_SCHEDULER_ADDRESS": stage.scheduler}
    log = tmp_path_factory.mktemp("stock") / "log"
    with process(command, environment, log) as child:
        url = voila.url("eto", "127.0.0.1", port)
        wait_ready(url)
        yield SimpleNamespace(url=url, child=child, log=log)


def test_one_script_and_its_parts_and_nothing_of_jupyterlab(slim, visit):
    page = visit().page
    asked = page.evaluate("() => performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)")
    scripts = [name for name in asked if name.endswith(".js")]
    assert 1 <= len(scripts) <= 5
    assert all(name.startswith("/etolib/front/") for name in asked if name.endswith((".js", ".css")))


def test_the_shell_says_something_before_any_script_has_come(slim, browser, stage):
    wait_ready(stage.url)
    visitor = Visitor(browser, stage.url, color_scheme="dark")
    page = visitor.page
    page.route("**/etolib/front/*.js", lambda route: None)  # they hang
    theme = "() => document.documentElement.className"
    page.goto(f"{stage.url}?lang=pt", wait_until="commit")
    expect(page.locator("#loading h1")).to_have_text("Evapotranspiração de referência")
    assert page.evaluate(theme) == "etolib-dark"  # as the system
    # What was chosen here before, as the page keeps it.
    page.evaluate("() => localStorage.setItem('etolib', JSON.stringify({theme: 'light', language: 'pt'}))")
    wait_ready(stage.url)
    page.goto(stage.url, wait_until="commit")
    expect(page.locator("#loading h1")).to_have_text("Evapotranspiração de referência")
    assert page.evaluate(theme) == ""
    visitor.close()


def test_a_page_whose_scripts_do_not_come_says_so_after_one_more_try(slim, browser, stage):
    wait_ready(stage.url)
    visitor = Visitor(browser, stage.url)
    page = visitor.page
    loads = []
    page.on("domcontentloaded", lambda _: loads.append(page.url))
    page.route("**/etolib/front/*.js", lambda route: route.abort())
    page.goto(f"{stage.url}?lang=pt", wait_until="commit")
    expect(page.locator("#loading")).to_contain_text("A página não iniciou", timeout=PATIENCE_MS)
    assert len(loads) == 2
    page.unroute("**/etolib/front/*.js")
    page.locator("#loading button").click()
    expect(page.locator(".etolib-page .leaflet-container")).to_be_visible(timeout=PATIENCE_MS)
    visitor.close()


BROKEN = """{"cells": [%s{"cell_type": "code", "execution_count": null, "id": "bad", "metadata": {}, "outputs": [],
"source": ["raise ValueError('the <b>cause</b>')"]}], "metadata": {"kernelspec": {"display_name": "Python 3",
"language": "python", "name": "python3"}, "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}"""
WORKS = """{"cell_type": "code", "execution_count": null, "id": "good", "metadata": {}, "outputs": [],
"source": ["from ipywidgets import Button\\n", "Button(description='still here')"]},"""


def test_a_page_whose_program_fails_says_so_in_the_language_of_its_reader(slim, browser, tmp_path):
    for name, cells in (("bad", ""), ("half", WORKS)):
        (tmp_path / f"{name}.ipynb").write_text(BROKEN % cells)
    port = free_port()
    command, more = voila.command(tmp_path, port=port, pool=0)
    with process(command, os.environ | more, tmp_path / "log"):
        wait_ready(voila.url("bad", "127.0.0.1", port))
        visitor = Visitor(browser, voila.url("bad", "127.0.0.1", port), locale="es-CL")
        page = visitor.page
        page.goto(visitor.url)
        expect(page.locator("#loading [role=alert]")).to_contain_text("un error detuvo su programa")
        expect(page.get_by_role("button", name="Recargar")).to_be_visible()
        assert "executing" not in page.inner_text("body")
        page.goto(voila.url("half", "127.0.0.1", port))  # what works is shown, with the sentence in place of the rest
        expect(page.get_by_role("button", name="still here")).to_be_visible()
        expect(page.locator(".etolib-cell-failed")).to_contain_text("un error detuvo su programa")
        visitor.context.close()
    assert "the <b>cause</b>" in (tmp_path / "log").read_text()  # for who runs the server


def test_a_line_that_is_cut_is_told_and_the_page_catches_up(slim, browser, stage):
    wait_ready(stage.url)
    visitor = Visitor(browser, stage.url)
    lines, cut = [], []

    def through(line):
        lines.append(line)
        if cut:
            line.close()
        else:
            line.connect_to_server()

    visitor.page.route_web_socket("**/channels**", through)
    page = visitor.open()
    expect(page.locator(BANNER)).to_have_count(0)
    cut.append(True)
    lines[0].close()
    expect(page.locator(BANNER)).to_contain_text("The line to the server was cut", timeout=PATIENCE_MS)
    expect(page.locator(BANNER).get_by_role("button")).to_have_text("Reload")
    cut.clear()
    expect(page.locator(BANNER)).to_have_count(0, timeout=PATIENCE_MS)  # it came back
    page.get_by_role("button", name="PT").click()
    expect(page.locator(".etolib-calculate")).to_have_text("Calcular")
    visitor.close()
    assert visitor.outside == []


def test_voilas_own_front_end_serves_the_same_page_and_says_when_its_server_is_gone(browser, stock):
    assert "ETOLIB_FRONT" in stock.log.read_text()
    visitor = Visitor(browser, stock.url)
    page = visitor.open("?lat=-22.7&lon=-47.6&lang=pt")
    expect(page.locator(".etolib-latitude input")).to_have_value("-22.7")
    page.locator(".etolib-map").click(position={"x": 200, "y": 220})
    expect(page.locator(".etolib-latitude input")).not_to_have_value("-22.7")
    expect(page.locator("script[src*='voila.js']")).to_have_count(1)
    assert (visitor.errors, visitor.outside) == ([], [])
    os.killpg(stock.child.pid, signal.SIGKILL)
    stock.child.wait()
    expect(page.locator(BANNER)).to_contain_text("A sessão terminou", timeout=PATIENCE_MS)
    visitor.context.close()


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("<b>ETo</b> of <i>grass</i>", "<b>ETo</b> of <i>grass</i>"),
        ("<script>bad()</script>x", "x"),
        ("<img src=x onerror=bad()>", '<img src="x">'),
        ('<a href=" javascript:bad()" class="c">a</a>', '<a class="c">a</a>'),
        ('<a href="java\tscript:bad()">a</a>', "<a>a</a>"),
        ('<a href="https://example.org/a?b=c">a</a>', '<a href="https://example.org/a?b=c">a</a>'),
        ("<svg><style><img src=x onerror=bad()></style></svg>t", '<img src="x">t'),
        ("<h1 onclick=bad()>a<b onclick=bad()>b</b></h1>", "a<b>b</b>"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
    ],
)
def test_html_of_a_description_keeps_what_is_allowed_and_runs_nothing(blank, given, left):
    assert blank.evaluate("(html) => sanitize(html, allowed)", given) == left


@pytest.fixture(scope="module")
def blank(browser):
    """An empty page with the function that stands in for sanitize-html, and what ipywidgets allows."""
    source = (front.BUILT.parent / "src" / "page" / "stubs" / "sanitize.js").read_text(encoding="utf-8")
    page = browser.new_page()
    page.evaluate(
        "(source) => { window.sanitize = Function(`${source}; return sanitize`)();"
        "window.allowed = { allowedTags: ['a', 'b', 'i', 'img'],"
        " allowedAttributes: { '*': ['aria-*', 'class', 'title'], a: ['href'], img: ['src'] } }; }",
        source.replace("export default function", "function"),
    )
    yield page
    page.close()
