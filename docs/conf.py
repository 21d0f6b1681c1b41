"""Sphinx configuration: `sphinx-build -W docs OUT` makes the pages, the generated reference first."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

project = "Lynchpin"
author = "The Lynchpin maintainers"
project_copyright = "2026, The Lynchpin maintainers"
version = release = installed_version("lynchpin")

extensions = ["myst_parser", "sphinx.ext.mathjax", "docs.extensions.reference", "docs.extensions.executed"]
exclude_patterns = ["_build", "_static", "extensions", "images"]
highlight_language = "text"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Lynchpin {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]
