"""What the documentation names is there: files, pictures, tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_to_is_there(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_test_that_a_page_names_is_there(page):
    gone = []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8")):
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text(encoding="utf-8")):
            gone.append(f"{path}::{name}")
    assert gone == []


def is_made(page: Path) -> bool:
    """Whether a page is made of the code by a build (`docs/builder`), so that a checkout has none."""
    name = page.relative_to(ROOT / "docs").as_posix()
    return name.startswith("api/") or name == "how/equations"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_that_a_page_names_are_there(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`", text)
    for listed in re.findall(r"```\{toctree\}\n(.*?)```", text, re.S):
        lines = [line for line in listed.splitlines() if line.strip() and not line.startswith(":")]
        named += [re.sub(r".*<(.*)>", r"\1", line) for line in lines]
    pages = [(page.parent / name).resolve() for name in named]
    assert [one for one in pages if not is_made(one) and not one.with_name(f"{one.name}.md").exists()] == []
