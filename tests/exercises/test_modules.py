"""Modules as answers: counted and run with given weights, whatever their parts are called."""

import numpy as np
import pytest
from hypothesis import strategies as st

from convbook.exercises import writing
from convbook.exercises.answers import call
from convbook.exercises.judge import cases, judge
from convbook.exercises.report import text
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, kernel_on_signal
from convbook.exercises.verify import recognised, verify

torch = pytest.importorskip("torch")
nn = torch.nn
F = nn.functional


class Net(nn.Module):
    """Two layers and a normalisation: the reference."""

    def __init__(self, channels, *, bias=True):
        super().__init__()
        self.first = nn.Conv1d(1, channels, 3, padding=1, bias=bias)
        self.norm = nn.BatchNorm1d(channels)
        self.second = nn.Conv1d(channels, 1, 3, padding=1, bias=bias)

    def forward(self, x):
        return self.second(F.relu(self.norm(self.first(x))))


class OtherNames(nn.Module):
    def __init__(self, channels, *, bias=True):
        super().__init__()
        self.tail = nn.ModuleList([nn.Conv1d(channels, 1, 3, padding=1, bias=bias)])
        self.head = nn.Sequential(
            nn.Conv1d(1, channels, 3, padding="same", bias=bias), nn.BatchNorm1d(channels), nn.ReLU()
        )

    def forward(self, x):
        return self.tail[0](self.head(x))


def layers(channels, *, bias=True):
    return [
        nn.Conv1d(1, channels, 3, padding=1, bias=bias),
        nn.BatchNorm1d(channels),
        nn.ReLU(),
        nn.Conv1d(channels, 1, 3, padding=1, bias=bias),
    ]


def without_norm(channels, *, bias=True):
    """The normalisation is missing."""
    return [layer for layer in layers(channels, bias=bias) if not isinstance(layer, nn.BatchNorm1d)]


def always_biased(channels, *, bias=True):
    """The biases are there even where none are asked for."""
    return Net(channels)


def linear(channels, *, bias=True):
    """There is nothing between the layers: two linear maps are one."""
    return [layer for layer in layers(channels, bias=bias) if not isinstance(layer, nn.ReLU)]


def the_other_way_round(channels, *, bias=True):
    """Normalise before the ReLU, not after it."""
    first, norm, relu, second = layers(channels, bias=bias)
    return [first, relu, norm, second]


@st.composite
def networks(draw, run=True):
    built = {"channels": draw(st.integers(1, 3)), "bias": draw(st.booleans())}
    if not run:
        return built
    x = draw(array((draw(st.integers(1, 2)), 1, draw(st.integers(3, 5)))))
    return built | {"x": x, "weights": draw(st.integers(0, 999))}


net = Exercise(
    "Net",
    reference=Net,
    properties=(
        Property("the parameters", 1, networks(run=False)),
        Property("the output", 2, networks(), hint="layer by layer"),
    ),
    misconceptions=by_docstring(without_norm, always_biased, linear, the_other_way_round),
    mutants=(lambda channels, *, bias=True: Net(channels + 1, bias=bias),),
    variants=(OtherNames, layers, lambda channels, *, bias=True: nn.Sequential(*layers(channels, bias=bias))),
    asks_for="module",
    packages=("numpy", "torch"),
)


@pytest.mark.parametrize("seed", range(3))
def test_wrong_modules_are_rejected_and_right_ones_accepted(seed):
    verification = verify(net, seed)
    assert verification.survivors == () and verification.refused == ()
    assert (verification.wrong, verification.right) == (9, 5)


@pytest.mark.parametrize("sentence", net.misconceptions)
def test_misconceptions_are_recognised(sentence):
    assert recognised(net, sentence, seed=1)


def test_partial_credit():
    assert judge(net, linear).points == 1  # as many parameters
    assert judge(net, OtherNames).points == 3


def test_using_one_layer_twice_is_noticed():
    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):
            return self.b(self.a(x))

    class Slip(Pair):
        def forward(self, x):
            return self.a(self.a(x))

    inputs = st.fixed_dictionaries({"x": array((2, 3)), "weights": st.integers(0, 99)})
    pair = Exercise("Pair", Pair, (Property("output", 1, inputs),), asks_for="module")
    assert judge(pair, Pair).points == 1
    assert judge(pair, Slip).points == 0


def test_the_weights_are_the_same_whatever_was_in_them():
    case = cases(net, net.properties[1], 0)[0]
    answers = [call(net, Net, case.inputs).value for _ in range(2)]
    assert np.array_equal(*answers) and answers[0].dtype == np.float32


def test_what_a_student_reads():
    seen = text(judge(net, linear))
    assert "✓ the parameters · 1 of 1 point" in seen
    assert "There is nothing between the layers" in seen
    assert "outputs(Net(" in seen and "weights=" in seen


def test_the_call_can_be_pasted():
    case = cases(net, net.properties[1], 0)[0]
    names = {"Net": Net, "np": np}
    exec(writing.call(net, case.inputs).replace("outputs(Net", "answer = outputs(Net"), names)
    assert np.allclose(names["answer"].numpy(), case.expected)


@pytest.mark.parametrize(
    "answer, error, message",
    [
        (
            lambda channels, *, bias: 3,
            "UnsuitableAnswer",
            "what it gives is of type int, where a torch.nn.Module was expected",
        ),
        (lambda channels, *, bias: [], "UnsuitableAnswer", "of type list, where"),
        (lambda channels, *, bias: ..., "NotImplementedError", ""),
        (lambda channels: Net(channels), "TypeError", "unexpected keyword argument 'bias'"),
    ],
)
def test_what_is_no_module(answer, error, message):
    got = call(net, answer, {"channels": 1, "bias": True})
    assert got.error == error and message in got.message


def test_an_error_in_forward_is_explained_by_its_own_line():
    class Wrong(Net):
        def forward(self, x):
            x = self.first(x)
            return x @ x  # does not fit

    got = call(net, Wrong, cases(net, net.properties[1], 0)[0].inputs)
    assert "(in the line `return x @ x  # does not fit`)" in got.message


correlate = Exercise(
    "correlate",
    reference=lambda x, w: F.conv1d(x[None, None], w[None, None])[0, 0],
    properties=(Property("every number", 1, kernel_on_signal()),),
    misconceptions=by_docstring(),
    mutants=(lambda x, w: F.conv1d(x[None, None], w.flip(0)[None, None])[0, 0],),
    variants=(lambda x, w: (x.unfold(0, len(w), 1) * w).sum(1),),
    tensors=True,
    packages=("torch",),
)


def test_functions_of_tensors():
    verification = verify(correlate, 0)
    assert verification.survivors == () and verification.refused == ()
    verdict = judge(correlate, lambda x, w: x.add_(1)).verdicts[0]
    assert verdict.smallest.answer.changed == ("x",)


def test_tensors_are_written_as_tensors():
    inputs = {"x": np.array([1.0, 2.0]), "w": np.array([3.0], np.float32)}
    assert writing.call(correlate, inputs) == (
        "correlate(torch.tensor([1.0, 2.0], dtype=torch.float64), torch.tensor([3.0], dtype=torch.float32))"
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64])
def test_tensors_of_all_kinds_are_plain(dtype):
    got = call(correlate, lambda x, w: torch.ones(2, dtype=dtype), {"x": np.ones(2), "w": np.ones(1)})
    assert got.error == "" and isinstance(got.value, np.ndarray) and np.all(got.value == 1)


def test_a_tensor_with_a_gradient_is_plain():
    got = call(correlate, lambda x, w: x.requires_grad_() * 2, {"x": np.ones(2), "w": np.ones(1)})
    assert got.value.tolist() == [2, 2]
