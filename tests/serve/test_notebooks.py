"""The notebooks of etolib in a person's own folder: copied, brought up to date, never written over."""

from __future__ import annotations

import json

import pytest

from etolib.errors import InputError
from etolib.serve import notebooks

FIRST = "01_first_eto.ipynb"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder of notebooks to ship."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in (FIRST, "02_sources.ipynb"):
        (folder / name).write_text(f"old {name}")
    monkeypatch.setattr(notebooks, "shipped", lambda: folder)
    return folder


def test_what_is_missing_is_copied_and_told_once(shipped, tmp_path):
    first = notebooks.copy(tmp_path)
    assert first.written == (FIRST, "02_sources.ipynb")
    assert "etolib-notebooks" in first.sentences[0]
    assert (tmp_path / notebooks.FOLDER / FIRST).read_text() == f"old {FIRST}"
    again = notebooks.copy(tmp_path)
    assert (again.written, again.kept, again.sentences) == ((), (), [])


@pytest.mark.parametrize("how", ["changed", "emptied", "own file of that name", "unknown digest"])
def test_one_that_a_person_has_changed_stays(shipped, tmp_path, how):
    own = tmp_path / notebooks.FOLDER / FIRST
    if how == "own file of that name":
        own.parent.mkdir()
    else:
        notebooks.copy(tmp_path)
    if how == "unknown digest":
        (own.parent / ".copied.json").write_text("[1, 2")
    mine = {"emptied": "", "unknown digest": f"old {FIRST}"}.get(how, "mine")
    own.write_text(mine)
    (shipped / FIRST).write_text("new")
    copied = notebooks.copy(tmp_path)
    assert own.read_text() == mine
    assert copied.kept == (FIRST,)
    assert FIRST in copied.sentences[-1]


def test_one_that_nobody_has_changed_is_brought_up_to_date(shipped, tmp_path):
    notebooks.copy(tmp_path)
    (shipped / FIRST).write_text("new")
    assert notebooks.copy(tmp_path).written == (FIRST,)
    assert (tmp_path / notebooks.FOLDER / FIRST).read_text() == "new"
    assert sorted(path.name for path in (tmp_path / notebooks.FOLDER).iterdir()) == [
        ".copied.json", FIRST, "02_sources.ipynb",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_written_is_an_error_in_words(shipped, tmp_path):
    (tmp_path / notebooks.FOLDER).write_text("a file")
    with pytest.raises(InputError, match="`--no-notebooks`"):
        notebooks.copy(tmp_path)


def test_there_are_seven_and_they_are_found():
    assert [path.name[:2] for path in sorted(notebooks.shipped().glob("*.ipynb"))] == [f"0{n}" for n in range(1, 8)]


def test_the_stored_outputs_hold_pictures_and_no_errors():
    for path in sorted(notebooks.shipped().glob("*.ipynb")):
        outputs = [one for cell in json.loads(path.read_text())["cells"] for one in cell.get("outputs", [])]
        assert outputs, path.name
        assert not [one for one in outputs if one["output_type"] == "error"], path.name
        assert any("image/png" in one.get("data", {}) for one in outputs), path.name
