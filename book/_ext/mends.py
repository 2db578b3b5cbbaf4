"""Two things in the pages that the theme and myst-nb could do better."""


def drop_notebook_buttons(app, pagename, templatename, context, doctree):
    """Offer Colab and a download only where there is a notebook: a page with a figure in it is not one."""
    if context.get("page_source_suffix") != ".ipynb":
        context["header_buttons"] = [
            button
            for button in context.get("header_buttons", [])
            if button.get("label") not in ("launch-buttons", "download-buttons")
        ]


def name_folded_code_by_its_words(app, pagename, templatename, context, doctree):
    """A folded cell says "Show code cell source"; a label that says something else hides it from some."""
    label = ' aria-label="Toggle hidden content"'
    context["body"] = context.get("body", "").replace(f"<summary{label}>", "<summary>")


def setup(app):
    app.connect("html-page-context", drop_notebook_buttons, priority=900)  # after the theme has made them
    app.connect("html-page-context", name_folded_code_by_its_words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
