"""Files at the door: what hostile files cost before they are refused, and normal ones as they are read.

Each is read by a process of its own, as a library does it: seconds of a processor and the highest memory.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

LIMIT_S = 30

_CHILD = f"""
import resource, sys, time
import etolib, pandas, openpyxl
from etolib import places_reader
from etolib.sources.station import file, guess
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
resource.setrlimit(resource.RLIMIT_CPU, ({LIMIT_S}, {LIMIT_S}))
begun, path = time.process_time(), sys.argv[1]
try:
    found = places_reader.read_places(path) if "places" in path else etolib.read_station(path).frame
    said = f"read: {{len(found)}}"
except etolib.InputError as error:
    said = str(error.problems[0].rule)[:70]
except MemoryError:
    said = "MemoryError"
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{{time.process_time() - begun:.2f}}|{{peak / 1024:.0f}}|{{base / 1024:.0f}}|{{said}}")
"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STRINGS = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACK}/content-types"><Default Extension="rels" ContentType="application/'
    'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{_STRINGS}<Override PartName='
    f'"/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="rId1" Type="{_DOCS}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCS}"><sheets><sheet name="a" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="rId1" Type="{_DOCS}'
    f'/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_DOCS}/sharedStrings"'
    ' Target="sharedStrings.xml"/></Relationships>',
}  # fmt: skip


def _day(number: int) -> str:
    return (dt.date(2000, 1, 1) + dt.timedelta(number)).isoformat()


def _row(number: int, **cells: str | float) -> bytes:
    made = "".join(
        f'<c r="{c}{number}" t="inlineStr"><is><t>{v}</t></is></c>'
        if isinstance(v, str)
        else f'<c r="{c}{number}"><v>{v}</v></c>'
        for c, v in cells.items()
    )
    return f'<row r="{number}">{made}</row>'.encode()


def _sheet(parts: Iterable[bytes], before: str = "", strings: Iterable[bytes] = ()) -> bytes:
    """Return an Excel file with a sheet of raw XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write(f'{before}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            file.writelines(parts)
            file.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as file:
            file.write(f'<sst xmlns="{_MAIN}">'.encode())
            file.writelines(strings)
            file.write(b"</sst>")
    return made.getvalue()


def _days(count: int) -> list[bytes]:
    return [_row(1, A="date", B="tmax", C="tmin"), *(_row(i + 2, A=_day(i), B=25.5, C=12.5) for i in range(count))]


def _hours(count: int) -> bytes:
    chance, begun = random.Random(1), dt.datetime.fromisoformat("2010-01-01")
    lines = ["timestamp,temp (°C),rh (%),wind (m/s),rs (W/m2),rain (mm)"]
    for i in range(count):
        numbers = [15 + 10 * chance.random(), 40 + 50 * chance.random(), 5 * chance.random(), 500 * chance.random()]
        lines.append(f"{begun + dt.timedelta(hours=i)}," + ",".join(f"{n:.1f}" for n in numbers) + ",0.0")
    return "\n".join(lines).encode()


def _entities() -> str:
    return '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(10)) + "]>"  # fmt: skip


_CSV = b"date,tmax,tmin\n2024-01-01,30,20\n"
_LONG = b"".join(_days(200)[1:])
_POINT = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1.5, 2.5]}}

FILES: dict[str, Callable[[], bytes]] = {
    "30 years of days.csv": lambda: b"date,tmax,tmin,rh (%),wind (m/s)\n" + b"".join(
        f"{_day(i)},{25 + i % 9}.5,{12 + i % 7}.5,60,2.1\n".encode() for i in range(11_000)),
    "10 years of hours.csv": lambda: _hours(87_600),
    "one cell at XFD1048576.xlsx": lambda: _sheet([*_days(100), _row(1048576, XFD=1)]),
    "5,000 sparse rows of full width.xlsx": lambda: _sheet(
        [_days(0)[0], *(_row(i + 2, A=_day(i), XFD=1) for i in range(5000))]),
    "390 MB unpacked.xlsx": lambda: _sheet([_days(0)[0], *[_LONG] * (390_000_000 // len(_LONG))]),
    "390 MB of blanks.xlsx": lambda: _sheet([*_days(100), *[b" " * 1_000_000] * 390]),
    "390,000 rows of one cell.xlsx": lambda: _sheet([*_days(200), *(_row(i, A=1) for i in range(300, 390_000))]),
    "4 million texts.xlsx": lambda: _sheet(_days(50), strings=[b"<si><t>a</t></si>" * 100_000] * 40),
    "entities.xlsx": lambda: _sheet(_days(50), _entities()),
    "40 MB of commas in a line.csv": lambda: _CSV + b"," * 40_000_000,
    "40 MB of letters in a line.csv": lambda: _CSV + b"a" * 40_000_000,
    "30 MB of zeros.csv": lambda: _CSV + b"\0" * 30_000_000,
    "40 million empty lines.csv": lambda: _CSV + b"\n" * 40_000_000,
    "49 MB of one row.csv": lambda: _CSV + b"2024-01-01,30.5,20.5\n" * 2_300_000,
    "52,000 times one date.csv": lambda: _CSV + b"2024-01-01,30.5,20.5\n" * 52_000,
    "100 kB of ( in the header.csv": lambda: b"date,tmax,tmin," + b"(" * 100_000 + b"\n" + b"".join(
        f"{_day(i)},30,20,1\n".encode() for i in range(400)),
    "20,000 columns.csv": lambda: _CSV + (_day(1) + ",1" * 20_000 + "\n").encode() * 100,
    "9,000 rows of 3,000 widths.csv": lambda: _CSV + b"".join(
        (_day(i) + ",30,20" + "," * (i % 3000) + "\n").encode() for i in range(9000)),
    "300,000 stations.csv": lambda: b"station,date,tmax,tmin\n" + b"".join(
        f"s{i},{_day(i % 4000)},30,20\n".encode() for i in range(300_000)),
    "deep places.json": lambda: b"[" * 200_000,
    "5 million places.csv": lambda: b"name,latitude,longitude\n" + b"a,1.5,2.5\n" * 4_900_000,
    "300,000 places.geojson": lambda: json.dumps(
        {"type": "FeatureCollection", "features": [_POINT] * 300_000}).encode(),
}  # fmt: skip
"""How the files are made, by their names."""


def measure(name: str, data: bytes, folder: Path) -> str:
    """Return the row of a file."""
    path = folder / name
    path.write_bytes(data)
    done = subprocess.run([sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, check=False)
    path.unlink()
    told = done.stdout.strip().split("|", 3)
    seconds, peak, _, said = told if len(told) == 4 else (f"> {LIMIT_S}", "?", "?", "killed")
    return f"| {name} | {len(data) / 1e6:.2f} | {seconds} | {peak} | {said} |"


def main() -> None:
    """Print the table as Markdown."""
    print("| file | MB | CPU [s] | peak [MB] | outcome |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in FILES.items():
            print(measure(name, make(), Path(folder)), flush=True)


if __name__ == "__main__":
    main()
