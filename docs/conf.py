"""How Sphinx makes the site of these pages: ``make docs``."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "extensions"), str(HERE.parent)]
os.environ["OMP_NUM_THREADS"] = "1"  # the tutorials' matrices are small

from theory.records.provenance import version_line  # noqa: E402 (found by the line above)

project = "fort-ganguli"
author = "the authors of fort-ganguli"
release = version_line().split()[0].partition("+")[0]  # of a tag, or what follows it

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "formulas",
    "links",
    "rooms",
    "generated",
    "playground",
    "tutorials",
]
exclude_patterns = ["conf.py", "extensions"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_fence_as_directive = ["math", "mermaid"]  # as GitHub draws them
myst_heading_anchors = 3

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"fort-ganguli {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
highlight_language = "none"  # indented blocks are formulas; code says which language it is
pygments_dark_style = "github-dark"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_type_aliases = {name: name for name in ("ArrayLike", "Array", "Progress")}
add_module_names = False
python_maximum_signature_line_length = 80
napoleon_google_docstring = False
napoleon_use_param = False  # else words of a shape become links
napoleon_use_ivar = True
napoleon_use_rtype = False
toc_object_entries_show_parents = "hide"
