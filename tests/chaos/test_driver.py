"""The driver of chaos: what is tried when, what is kept, what stands in the document."""

from __future__ import annotations

import json
import tempfile
import threading

import psutil
import pytest

from tests.browser.stage import until
from tests.chaos import __main__ as driver
from tests.chaos import lane, table, trial


def test_every_trial_is_in_one_lot_of_one_stage_and_the_first_of_all_faults_come_first():
    wanted = [(name, number) for number in range(5) for name in trial.EVERY]
    lots = driver.lots(wanted, 1)
    assert sorted(one for _, _, lot in lots for one in lot) == sorted(wanted)
    assert all({trial.stage_of(name) for name, _ in lot} == {kind} for kind, _, lot in lots)
    assert max(len(lot) for _, _, lot in lots) == driver.LOT
    stages = {trial.stage_of(name) for name in trial.EVERY}
    assert {kind for kind, _, _ in list(lots)[: len(stages)]} == stages


def verdict(name, number, wrong=(), **more):
    return {
        "fault": name, "number": number, "seed": 1, "states": {"SUCCESS": 6}, "fewer": 0, "usable": 1.0 + number,
        "seconds": 5.0, "load": 2.0, "wrong": list(wrong), **more,
    }  # fmt: skip


def test_the_table_is_written_from_the_last_verdict_of_each_trial(tmp_path):
    document = tmp_path / "chaos.md"
    document.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    done = [verdict("worker killed", 0, ["lost"]), verdict("worker killed", 1), verdict("worker killed", 0)]
    table.write(document, done)
    text = document.read_text()
    told = "2 trials, 1 well at the first attempt, 2 at the last; load of the machine after a trial 2.0 to 2.0"
    assert text.startswith(f"before\n{table.BEGIN}\n{told}")
    assert "| worker killed | 2 | 1 | 2 | 12 SUCCESS | 0 | 1.0 to 2.0, median 1.5 |  |" in text
    assert "old" not in text
    assert text.endswith(f"{table.END}\nafter\n")
    assert table.text(done[:1]).endswith("Not well:\n\n- worker killed, trial 0: lost\n")


def test_a_run_goes_on_where_it_stopped_and_tries_again_what_went_wrong_only_when_told(tmp_path, monkeypatch):
    results = tmp_path / "results.jsonl"
    results.write_text("".join(json.dumps(verdict("worker killed", n, ["lost"] * n)) + "\n" for n in range(2)))
    tried = []
    monkeypatch.setattr(driver, "_try", lambda lots, lanes, keep: tried.append([lot for _, _, lot in lots]))
    asked = ["--times", "3", "--faults", "worker killed", "--results", str(results)]
    assert driver.main(asked) == 1
    driver.main([*asked, "--again"])
    assert tried == [[[("worker killed", 2)]], [[("worker killed", 1), ("worker killed", 2)]]]


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_of_a_lane_that_ends_nothing_stays(tmp_path, monkeypatch, how):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    one, lots = lane.Lane(), iter([("plain", 1, [("worker killed", n) for n in range(9)])])
    thread = threading.Thread(target=one.work, args=(lambda: next(lots, None), print), daemon=True)
    thread.start()
    process = psutil.Process(until(lambda: one._process and one._process.pid, "the lane"))
    programs = until(lambda: len(process.children()) > 3 and process.children(recursive=True), "its stage", 60)
    assert process.is_running()
    if how == "stopped":
        one.stop()
    else:
        process.kill()
    thread.join(10)
    if how == "stopped":
        assert one._process.returncode >= 0  # it has ended by itself, not by a second signal
    assert psutil.wait_procs([process, *programs], timeout=15)[1] == []
    with lane.folder() as place:
        assert [*tmp_path.glob("chaos-*")] == [place]
