"""The public originals of the validation data: fetched with their checksums, laid out as `series` reads them.

Files of the public repository silvianesoares/EVAONLINE (data set doi:10.5281/zenodo.17791398) at one commit; the list
with SHA-256 of each is ``validation_files.csv`` beside this module. They are kept **as published**, with their defects:
six Open-Meteo files hold the maximum wind or another place, and the quality control has to find that out.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from etolib import config
from etolib.errors import SourceUnavailable
from etolib.extras import needed
from etolib.words import Text, join, say

LIST = Path(__file__).resolve().parent / "validation_files.csv"
HOME = "https://raw.githubusercontent.com/silvianesoares/EVAONLINE"
VARIABLE = "ETOLIB_VALIDATION_DATA"

PARTS = {
    "nasa_inputs": {
        "T2M_MAX": "nasa_tmax",
        "T2M_MIN": "nasa_tmin",
        "T2M": "nasa_tmean",
        "RH2M": "nasa_rh",
        "WS2M": "nasa_ws2",
        "ALLSKY_SFC_SW_DWN": "nasa_rs",
        "PRECTOTCORR": "nasa_pr",
    },
    "open_meteo_inputs_as_published": {
        "T2M_MAX": "om_tmax",
        "T2M_MIN": "om_tmin",
        "T2M": "om_tmean",
        "RH2M": "om_rh",
        "WS10M": "om_ws10",
        "ALLSKY_SFC_SW_DWN": "om_rs",
        "PRECTOTCORR": "om_pr",
    },
    "open_meteo_et0_as_published": {"eto_openmeteo": "om_et0_api"},
    "reference_1991_2020": {"eto_xavier": "xavier_eto"},
}
"""Role of a file in the list: its columns, and their names here."""


def find() -> tuple[Path | None, Text]:
    """Return a folder of validation data and where it is from, or None and the reason there is none.

    The folder named by ``ETOLIB_VALIDATION_DATA`` first; else the public originals, fetched once to the cache folder.
    """
    given = os.environ.get(VARIABLE)
    if given:
        folder = Path(given)
        if (folder / "cities.csv").is_file():
            return folder, say("folder_named_by", setting=VARIABLE)
        return None, say("setting_names_no_data", setting=VARIABLE, folder=given)
    try:
        return fetch(config.cache_dir() / "validation"), say("public_originals")
    except SourceUnavailable as error:
        return None, join("; ", [error.message, say("set_to_folder", setting=VARIABLE)])


def fetch(folder: Path, home: str = HOME, listed: Path = LIST) -> Path:
    """Fetch the originals that are not there yet, check each against its SHA-256, and lay them out.

    Parameters
    ----------
    folder : path
        Where to; created.
    home : str
        Root of the repository's raw files.
    listed : path
        The list of files: role, commit, path, bytes, sha256.

    Returns
    -------
    path
        A folder as `etolib.validation.places.load` reads it.

    Raises
    ------
    SourceUnavailable
        Offline, or where a file cannot be had or is not what its checksum says.
    """
    ready = folder / "ready"
    if (ready / "cities.csv").is_file():
        return ready
    if config.is_offline():
        raise SourceUnavailable(say("validation_offline"), source="originals")
    files = pd.read_csv(listed)
    paths = {
        (role, path): _one(f"{home}/{commit}/{path}", digest, folder / "originals")
        for role, commit, path, digest in zip(files.role, files.commit, files.path, files.sha256, strict=True)
        if role in PARTS or role == "cities"
    }
    cities = pd.read_csv(next(local for (role, _), local in paths.items() if role == "cities"))
    (ready / "cities").mkdir(parents=True, exist_ok=True)
    for city in cities["city"]:
        parts = []
        for role, names in PARTS.items():
            local = next(p for (r, path), p in paths.items() if r == role and Path(path).name.startswith(f"{city}"))
            parts.append(
                pd.read_csv(local, parse_dates=["date"]).set_index("date").rename(columns=names)[[*names.values()]]
            )
        table = pd.concat(parts, axis=1, join="inner").astype("float32")
        table.reset_index().to_parquet(ready / "cities" / f"{city}.parquet")
    cities.to_csv(ready / "cities.csv", index=False)  # last: it says that all is there
    return ready


def _one(url: str, digest: str, folder: Path) -> str:
    with needed():
        import pooch

    try:
        return str(pooch.retrieve(url, known_hash=f"sha256:{digest}", path=folder, progressbar=False))
    except (OSError, ValueError) as error:
        # requests' errors are OSError; a wrong checksum is a ValueError.
        raise SourceUnavailable(say("original_not_had", name=url, error=str(error)), source="originals") from error
