"""What the theme, docutils and myst-nb could do better in the pages they write."""


def drop_notebook_buttons(app, pagename, templatename, context, doctree):
    """Offer Colab and a download only where there is a notebook: a page with a figure in it is not one."""
    if context.get("page_source_suffix") != ".ipynb":
        context["header_buttons"] = [
            button
            for button in context.get("header_buttons", [])
            if button.get("label") not in ("launch-buttons", "download-buttons")
        ]


def mend_roles(app, pagename, templatename, context, doctree):
    """Take out what misleads a screen reader: a label that hides what a fold says, a list without items."""
    body = context.get("body", "")
    for part in (' aria-label="Toggle hidden content"', ' role="list"'):
        body = body.replace(part, "")
    context["body"] = body


def setup(app):
    app.connect("html-page-context", drop_notebook_buttons, priority=900)  # after the theme has made them
    app.connect("html-page-context", mend_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
