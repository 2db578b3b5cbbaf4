"""Show the indented formulas of the docstrings as they stand.

numpydoc's habit is an indented block after a blank line; reStructuredText would read it as a quotation and
look for emphasis in `x[n] * w[m]`.
"""


def mark_formulas(app, what, name, obj, options, lines):
    marked, before = [], ""
    for line in lines:
        starts = line.startswith(" ") and before and not before.startswith((" ", "..", "- ", "* "))
        if starts and marked[-1] == "":
            marked += [".. code-block:: text", ""]
        marked.append(line)
        before = line or before
    lines[:] = marked


def setup(app):
    app.connect("autodoc-process-docstring", mark_formulas, priority=100)  # before napoleon, at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
