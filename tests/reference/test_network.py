"""The numpy network: torch's gradients and steps, and digits that it learns."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

from convbook.reference import network as ours
from convbook.reference.loss import cross_entropy_backward

from .strategies import assert_same


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def pair(rng):
    """The same small convnet twice, ours and torch's, in float64, for images of 9×7."""
    net = ours.Sequential(
        ours.Conv2d(2, 3, 3, stride=2, padding=1, seed=rng, dtype=np.float64),
        ours.ReLU(),
        ours.MaxPool2d(2),
        ours.Flatten(),
        ours.Linear(3 * 2 * 2, 5, seed=rng, dtype=np.float64),
        ours.ReLU(),
        ours.Linear(5, 4, seed=rng, dtype=np.float64),
    )
    peer = nn.Sequential(
        nn.Conv2d(2, 3, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(3 * 2 * 2, 5),
        nn.ReLU(),
        nn.Linear(5, 4),
    ).double()
    for layer, module in zip(net.layers, peer, strict=True):
        for name, array in layer.parameters.items():
            getattr(module, {"w": "weight", "b": "bias"}[name]).data = torch.from_numpy(array.copy())
    return net, peer


def parameters(net):
    return [array for layer in net.layers for array in layer.parameters.values()]


@pytest.mark.parametrize("hyper", [{}, {"momentum": 0.9}, {"momentum": 0.5, "weight_decay": 0.03}], ids=str)
def test_steps_are_torch_s(rng, hyper):
    net, peer = pair(rng)
    step, optimiser = ours.SGD(net, 0.1, **hyper), torch.optim.SGD(peer.parameters(), 0.1, **hyper)
    for _ in range(3):
        x, target = rng.standard_normal((6, 2, 9, 7)), rng.integers(4, size=6)
        scores = net.forward(x)
        dx = net.backward(cross_entropy_backward(1.0, scores, target))
        step.step()

        peer_x = torch.tensor(x, requires_grad=True)
        optimiser.zero_grad()
        peer_scores = peer(peer_x)
        F.cross_entropy(peer_scores, torch.from_numpy(target)).backward()
        optimiser.step()

        assert_same(scores, peer_scores.detach().numpy())
        assert_same(dx, peer_x.grad.numpy())
        for mine, its in zip(parameters(net), peer.parameters(), strict=True):
            assert_same(mine, its.detach().numpy())


def test_the_last_batch_may_be_smaller_and_every_example_is_seen(rng):
    net = ours.Sequential(ours.Linear(3, 2, seed=rng, dtype=np.float64))
    x, target = rng.standard_normal((7, 3)), rng.integers(2, size=7)
    seen, forward = [], net.forward
    net.forward = lambda batch: (seen.append(batch), forward(batch))[1]
    losses = ours.train(net, x, target, lr=0.0, epochs=2, batch_size=3)
    assert [len(batch) for batch in seen] == [3, 3, 1] * 2
    for epoch in (seen[:3], seen[3:]):
        assert_same(np.sort(np.concatenate(epoch), axis=0), np.sort(x, axis=0))
    assert np.dot(losses[:3], [3, 3, 1]) == pytest.approx(np.dot(losses[3:], [3, 3, 1]))


def test_the_same_seed_gives_the_same_weights():
    digits = load_digits()
    x = (digits.images[:100, None] / 16).astype(np.float32)
    nets = []
    for seed in (1, 1, 2):
        net = ours.Sequential(ours.Flatten(), ours.Linear(64, 10))
        ours.train(net, x, digits.target[:100], lr=0.5, epochs=1, seed=seed)
        nets.append(net.layers[1].parameters["w"])
    assert (nets[0] == nets[1]).all() and (nets[0] != nets[2]).any()


def test_a_convnet_in_numpy_alone_reads_digits():
    """More than 95 % of the digits it has not seen, in seconds."""
    digits = load_digits()
    x = (digits.images[:, None] / 16).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    training, test = order[:1437], order[1437:]
    net = ours.Sequential(
        ours.Conv2d(1, 8, 3, padding=1, seed=1),
        ours.ReLU(),
        ours.MaxPool2d(2),
        ours.Conv2d(8, 16, 3, padding=1, seed=2),
        ours.ReLU(),
        ours.MaxPool2d(2),
        ours.Flatten(),
        ours.Linear(64, 10, seed=3),
    )
    before = ours.accuracy(net, x[test], digits.target[test])
    ours.train(net, x[training], digits.target[training], lr=0.05, epochs=10, momentum=0.9)
    assert before < 0.3
    assert ours.accuracy(net, x[test], digits.target[test]) > 0.95


def test_errors_name_the_layer_and_what_came(rng):
    with pytest.raises(ValueError, match=r"Linear: x has shape \(2, 1, 3, 3\), expected \(N, 9\): Flatten"):
        ours.Linear(9, 2).forward(np.zeros((2, 1, 3, 3), np.float32))
    with pytest.raises(TypeError, match="Linear: x has dtype float64 but w has float32"):
        ours.Linear(9, 2).forward(np.zeros((2, 9)))
    with pytest.raises(TypeError, match="Sequential: expected layers, got <function"):
        ours.Sequential(lambda x: x)
    with pytest.raises(ValueError, match="SGD: lr must lie between 0 and inf, got -1"):
        ours.SGD(ours.Sequential(), -1)
    with pytest.raises(TypeError, match=r"Conv2d: kernel_size must be an int, got 2\.5"):
        ours.Conv2d(1, 1, 2.5)
