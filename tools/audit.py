"""What an installation of etolib is made of, and which of its parts are known to be weak: ``make audit``.

Writes a software bill of materials (CycloneDX 1.6, JSON) of etolib[app] as it is installed here, from what the
packages say of themselves; then has pip-audit look the versions up, where the index of weaknesses answers. That is
tried with one package first, for some seconds: many indexes serve packages and know no weaknesses.

Exit status: 0 nothing is known, or the index does not answer, or not in time (which is said); 1 something is known.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata as metadata
import json
import re
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROBE = "pip"
_PATIENCE_S = 20  # for one package, the start of the program included
_PATIENCE_ALL_S = 180


def normal(name: str) -> str:
    """Return a name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parts(root: str = "etolib", extras: frozenset[str] = frozenset({"app"})) -> dict[str, metadata.Distribution]:
    """Return the packages that an installation has, by name: the root first, then what it needs, and so on."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [(root, extras)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        name, asked = wanted.pop(0)
        if (normal(name), asked) in seen:
            continue
        seen.add((normal(name), asked))
        try:
            one = found.setdefault(normal(name), metadata.distribution(name))
        except metadata.PackageNotFoundError:
            continue  # of another platform, or not wished for
        for text in one.requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in asked or {""}):
                wanted.append((needed.name, frozenset(needed.extras)))
    return found


def component(one: metadata.Distribution) -> dict[str, object]:
    """Return a package as a component of the bill."""
    said = one.metadata
    name, version = normal(said["Name"]), one.version
    reference = f"pkg:pypi/{name}@{version}"
    found: dict[str, object] = {
        "type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference,
    }  # fmt: skip
    if expression := said.get("License-Expression"):
        found["licenses"] = [{"expression": expression}]
    elif licence := (said.get("License") or "").strip():
        found["licenses"] = [{"license": {"name": licence.splitlines()[0][:100]}}]
    if summary := said.get("Summary"):
        found["description"] = summary
    return found


def bill(found: dict[str, metadata.Distribution]) -> dict[str, object]:
    """Return the bill of materials; the root is what it is of."""
    root, *rest = found.values()
    names = {name: f"pkg:pypi/{name}@{one.version}" for name, one in found.items()}
    needs = []
    for name, one in found.items():
        said = {normal(Requirement(text).name) for text in one.requires or ()}
        needs.append({"ref": names[name], "dependsOn": sorted(names[other] for other in said & names.keys())})
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "component": component(root) | {"type": "application"},
        },
        "components": sorted((component(one) for one in rest), key=lambda one: str(one["name"])),
        "dependencies": needs,
    }


def look_up(program: str, versions: dict[str, str], patience: float) -> list[dict[str, object]] | None:
    """Return what pip-audit says of packages; None where the index knows none of them, or says nothing in time [s]."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "versions.txt"
        wanted.write_text("".join(f"{name}=={version}\n" for name, version in versions.items()))
        command = [program, "--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=10", "-f", "json"]
        try:
            done = subprocess.run(
                [*command, "-r", str(wanted)], capture_output=True, text=True, timeout=patience, check=False
            )
            told = json.loads(done.stdout)["dependencies"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
            return None
    known = [one for one in told if "skip_reason" not in one]
    return known or None


def main() -> int:
    """Write the bill, look the versions up, say what is known."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sbom", type=Path, default=ROOT / "build" / "sbom.json", help="where the bill is written")
    parser.add_argument("--pip-audit", help="the program; nothing is looked up without it")
    chosen = parser.parse_args()
    found = parts()
    chosen.sbom.parent.mkdir(parents=True, exist_ok=True)
    chosen.sbom.write_text(json.dumps(bill(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{chosen.sbom}: {len(found)} packages")
    versions = {name: one.version for name, one in found.items() if name != "etolib"}
    first = {PROBE: metadata.version(PROBE)}
    if not chosen.pip_audit or look_up(chosen.pip_audit, first, _PATIENCE_S) is None:
        print("audit: the index of weaknesses does not answer here; nothing was looked up")
        return 0
    known = look_up(chosen.pip_audit, versions, _PATIENCE_ALL_S)
    if known is None:
        print(
            f"audit: the index of weaknesses knew {PROBE} and did not answer for the others; nothing is known of them"
        )
        return 0
    weak = [one for one in known if one["vulns"]]
    for one in weak:
        for fault in one["vulns"]:  # type: ignore[attr-defined]
            mended = ", ".join(fault["fix_versions"]) or "none"
            print(f"{one['name']} {one['version']}: {fault['id']}, mended in {mended}")
    print(f"audit: {len(known)} of {len(versions)} packages looked up, {len(weak)} with known weaknesses")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
