"""The card "ETo dashboard" of JupyterLab and JupyterHub: what ``jupyter-server-proxy`` asks of us.

It finds `card` by the entry point ``jupyter_serverproxy_servers`` and starts `etolib serve` at the first click, behind
the login of the person's own Jupyter. Nothing of this runs where that package is absent.
"""

from __future__ import annotations

import secrets
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NAME = "eto"
"""The last part of the address: ``<base URL of Jupyter>/eto/``."""

PATIENCE_S = 120
"""How long a cold machine may take to import everything and start a cluster. [s]"""


def card() -> dict[str, Any]:
    """Return how the dashboard is started, reached and shown.

    The server listens on this machine only and asks for a token, which no other user of the machine knows: it is in the
    environment of the process, and the proxy adds it to every request that has passed the login of Jupyter. The host
    and origin of a request are those of the proxy, which has looked at the ones of the browser. Where the packages of
    ``etolib[app]`` are absent from the environment of that Jupyter, no card is shown: it could start nothing.

    Returns
    -------
    dict
        As ``jupyter-server-proxy`` reads it; ``{port}`` and ``{base_url}`` are filled in there.

    Examples
    --------
    >>> card()["launcher_entry"]["title"]
    'ETo dashboard'
    """
    token = secrets.token_hex(24)
    here = "http://127.0.0.1:{port}"
    return {
        "command": [
            sys.executable, "-P", "-m", "etolib", "serve", "--host", "127.0.0.1", "--port", "{port}",
            "--base-url", f"{{base_url}}{NAME}/", "--no-browser",
        ],
        "environment": {"ETOLIB_TOKEN": token},
        "request_headers_override": {"Authorization": f"token {token}", "Host": "127.0.0.1:{port}", "Origin": here},
        "absolute_url": True,
        "timeout": PATIENCE_S,
        "new_browser_tab": True,
        "launcher_entry": {
            "enabled": find_spec("voila") is not None,
            "title": "ETo dashboard",
            "icon_path": str(Path(__file__).with_name("card.svg")),
            "path_info": f"{NAME}/voila/render/eto.ipynb",
            "category": "Notebook",
        },
    }  # fmt: skip
