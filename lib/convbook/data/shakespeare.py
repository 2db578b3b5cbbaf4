"""Tiny Shakespeare: forty thousand lines of the plays, as one file of text."""

from convbook.data.dataset import DataError, Text
from convbook.data.folder import Folder
from convbook.data.published import TINY_SHAKESPEARE


def load():
    """The first nine tenths to learn from, the rest to measure on."""
    folder = Folder(TINY_SHAKESPEARE)
    try:
        text = folder.read("input.txt").decode("ascii")
    except UnicodeDecodeError as error:
        raise DataError(f"{folder.root / 'input.txt'} is not plain text: {error}") from None
    cut = len(text) * 9 // 10
    return Text(
        name="tiny-shakespeare",
        train=text[:cut],
        val=text[cut:],
        symbols="".join(sorted(set(text))),
        provenance=folder.provenance(),
    )
