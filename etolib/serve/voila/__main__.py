"""``python -m etolib.serve.voila FOLDER``: serve the dashboards of a folder."""

from etolib import logs
from etolib.serve import child
from etolib.serve.voila.server import Dashboards

if __name__ == "__main__":
    child.follow_parent()
    logs.start("server")
    Dashboards.launch_instance()
