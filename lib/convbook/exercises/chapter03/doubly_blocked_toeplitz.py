"""Write a 2-D kernel as a matrix of Toeplitz blocks."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.chapter03.band import band
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct, toeplitz


@st.composite
def _kernel_and_size(draw, square=False, longest=5, widest=3):
    H = draw(st.integers(1, longest))
    W = H if square else draw(st.integers(1, longest))
    R = draw(st.integers(1, min(H, widest)))
    S = R if square else draw(st.integers(1, min(W, widest)))
    return {"w": draw(array((R, S))), "size": (H, W)}


def _by_kronecker(w, size):
    """A sum over the rows of the kernel: where its block stands, times what is in the block."""
    (H, W), (R, _) = size, w.shape
    return sum(np.kron(np.eye(H - R + 1, H, a), band(w[a], W)) for a in range(R))


def _column_by_column(w, size):
    """The image is read column by column. `ravel` reads it row by row: pixel (i, j) has the number
    i · W + j.
    """
    (H, W), (R, S) = size, w.shape
    outputs = np.arange((H - R + 1) * (W - S + 1)).reshape(H - R + 1, W - S + 1).T.ravel()
    inputs = np.arange(H * W).reshape(H, W).T.ravel()
    return _by_kronecker(w, size)[outputs][:, inputs]


def _across_line_ends(w, size):
    """The windows run over the ends of the lines: after W − S + 1 positions the next one begins a line
    further down. That is why the whole matrix is not Toeplitz, only its blocks are.
    """
    H, W = size
    R, S = w.shape
    stuffed = np.pad(w, ((0, 0), (0, W - S))).ravel()[: (R - 1) * W + S]
    return band(stuffed, H * W)


def _blocks_without_place(w, size):
    """All rows of the kernel fall on the same block: row a of the kernel belongs a blocks further right."""
    (H, W), (R, _) = size, w.shape
    return sum(np.kron(np.eye(H - R + 1, H), band(w[a], W)) for a in range(R))


def _flipped_both_ways(w, size):
    """The kernel is flipped: the product with an image would be the convolution. For the cross-correlation
    the kernel lies there as it stands.
    """
    return _by_kronecker(w[::-1, ::-1], size)


def _flipped_in_the_blocks(w, size):
    """The blocks are right, but inside each the kernel's row is flipped."""
    return _by_kronecker(w[:, ::-1], size)


def _blocks_reversed(w, size):
    """Each block is right, but the blocks come in reverse order: the kernel's rows are flipped."""
    return _by_kronecker(w[::-1], size)


def _height_and_width_swapped(w, size):
    """Height and width of the image are swapped: size is (H, W), rows first."""
    return _by_kronecker(w, size[::-1])


def _kernel_transposed(w, size):
    """The kernel is transposed: its first index goes down the image."""
    return _by_kronecker(w.T, size)


def _matrix_transposed(w, size):
    """This is the transpose: outputs count the rows, inputs the columns."""
    return _by_kronecker(w, size).T


def _example(w, size):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[1.0, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]])


def _by_unit_images(w, size):
    H, W = size
    units = np.eye(H * W).reshape(H * W, H, W)
    return np.stack([direct.correlate2d(unit, w, "valid").ravel() for unit in units], axis=1)


def _by_loops(w, size):
    (H, W), (R, S) = size, w.shape
    rows = []
    for u in range(H - R + 1):
        for v in range(W - S + 1):
            window = np.zeros(size)
            window[u : u + R, v : v + S] = w
            rows.append(window.ravel())
    return rows


exercise = Exercise(
    "doubly_blocked_toeplitz",
    reference=lambda w, size: toeplitz.conv2d_matrix(w, size).toarray(),
    properties=(
        Property("the size of the matrix", points=1, inputs=_kernel_and_size(), compare=compare.shape),
        Property(
            "square kernels on square images",
            points=1,
            inputs=_kernel_and_size(square=True),
            hint="Row 0 is the picture of the first window: the kernel in the top left corner of an image "
            "of zeros, "
            "flattened.",
        ),
        Property(
            "any kernel on any image",
            points=2,
            inputs=_kernel_and_size(),
            hint="Pixel (i, j) has the number i · W + j, and output (u, v) the number u · (W − S + 1) + v.",
        ),
    ),
    misconceptions=by_docstring(
        _flipped_both_ways,
        _flipped_in_the_blocks,
        _blocks_reversed,
        _column_by_column,
        _height_and_width_swapped,
        _kernel_transposed,
        _across_line_ends,
        _blocks_without_place,
        _matrix_transposed,
        _example,
    ),
    mutants=(
        lambda w, size: _by_kronecker(w, size)[::-1],
        lambda w, size: _by_kronecker(w, size)[:, ::-1],
        lambda w, size: _by_kronecker(np.abs(w), size),
        lambda w, size: _by_kronecker(w, (max(size), max(size))),
        lambda w, size: _by_kronecker(w.round(), size),
        lambda w, size: np.kron(band(w[0], size[0]), band(w[0], size[1])),
    ),
    variants=(
        _by_kronecker,
        _by_unit_images,
        _by_loops,
        lambda w, size: _by_kronecker(w, size).astype(np.float32),
    ),
)
