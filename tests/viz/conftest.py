"""Pages with figures in them as the book, Jupyter and Colab would show them."""

import pytest

#: How each place that shows the figures says that it is dark, and what it wraps around an output.
PLACES = {
    "book": '<html lang="en" data-theme="{theme}"><body><div class="bd-content"><div class="cell_output">'
    '<div class="text_html">{html}</div></div></div></body></html>',
    "jupyter": '<html lang="en"><body data-jp-theme-light="{light}">'
    '<div class="jp-RenderedHTMLCommon">{html}</div></body></html>',
    "colab": '<html lang="en" theme="{theme}"><body>{html}</body></html>',
}


@pytest.fixture
def show(browser):
    """Open figures in a page: `show(figure, …, width=390, theme="dark", place="book")`.

    Whatever the page complains about or asks the network for fails the test.
    """
    contexts, problems = [], []

    def open(*figures, width=1280, theme="light", place="book", scripts=True, reduced_motion="no-preference"):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion=reduced_motion,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: m.type == "error" and problems.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        page.on(
            "request", lambda r: r.url.startswith(("data:", "about:")) or problems.append(f"request: {r.url}")
        )
        html = "".join(figure._repr_html_() for figure in figures)
        shown = PLACES[place].format(html=html, theme=theme, light=str(theme == "light").lower())
        page.set_content(f"<!doctype html>{shown}")
        return page

    yield open
    for context in contexts:
        context.close()
    assert not problems
