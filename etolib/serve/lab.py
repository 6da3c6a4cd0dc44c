"""JupyterLab for `etolib lab`: ``python -m etolib.serve.lab OPTIONS``, as JupyterLab takes them."""

from __future__ import annotations

from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import main


def run() -> None:
    """Serve until told to end.

    Jupyter writes a file by which a browser can be opened: all may read it where its folder was there before, and the
    token is in it. The option against it cannot be set from outside.
    """
    setattr(ServerApp, "write_browser_open_files", lambda app: None)  # noqa: B010  (no assignment that has a type)
    main()


if __name__ == "__main__":
    run()
