"""``python -m etolib.serve.voila FOLDER``: serve the dashboards of a folder."""

import sys

from etolib import logs
from etolib.serve import child

if __name__ == "__main__":
    child.follow_parent()
    logs.start("server")
    # jsonschema does without this package, which builds a grammar of international addresses when it is imported: most
    # of what the start of a server would take, and no schema of Jupyter's has such an address.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from etolib.serve.voila.server import Dashboards

    Dashboards.launch_instance()
