"""Several figures in one place, of which the reader chooses one at a time."""

from convbook.viz.html import Html, escape, script, sentence, style, unique

__all__ = ["variants"]


def variants(figures, *, alt):
    """Put figures in one place, with buttons to choose the one that is seen.

    Parameters
    ----------
    figures : dict of str to Html
        The figures by the words on their buttons.
    alt : str
        A sentence that says what they have in common.

    Returns
    -------
    Html
        Without a script all of them are seen, one under the other, with their names.

    Raises
    ------
    ValueError
        If `alt` is not a sentence, or there are fewer than two figures.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    alt = sentence("variants", alt)
    if len(figures) < 2:
        raise ValueError(f"variants: {len(figures)} figures, expected at least two to choose from")
    id = unique("variants")
    buttons = "".join(
        f'<label><input type="radio" name="{id}" value="{i}"{" checked" * (i == 0)}> {escape(name)}</label>'
        for i, name in enumerate(figures)
    )
    panels = "".join(
        f'<div class="cb-variant"><p class="cb-title"><strong>{escape(name)}</strong></p>{figure.html}</div>'
        for name, figure in figures.items()
    )
    html = (
        f"{style('variants.css')}"
        f'<div class="cb cb-variants" id="{id}" role="group" aria-label="{escape(alt)}">'
        f'<div class="cb-choice" hidden>{buttons}</div>{panels}</div>'
    )
    return Html(html + script(id, "variants", {}, "variants.js"), alt)
