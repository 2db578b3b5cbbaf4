"""The loop against one written out in plain torch, and everything that must not change its numbers."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convbook import models
from convbook.training import loop
from convbook.training.batches import Images
from convbook.training.recipe import Data, Model, Optimiser, Schedule, Size

CPU = torch.device("cpu")


def train(recipe, seed=0, **options):
    return loop.train(recipe, seed, device="cpu", progress=False, **options)


def weights(run):
    return [parameter.detach() for parameter in run.model.parameters()]


def by_hand(recipe, seed=0):
    """The same in plain torch: weights and losses."""
    images = Images(recipe, CPU, recipe.quick.images)
    torch.manual_seed(seed)
    model = models.build("two-layer", (1, 8, 8), 10, hidden=16).double()
    decay, lr = recipe.optimiser.weight_decay, recipe.optimiser.lr
    optimiser = torch.optim.SGD(
        [
            {"params": [model.hidden.weight, model.scores.weight], "weight_decay": decay},
            {"params": [model.hidden.bias, model.scores.bias]},
        ],
        lr,
        momentum=recipe.optimiser.momentum,
    )
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimiser, recipe.schedule.gamma)
    losses = []
    for epoch in range(recipe.quick.epochs):
        for rows in images.order(seed, epoch).split(recipe.batch):
            x, labels = images.batch(images.train, rows)
            loss = F.cross_entropy(model(x), labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        if recipe.schedule.kind == "exponential":
            scheduler.step()
    return list(model.parameters()), losses


def test_the_bar_is_seen_in_a_notebook_and_not_in_a_file(tiny, monkeypatch, capsys):
    loop.train(tiny, device="cpu")
    assert capsys.readouterr() == ("", "")  # nobody is watching
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    run = loop.train(tiny, device="cpu")
    steps = len(run.steps["loss"])
    assert f"tiny: 100%|██████████| {steps}/{steps}" in capsys.readouterr().out
    train(tiny)
    assert capsys.readouterr() == ("", "")


def assert_close(ours, theirs, atol=1e-12):
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b.detach(), rtol=0, atol=atol)


class WithHelpers(nn.Module):
    """A linear classifier that returns two more scores while it learns."""

    def __init__(self):
        super().__init__()
        self.scores, self.first, self.second = (nn.Linear(64, 10) for _ in range(3))

    def forward(self, x):
        own, *others = (layer(x.flatten(1)) for layer in (self.scores, self.first, self.second))
        return (own, *others) if self.training else own


def test_auxiliary_classifiers_learn_along(tiny, monkeypatch):
    """Theirs counts 0.3 times; what is judged is the network's own."""
    monkeypatch.setattr(models, "build", lambda *_, **__: WithHelpers())
    recipe = replace(tiny, quick=Size(epochs=1, images=270), batch=270, optimiser=Optimiser(lr=0.1))
    run = train(recipe)
    images = Images(recipe, CPU, 270)
    torch.manual_seed(0)
    model = WithHelpers().double()
    x, labels = images.batch(images.train, images.order(0, 0))
    losses = [F.cross_entropy(scores, labels) for scores in model(x)]
    (losses[0] + 0.3 * (losses[1] + losses[2])).backward()
    expected = [parameter - 0.1 * parameter.grad for parameter in model.parameters()]
    assert_close(weights(run), expected)
    x, labels = images.batch(images.test, torch.arange(len(images.test[0])))
    assert run.metrics["test_loss"] == pytest.approx(F.cross_entropy(run.model.eval()(x), labels).item())


def test_a_network_can_start_from_another_that_has_learned(tiny, monkeypatch):
    def start_from(self, trained):
        self.hidden.load_state_dict(trained.hidden.state_dict())

    monkeypatch.setattr("convbook.models.two_layer.TwoLayer.start_from", start_from, raising=False)
    still = replace(tiny, optimiser=Optimiser(lr=0.0))  # learns nothing, and so shows what it began with
    first, alone, both = train(tiny), train(still), train(replace(still, start=tiny))
    assert_close(both.model.hidden.parameters(), weights(first)[:2], atol=0)
    assert_close(both.model.scores.parameters(), weights(alone)[2:], atol=0)
    assert (first.model.scores.weight != both.model.scores.weight).any()


def test_a_run_says_what_its_network_costs(tiny):
    run = train(tiny)
    numbers = 64 * 16 + 16 + 16 * 10 + 10
    assert (run.cost.parameters, run.cost.operations) == (numbers, numbers + 10)
    assert run.images == 540


@pytest.mark.parametrize("schedule", [Schedule(), Schedule("exponential", gamma=0.5)], ids=lambda s: s.kind)
def test_the_loop_is_the_plain_one(tiny, schedule):
    tiny = replace(tiny, schedule=schedule)
    run = train(tiny)
    plain, losses = by_hand(tiny)
    assert_close(weights(run), plain)
    assert run.steps["loss"] == pytest.approx(losses, abs=1e-12)
    assert len(losses) == 18  # the ninth batch of an epoch has 14 images


def test_it_learns_and_counts_what_it_gets_right(tiny):
    run = train(replace(tiny, full=Size(epochs=8)), size="full")
    images = Images(tiny, CPU)
    x, labels = images.batch(images.test, slice(None))
    scores = run.model(x)
    assert run.metrics["test_accuracy"] == pytest.approx((scores.argmax(1) == labels).double().mean().item())
    assert run.metrics["test_loss"] == pytest.approx(F.cross_entropy(scores, labels).item())
    assert run.metrics["test_accuracy"] > 0.9
    assert run.epochs["epoch"] == list(range(1, 9))
    assert run.epochs["train_loss"][-1] < 0.3 * run.epochs["train_loss"][0]


def test_a_seed_decides_everything(tiny):
    first, again, other = train(tiny), train(tiny), train(tiny, seed=1)
    assert all(a.equal(b) for a, b in zip(weights(first), weights(again), strict=True))
    assert first.steps == again.steps
    assert not any(a.equal(b) for a, b in zip(weights(first), weights(other), strict=True))


@pytest.mark.parametrize("parts", [2, 3, 32])
def test_a_batch_in_parts_is_the_same_batch(tiny, parts):
    assert_close(weights(train(replace(tiny, accumulate=parts))), weights(train(tiny)))


def test_a_long_gradient_is_shortened(tiny):
    """With plain SGD no step is longer than ε times the largest norm."""
    optimiser = Optimiser(lr=0.5, clip=0.01)
    run = train(replace(tiny, optimiser=optimiser, quick=Size(1, images=32)))
    torch.manual_seed(0)
    first = models.build("two-layer", (1, 8, 8), 10, hidden=16).double().parameters()
    moved = sum(((a - b) ** 2).sum() for a, b in zip(weights(run), first, strict=True)).sqrt().item()
    assert moved == pytest.approx(0.5 * 0.01, rel=1e-4)


@pytest.mark.parametrize("kind", ["adam", "adamw"])
def test_other_optimisers(tiny, kind):
    run = train(replace(tiny, optimiser=Optimiser(kind, lr=0.01), full=Size(6)), size="full")
    assert run.metrics["test_accuracy"] > 0.9


def test_memory_format_changes_nothing(tiny):
    tiny = replace(tiny, model=Model("two-layer", {"hidden": 16}))
    assert_close(weights(train(replace(tiny, channels_last=True))), weights(train(tiny)))


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_low_precision_learns_in_float32_weights(tiny, precision):
    low = train(replace(tiny, precision=precision))
    assert {w.dtype for w in weights(low)} == {torch.float32}
    high = train(replace(tiny, precision="float32"))
    assert low.steps["loss"] == pytest.approx(high.steps["loss"], abs=0.1)
    assert low.steps["loss"] != high.steps["loss"]


def test_shuffled_pixels_change_no_loss_of_a_network_whose_weights_follow(tiny):
    plain = train(tiny)
    shuffled = train(replace(tiny, data=replace(tiny.data, permutation=3)))
    assert shuffled.steps["loss"] == pytest.approx(plain.steps["loss"], abs=1e-9)
    assert shuffled.metrics["test_accuracy"] == plain.metrics["test_accuracy"]
    order = Images(replace(tiny, data=replace(tiny.data, permutation=3)), CPU).permutation
    assert_close([shuffled.model.hidden.weight], [plain.model.hidden.weight[:, order]], atol=1e-9)


def test_shuffled_pixels_do_change_them_if_the_weights_stay(tiny, monkeypatch):
    plain = train(tiny)
    monkeypatch.delattr("convbook.models.two_layer.TwoLayer.permute_inputs")
    shuffled = train(replace(tiny, data=replace(tiny.data, permutation=3)))
    assert max(abs(a - b) for a, b in zip(plain.steps["loss"], shuffled.steps["loss"], strict=True)) > 1e-3


def test_smoothed_labels_are_torch_s(tiny):
    tiny = replace(tiny, label_smoothing=0.2, quick=Size(1, images=32))
    images = Images(tiny, CPU, 32)
    torch.manual_seed(0)
    model = models.build("two-layer", (1, 8, 8), 10, hidden=16).double()
    x, labels = images.batch(images.train, images.order(0, 0))
    expected = F.cross_entropy(model(x), labels, label_smoothing=0.2).item()
    assert train(tiny).steps["loss"] == pytest.approx([expected], abs=1e-12)


def test_an_explosion_stops_the_run_with_a_word(tiny, tmp_path):
    """It names the step, the learning rate, and the checkpoint, from which the weights are still finite."""
    tiny = replace(tiny, optimiser=Optimiser(lr=1e200), full=Size(3, images=270))
    with pytest.raises(loop.Diverged, match=r"step (\d+), learning rate 1e\+200: .*no checkpoint yet"):
        train(tiny, size="full", folder=tmp_path)
    late = replace(tiny, optimiser=Optimiser(lr=0.5), schedule=Schedule("exponential", gamma=1e200))
    saved = tmp_path / "late" / "checkpoint.pt"
    with pytest.raises(loop.Diverged, match=rf"step \d+, learning rate 5e\+199: .*checkpoint is {saved}"):
        train(late, size="full", folder=saved.parent)
    state = torch.load(saved, weights_only=True)
    assert state["epoch"] == 1
    assert all(value.isfinite().all() for value in state["model"].values())


class FirstIsNan(nn.Module):
    """Scores that are not numbers from the 12th batch on."""

    def __init__(self, in_shape, classes):
        super().__init__()
        self.scores = nn.Linear(64, classes)
        self.batches = 0

    def forward(self, x):
        self.batches += self.training
        return self.scores(x.flatten(1)) * (torch.nan if self.batches >= 12 else 1.0)


def test_the_step_of_an_explosion_is_exact(tiny, tmp_path, monkeypatch):
    """Whoever looks at the loss only now and then still knows when it happened."""
    monkeypatch.setattr(models, "build", lambda name, in_shape, classes: FirstIsNan(in_shape, classes))
    with pytest.raises(loop.Diverged, match=r"step 12, learning rate 0\.5: the loss is nan"):
        train(replace(tiny, model=Model("linear")), folder=tmp_path)


def test_curves_are_written_as_csv(tiny, tmp_path):
    run = train(tiny, folder=tmp_path)
    lines = (tmp_path / "steps.csv").read_text().splitlines()
    assert lines[0] == "step,loss,lr"
    assert [float(line.split(",")[1]) for line in lines[1:]] == run.steps["loss"]
    lines = (tmp_path / "epochs.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,train_loss,lr,validation_accuracy,validation_loss,seconds")
    assert len(lines) == 3


def test_scalars_for_tensorboard(tiny, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = train(tiny, folder=tmp_path, tensorboard=True)
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [event.step for event in events.Scalars("loss")] == list(range(1, 19))
    assert [e.value for e in events.Scalars("loss")] == pytest.approx(run.steps["loss"], rel=1e-6)
    assert len(events.Scalars("epoch/validation_accuracy")) == 2


def test_an_unknown_device_is_refused(tiny):
    with pytest.raises(ValueError, match="device 'abacus' cannot be used"):
        loop.train(tiny, device="abacus", progress=False)


def test_augmented_batches_learn(tiny):
    pytest.importorskip("convbook.data.augment")
    run = train(replace(tiny, augmentation=(("shift", {"pixels": 1}),)))
    assert run.steps["loss"] != train(tiny).steps["loss"]
    assert run.steps["loss"][-1] < run.steps["loss"][0]


def test_data_may_have_maps_of_labels(tiny, monkeypatch):
    """Every pixel counts but those to be ignored, in the loss and in the accuracy."""
    recipe = replace(
        tiny,
        data=Data("shapes", validation=0),
        model=Model("pixels"),
        optimiser=Optimiser(lr=0.1),
        batch=8,
        quick=Size(1, images=16),
    )
    monkeypatch.setattr(models, "build", lambda name, shape, classes: nn.Conv2d(shape[0], classes, 1))
    run = train(recipe)
    images = Images(recipe, CPU)
    x, labels = images.batch(images.test, slice(None))
    counted = labels != images.ignore
    right = (run.model(x).argmax(1) == labels)[counted].double().mean().item()
    assert run.metrics["test_accuracy"] == pytest.approx(right)
