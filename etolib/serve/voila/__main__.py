"""``python -m etolib.serve.voila FOLDER``: serve the dashboards of a folder."""

from etolib.serve.voila.server import Dashboards

if __name__ == "__main__":
    Dashboards.launch_instance()
