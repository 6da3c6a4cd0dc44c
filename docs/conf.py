"""How the documentation is built (`make docs`): sphinx reads the pages of this folder and those made of the code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ["ETOLIB_OFFLINE"] = "1"  # examples and figures are made without a network
os.environ["ETOLIB_DOCS"] = str(HERE)  # where figures of validation find its tables

import etolib
from docs.builder import build

project = "etolib"
author = "the etolib developers"
copyright = author
release = version = etolib.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_design"]
exclude_patterns = ["builder", "deploy", "Thumbs.db"]
templates_path: list[str] = []
default_role = "py:obj"
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_output_stderr = "remove"

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_maximum_signature_line_length = 100
toc_object_entries_show_parents = "hide"

html_theme = "pydata_sphinx_theme"
html_title = "etolib"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_sidebars = {page: [] for page in ("index", "start", "glossary")}  # nothing lies below them
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "etolib"},
    "show_prev_next": False,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "search_as_you_type": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app):
    """Make the pages that follow from the code, and hold the finished site to the names of the package."""
    build.connect(app)
