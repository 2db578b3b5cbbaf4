"""Random views: images and labels move together, nothing else changes, and every view occurs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
F = torch.nn.functional

from convbook.data import augment  # noqa: E402

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
FORMATS = [torch.contiguous_format, torch.channels_last]
DTYPES = [torch.uint8, torch.float32, torch.float64, torch.float16]
VOID = 9999


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def addressed(n, height, width, dtype=torch.float32):
    """Images that say which pixel is which, (row, column, number) from 1, and labels that say the same."""
    number, row, column = torch.meshgrid(*map(torch.arange, (n, height, width)), indexing="ij")
    return torch.stack([row + 1, column + 1, number + 1], 1).to(dtype), (
        number * height + row
    ) * width + column


def read(images, height, width):
    """The labels that addressed images belong to, VOID where they are blank."""
    row, column, number = (images.round().long() - 1).unbind(1)
    return torch.where(number < 0, VOID, (number * height + row) * width + column)


# Image and label


@st.composite
def views(draw):
    """A function with its options, for images of this size."""
    height, width = draw(st.integers(4, 11)), draw(st.integers(4, 11))
    size = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    pixels = draw(st.integers(0, min(height, width) - 1))
    n, epoch = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    return (n, height, width), draw(
        st.sampled_from(
            [
                (augment.shift, {"pixels": pixels, "padding": "reflect"}),
                (augment.shift, {"pixels": pixels, "padding": "zeros", "void": VOID}),
                (augment.flip, {}),
                (augment.alternating_flip, {"coins": torch.arange(n) % 2, "epoch": epoch}),
                (augment.crop, {"size": size, "void": VOID}),
                (augment.cutout, {"size": pixels, "void": VOID}),
            ]
        )
    )


@given(views(), st.integers(0, 2**32 - 1))
def test_labels_move_with_their_images(view, seed):
    shape, (function, options) = view
    if function is not augment.alternating_flip:
        options = options | {"generator": seeded(seed)}
    images, labels = function(*addressed(*shape), **options)
    assert images.shape[2:] == labels.shape[1:]
    torch.testing.assert_close(labels, read(images, *shape[1:]), rtol=0, atol=0)


@given(
    st.tuples(st.integers(1, 3), st.integers(4, 12), st.integers(4, 12)),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.tuples(st.floats(0.3, 1), st.floats(1, 3)),
    st.integers(0, 2**32 - 1),
)
def test_a_label_is_the_nearest_one_of_a_scaled_image(shape, size, scale, seed):
    """A ramp interpolates to the very place that is looked at, which rounds to the address in the label."""
    _, height, width = shape
    images, labels = augment.crop(
        *addressed(*shape, torch.float64), size=size, scale=scale, void=VOID, generator=seeded(seed)
    )
    assert images.shape == (shape[0], 3, *size)
    outside = labels == VOID
    assert (images[:, 2][outside] == 0).all()
    row, column = labels // width % height + 1, labels % width + 1
    assert ((images[:, 0] - row)[~outside].abs() <= 0.5 + 1e-5).all()
    assert ((images[:, 1] - column)[~outside].abs() <= 0.5 + 1e-5).all()
    if scale == (1, 1) and size[0] <= height and size[1] <= width:
        assert not outside.any()


def test_what_is_seen_through_a_scale_of_2_is_half_a_pixel_apart():
    images, _ = addressed(20, 9, 11, torch.float64)
    view = augment.crop(images, size=(5, 6), scale=(2, 2), generator=seeded())
    steps = view[:, 0].diff(dim=1), view[:, 1].diff(dim=2)
    for step in steps:
        inner = step[step > 0.3]  # a step of 1/4 leaves the outermost half pixel
        torch.testing.assert_close(inner, torch.full_like(inner, 0.5), rtol=0, atol=1e-5)


# Against the definition


@pytest.mark.parametrize("padding", ["reflect", "zeros"])
def test_shift_is_a_window_of_the_padded_image(padding):
    images = torch.rand(60, 2, 7, 9, generator=seeded())
    moved = augment.shift(images, pixels=2, padding=padding, generator=seeded(1))
    padded = F.pad(images, (2, 2, 2, 2), mode="reflect" if padding == "reflect" else "constant")
    found = set()
    for x, y in zip(padded, moved, strict=True):
        offsets = [(i, j) for i in range(5) for j in range(5) if torch.equal(x[:, i : i + 7, j : j + 9], y)]
        assert len(offsets) == 1
        found.add(offsets[0])
    assert len(found) > 15
    assert {i for i, _ in found} == {j for _, j in found} == set(range(5))


def test_crop_is_a_window_of_the_image_anywhere():
    images, _ = addressed(300, 6, 8)
    window = augment.crop(images, size=(4, 5), generator=seeded())
    places = {(int(w[0, 0, 0]), int(w[1, 0, 0])) for w in window}
    assert places == {(i, j) for i in (1, 2, 3) for j in (1, 2, 3, 4)}


def test_an_image_smaller_than_the_window_lies_anywhere_in_it():
    images = torch.ones(300, 1, 4, 5)
    window, labels = augment.crop(
        images, torch.ones(300, 4, 5).long(), size=(6, 7), void=VOID, generator=seeded()
    )
    assert (window.sum((1, 2, 3)) == 20).all()
    assert ((labels == 1) == (window[:, 0] == 1)).all()
    corners = {tuple(w[0].nonzero()[0].tolist()) for w in window}
    assert corners == {(i, j) for i in (0, 1, 2) for j in (0, 1, 2)}


def test_flip_mirrors_half_of_the_images():
    images = torch.rand(400, 1, 3, 5, generator=seeded())
    view = augment.flip(images, generator=seeded(1))
    mirrored = (view == images.flip(3)).all(3).all(2).all(1)
    same = (view == images).all(3).all(2).all(1)
    assert (mirrored ^ same).all()
    assert 160 < mirrored.sum() < 240


def test_alternating_flip_shows_an_image_both_ways_in_two_epochs():
    images = torch.rand(6, 1, 3, 5, generator=seeded())
    coins = torch.tensor([0, 1, 0, 1, 1, 0])
    first, second, third = (augment.alternating_flip(images, coins=coins, epoch=epoch) for epoch in (0, 1, 2))
    torch.testing.assert_close(first, torch.where(coins[:, None, None, None] == 1, images.flip(3), images))
    torch.testing.assert_close(second, first.flip(3))
    torch.testing.assert_close(third, first)


def test_cutout_blanks_one_square_with_its_centre_anywhere():
    images = torch.ones(500, 2, 7, 9)
    view = augment.cutout(images, size=3, fill=5, generator=seeded())
    assert (view[:, 0] == view[:, 1]).all()
    found = set()
    for hole in (view[:, 0] == 5).numpy():
        rows, columns = (np.flatnonzero(hole.any(axis)) for axis in (1, 0))
        assert hole.sum() == len(rows) * len(columns)
        found.add((rows[0], rows[-1], columns[0], columns[-1]))
    intervals = [[(max(c - 1, 0), min(c + 1, side - 1)) for c in range(side)] for side in (7, 9)]
    assert found == {(*rows, *columns) for rows in intervals[0] for columns in intervals[1]}
    assert (augment.cutout(images, size=0) == 1).all()


def test_colour_moves_away_from_grey_or_towards_it():
    images = torch.rand(50, 3, 4, 5, generator=seeded(), dtype=torch.float64)
    weights = torch.tensor([0.2125, 0.7154, 0.0721], dtype=torch.float64)
    grey = (images * weights[:, None, None]).sum(1, keepdim=True)
    for name, origin in (
        ("brightness", 0 * grey),
        ("contrast", grey.mean((2, 3), keepdim=True)),
        ("saturation", grey),
    ):
        view = augment.colour(images, **{name: 0.4}, generator=seeded(1))
        factor = ((view - origin) / (images - origin)).flatten(1)
        torch.testing.assert_close(factor, factor[:, :1].expand_as(factor), rtol=0, atol=1e-6)
        assert 0.6 <= factor.min() < 0.7
        assert 1.3 < factor.max() <= 1.4
    torch.testing.assert_close(augment.colour(images), images, rtol=0, atol=0)


def test_colour_of_bytes_is_rounded_and_clamped():
    images = torch.randint(0, 256, (40, 3, 5, 4), generator=seeded(), dtype=torch.uint8)
    options = {"brightness": 0.8, "contrast": 0.5, "saturation": 0.9}
    view = augment.colour(images, **options, generator=seeded(1))
    exact = augment.colour(images.double(), **options, generator=seeded(1))
    assert exact.min() < 0
    assert exact.max() > 255
    torch.testing.assert_close(view.double(), exact.clamp(0, 255), rtol=0, atol=0.51)


def test_grey_images_have_no_saturation():
    images = torch.rand(8, 1, 4, 5, generator=seeded())
    torch.testing.assert_close(augment.colour(images, saturation=0.9, generator=seeded()), images)


# Form


COINS = torch.tensor([0, 1, 1, 0])
ALL = {"brightness": 0.3, "contrast": 0.3, "saturation": 0.3}
CALLS = {
    "shift": lambda x, y, g: augment.shift(x, y, pixels=2, generator=g),
    "shift with zeros": lambda x, y, g: augment.shift(x, y, pixels=2, padding="zeros", void=9, generator=g),
    "flip": lambda x, y, g: augment.flip(x, y, generator=g),
    "alternating flip": lambda x, y, g: augment.alternating_flip(x, y, coins=COINS, epoch=1),
    "crop": lambda x, y, g: augment.crop(x, y, size=5, generator=g),
    "scaled crop": lambda x, y, g: augment.crop(x, y, size=(5, 8), scale=(0.5, 2), void=9, generator=g),
    "cutout": lambda x, y, g: augment.cutout(x, y, size=3, void=9, generator=g),
    "colour": lambda x, y, g: augment.colour(x, y, **ALL, generator=g),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("format", FORMATS, ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_views_come_out_as_images_came_in(call, dtype, format, device):
    source = torch.randint(0, 256, (4, 3, 6, 7), generator=seeded())
    images = source.to(device, dtype).contiguous(memory_format=format)
    labels = torch.randint(0, 5, (4, 6, 7), generator=seeded(1)).to(device, torch.uint8)
    before = images.clone(), labels.clone()
    view, moved = CALLS[call](images, labels, seeded(2))
    assert (view.dtype, view.device, moved.dtype) == (dtype, images.device, torch.uint8)
    assert view.is_contiguous(memory_format=format)
    assert torch.equal(images, before[0])
    assert torch.equal(labels, before[1])
    reference, reference_labels = CALLS[call](source.double(), labels.cpu(), seeded(2))
    if dtype == torch.uint8:
        reference = reference.clamp(0, 255)
    tolerance = {torch.uint8: 0.51, torch.float16: 0.25}.get(dtype, 1e-3)
    torch.testing.assert_close(view.cpu().double(), reference, rtol=0, atol=tolerance)
    assert torch.equal(moved.cpu(), reference_labels)


@pytest.mark.parametrize("call", CALLS)
def test_random_numbers_are_drawn_where_the_generator_is(call, monkeypatch):
    """Whatever the device of the images: here one that holds no numbers."""
    drawn = set()
    for name in ("rand", "randint"):
        function = getattr(torch, name)

        def spy(*arguments, function=function, **options):
            drawn.add(options["device"].type)
            return function(*arguments, **options)

        monkeypatch.setattr(torch, name, spy)
    images, labels = (x.to("meta") for x in addressed(4, 6, 7))
    view, moved = CALLS[call](images, labels, seeded())
    assert view.device == moved.device == images.device
    assert drawn == (set() if call == "alternating flip" else {"cpu"})


@pytest.mark.parametrize("call", CALLS)
def test_a_seed_gives_the_same_views_and_another_gives_others(call):
    images, labels = addressed(4, 6, 7)
    one, again, *others = (CALLS[call](images, labels, seeded(seed))[0] for seed in (3, 3, 4, 5, 6, 7))
    assert torch.equal(one, again)
    assert all(torch.equal(one, other) for other in others) == (call == "alternating flip")


@pytest.mark.parametrize("call", CALLS)
def test_without_labels_only_images_come_back(call):
    images, labels = addressed(4, 6, 7)
    alone = CALLS[call](images, None, seeded())
    torch.testing.assert_close(alone, CALLS[call](images, labels, seeded())[0])


# What is wrong


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda x, y: augment.shift(x[0], pixels=1), r"shift: expected images .*, got shape \(3, 6, 7\)"),
        (lambda x, y: augment.flip(x, y[:, :5]), r"flip: expected labels \(4, 6, 7\), got .* \(4, 5, 7\)"),
        (lambda x, y: augment.shift(x, pixels=6), "shift: pixels must be from 0 to 5, got 6"),
        (lambda x, y: augment.shift(x, pixels=-1), "shift: pixels must be from 0 to 5, got -1"),
        (lambda x, y: augment.shift(x, pixels=1, padding="wrap"), "shift: padding must be .*, got 'wrap'"),
        (lambda x, y: augment.shift(x, y, pixels=1, padding="zeros"), "shift: .* got void=None"),
        (lambda x, y: augment.cutout(x, y, size=1), "cutout: the pixels that are blanked need a label"),
        (lambda x, y: augment.cutout(x, size=-1), "cutout: size must be at least 0, got -1"),
        (lambda x, y: augment.crop(x, y, size=7), "crop: the pixels that are blanked need a label"),
        (lambda x, y: augment.crop(x, y, size=5, scale=(0.8, 1)), "crop: the pixels that are blanked"),
        (lambda x, y: augment.crop(x, size=(3, 0)), r"crop: size must be one or two .*, got \(3, 0\)"),
        (lambda x, y: augment.crop(x, size=3, scale=(0, 1)), r"crop: scale must be .*, got \(0, 1\)"),
        (lambda x, y: augment.crop(x, size=3, scale=(2, 1)), r"crop: scale must be .*, got \(2, 1\)"),
        (lambda x, y: augment.alternating_flip(x, coins=y[0, 0], epoch=1), r"4 coins, got shape \(7,\)"),
        (lambda x, y: augment.colour(x[:, :2]), "colour: expected 1 or 3 channels, got 2"),
        (lambda x, y: augment.colour(x, contrast=1.5), r"colour: contrast must be from 0 to 1, got 1\.5"),
    ],
)
def test_bad_arguments_are_named(call, said):
    with pytest.raises(ValueError, match=said):
        call(*addressed(4, 6, 7))
