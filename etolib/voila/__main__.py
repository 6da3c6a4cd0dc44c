"""``python -m etolib.voila FOLDER``: serve the dashboards of a folder."""

from etolib.voila.server import Dashboards

if __name__ == "__main__":
    Dashboards.launch_instance()
