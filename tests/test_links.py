"""`tools/check_links.py`, called by `make docs`: what leads nowhere in a built site is told, with its page."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("check_links", ROOT / "tools/check_links.py")
assert spec is not None
assert spec.loader is not None
check_links = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_links)

GOOD = """<h1 id="top">Top</h1><a name="old">x</a><a href="sub/b.html#here">b</a><a href="#top">up</a>
<a href="#old">o</a><a href="sub/">folder</a><a href="https://example.org/x#y">out</a><a href="mailto:a@b">m</a>
<img src="a%20b.png" alt=""><script src="s.js?v=1"></script>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "sub/index.html").write_text("")
    (tmp_path / "sub/b.html").write_text('<p id="here"><a href="../index.html">home</a></p>')
    (tmp_path / "a b.png").touch()
    (tmp_path / "s.js").touch()
    return tmp_path


def test_a_site_whose_links_lead_somewhere_has_no_fault(site, capsys):
    assert check_links.main(site) == 0
    assert capsys.readouterr().out == "3 pages, 9 links and pictures, 0 faults\n"


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<a href="gone.html">x</a>', "gone.html: there is no such file"),
        ('<a href="sub/b.html#nowhere">x</a>', "the place in it is not"),
        ('<a href="#nowhere">x</a>', "the place in it is not"),
        ('<img src="gone.png" alt="x">', "gone.png: there is no such file"),
        ('<img src="a%20b.png">', "without words in its place"),
        ('<a href="../outside.html">x</a>', "leads out of the site"),
        ('<a href="/index.html">x</a>', "begins at the root of the server"),
        ('<a href="file:///x/index.html">x</a>', "the reader's own machine"),
        ('<a href="http://localhost:8000/">x</a>', "the reader's own machine"),
        ('<b id="top">x</b>', "'top' stands 2 times"),
    ],
)
def test_what_leads_nowhere_is_told_with_its_page(site, capsys, html, said):
    (site / "index.html").write_text(GOOD + html)
    assert check_links.main(site) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[0].startswith("index.html")
    assert said in told[0]


def test_a_folder_without_a_page_is_no_site_without_faults(tmp_path, capsys):
    assert check_links.main(tmp_path) == 1
    assert "make docs" in capsys.readouterr().out
