"""Where data came from, in a form that results can quote."""

from convbook.data.published import sha256


def of_arrays(source, **splits):
    """Hashes of the arrays themselves, for data that no file holds."""
    return {
        "source": source,
        "sha256": {
            f"{part} {name}": sha256(array)
            for part, split in splits.items()
            for name, array in vars(split).items()
            if array is not None
        },
    }
