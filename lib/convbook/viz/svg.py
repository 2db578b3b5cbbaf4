"""Shapes of the hand-drawn pictures, as SVG; colours and fonts come from the style sheets."""

from html import escape

__all__ = ["line", "picture", "rect", "subscript", "text"]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _class(names):
    return f' class="{names}"' if names else ""


def rect(x, y, width, height, classes="", more=""):
    """A box."""
    return f'<rect{_class(classes)} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{more}/>'


def text(x, y, content, classes="", more=""):
    """A word; `content` is already escaped."""
    return f'<text{_class(classes)} x="{x:g}" y="{y:g}"{more}>{content}</text>'


def line(x1, y1, x2, y2, classes=""):
    """A straight line."""
    return f'<line{_class(classes)} x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'


def picture(width, height, parts, alt=""):
    """The parts as one picture; without `alt` it belongs to a figure that has one."""
    name = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return f"<svg {name} {size}>{''.join(parts)}</svg>"


def subscript(letter, index):
    """`w₁` for `("w", 1)`."""
    return letter + str(index).translate(_SUBSCRIPTS)
