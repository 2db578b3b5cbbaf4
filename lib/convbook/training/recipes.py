"""The named recipes: `convbook train NAME`.

Each notes what the lecture reports, so that a result stands beside it. The loss is the mean cross-entropy of
a batch + λ/2·‖W‖², as in PyTorch. The lecture does not say how it normalises the loss of its experiments, but
writes λ/2 where it writes a penalty. With its learning rate and λ = 500 the linear classifier then gets 40 %
of the test images right; with λ·‖W‖² it would be as many.
"""

from dataclasses import replace

from convbook.training.recipe import Data, Model, Optimiser, Recipe, Round, Schedule, Search, Size

__all__ = ["RECIPES", "recipe"]

SEEDS = (0, 1, 2)
QUICK = Size(epochs=1, images=2000)

# Chapter 1: images as rows of numbers, raw pixels less their mean
RAW_CIFAR10 = Data("cifar10", validation=5000, centre="pixel", scale=1.0)
linear = Recipe(
    "cifar10-linear",
    summary="a linear classifier on CIFAR-10, with the lecture's settings",
    data=RAW_CIFAR10,
    model=Model("linear", {"std": 1e-4}),
    optimiser=Optimiser(lr=1e-6, weight_decay=5e2),
    batch=200,
    full=Size(10, SEEDS),
    quick=QUICK,
    lecture={"test_accuracy": 0.38},
    note="m = 200, ε = 10⁻⁶, λ = 500, σ = 10⁻⁴, 10 epochs on raw pixels less their mean, as printed.",
)
two_layer_constant = replace(
    linear,
    name="cifar10-two-layer-100-constant",
    summary="two layers, 100 hidden units, with the lecture's settings",
    model=Model("two-layer", {"hidden": 100, "std": 1e-4}),
    optimiser=Optimiser(lr=2e-3, weight_decay=0.2),
    lecture={"test_accuracy": 0.51},
    note="m = 200, ε = 0.002, λ = 0.2, σ = 10⁻⁴, 10 epochs, as printed; ε stays as it is.",
)
two_layer = replace(
    two_layer_constant,
    name="cifar10-two-layer-100",
    summary="two layers, 100 hidden units, with a learning rate that falls every epoch",
    schedule=Schedule("exponential", gamma=0.9),
    note="m = 200, λ = 0.2, σ = 10⁻⁴, 10 epochs, as printed; ε = 0.002 falls to 0.9 of itself every epoch.",
)
WIDE = Model("two-layer", {"hidden": 200, "std": 1e-4})
wide_constant = replace(
    two_layer_constant,
    name="cifar10-two-layer-200-constant",
    summary="two layers, 200 hidden units, with the lecture's settings",
    model=WIDE,
    note="As printed, with the 200 hidden units that the lecture's pictures show.",
)
wide = replace(
    two_layer,
    name="cifar10-two-layer-200",
    summary="two layers, 200 hidden units, with a learning rate that falls every epoch",
    model=WIDE,
    note="The same with the 200 hidden units of the lecture's pictures.",
)
search = Search(
    "cifar10-two-layer-search",
    summary="a search for the learning rate and λ of the two-layer network, from coarse to fine",
    base=two_layer,
    ranges={"lr": (1e-5, 1e-1), "weight_decay": (1e-3, 1e2)},
    rounds=(Round(9, epochs=1, images=9000), Round(6, epochs=2, images=18_000), Round(5, epochs=3)),
    quick_rounds=(Round(4, epochs=1, images=2000), Round(2, epochs=1, images=2000)),
    seeds=SEEDS,
    lecture={"test_accuracy": 0.51},
    note="Learning rate and λ from 10⁻⁵ … 10⁻¹ and 10⁻³ … 10², log-uniform: 9 short runs, 6 longer ones "
    "around the best, 5 yet longer ones, then one in full. A 3×3 grid of short runs stands for comparison.",
)

# In float64, so that the other order of the sums, which shuffled pixels bring, changes nothing to be seen.
mnist_two_layer = Recipe(
    "mnist-two-layer",
    summary="two layers, 100 hidden units, on MNIST",
    data=Data("mnist", validation=5000),
    model=Model("two-layer", {"hidden": 100}),
    optimiser=Optimiser(lr=0.5, weight_decay=1e-5),
    schedule=Schedule("exponential", gamma=0.9),
    precision="float64",
    full=Size(10, SEEDS),
    quick=QUICK,
    lecture={"test_error": 0.03},
    note="m = 128, λ = 10⁻⁵, ε = 0.5 falling to 0.9 of itself every epoch, 10 epochs on pixels in [0, 1].",
)
mnist_two_layer_permuted = replace(
    mnist_two_layer,
    name="mnist-two-layer-permuted",
    summary="two layers on MNIST with shuffled pixels, and first weights shuffled alike",
    data=replace(mnist_two_layer.data, permutation=0),
    note="The settings of `mnist-two-layer`. Every loss is the same, step by step.",
)

# Chapter 9: the convolutional network
mnist_convnet_printed = Recipe(
    "mnist-convnet-printed",
    summary="the convolutional network on MNIST, with the lecture's settings",
    data=Data("mnist", validation=5000),
    model=Model("convnet", {"std": 0.1}),
    optimiser=Optimiser(lr=1e-2, weight_decay=1e-2),
    channels_last=True,
    full=Size(4, SEEDS),
    quick=QUICK,
    lecture={"test_error": 0.012},
    note="m = 128, ε = 0.01, λ = 0.01, σ = 0.1, as printed; 4 epochs of plain SGD on pixels in [0, 1].",
)
mnist_convnet = replace(
    mnist_convnet_printed,
    name="mnist-convnet",
    summary="the convolutional network on MNIST, with momentum and one cycle",
    model=Model("convnet"),
    optimiser=Optimiser(lr=0.05, weight_decay=5e-4, momentum=0.9),
    schedule=Schedule("linear", warmup=0.1),
    note="m = 128, momentum 0.9, ε up to 0.05 and down to 0 along lines, λ = 0.0005, PyTorch's first "
    "weights; 4 epochs.",
)
mnist_convnet_permuted = replace(
    mnist_convnet,
    name="mnist-convnet-permuted",
    summary="the convolutional network on MNIST with shuffled pixels",
    data=replace(mnist_convnet.data, permutation=0),
    lecture={},
    note="The settings of `mnist-convnet`, but neighbours are no longer neighbours.",
)
cifar10_convnet_printed = replace(
    mnist_convnet_printed,
    name="cifar10-convnet-printed",
    summary="the convolutional network on CIFAR-10, with the lecture's settings",
    data=Data("cifar10", validation=5000, centre="pixel"),
    lecture={"test_error": 0.28},
    note="m = 128, ε = 0.01, λ = 0.01, σ = 0.1, as printed; 4 epochs of plain SGD on pixels in [0, 1] less "
    "their mean. The lecture does not say how long it trained.",
)
cifar10_convnet = replace(
    cifar10_convnet_printed,
    name="cifar10-convnet",
    summary="the convolutional network on CIFAR-10, with momentum and one cycle",
    data=Data("cifar10", validation=5000, centre="channel", scale="channel"),
    model=Model("convnet"),
    optimiser=Optimiser(lr=0.03, weight_decay=2e-3, momentum=0.9),
    schedule=Schedule("linear", warmup=0.1),
    full=Size(10, SEEDS),
    note="m = 128, momentum 0.9, ε up to 0.03 and down to 0 along lines, λ = 0.002, PyTorch's first weights; "
    "10 epochs on pixels less the mean of their channel, by its standard deviation.",
)
cifar10_convnet_modern = replace(
    cifar10_convnet,
    name="cifar10-convnet-modern",
    summary="the same network on CIFAR-10, shown shifted and mirrored images, with smoothed labels",
    optimiser=replace(cifar10_convnet.optimiser, lr=0.04, weight_decay=5e-4, nesterov=True),
    augmentation=(("shift", {"pixels": 2}), ("flip", {})),
    label_smoothing=0.1,
    full=Size(12, SEEDS),
    note="m = 128, Nesterov momentum 0.9, ε up to 0.04 and down to 0 along lines, λ = 0.0005, shifts by up "
    "to 2 pixels and mirror images, labels smoothed by 0.1; 12 epochs. The architecture is the lecture's.",
)

# Chapters 10 and 11: LeNet-5 as it was, and what followed it an eighth as wide and for small images
mnist_lenet5 = Recipe(
    "mnist-lenet5",
    summary="LeNet-5 as it was published, on MNIST",
    data=Data("mnist", validation=5000, centre="channel", scale="channel"),
    model=Model("lenet5", {"padding": 2}),
    optimiser=Optimiser(lr=0.04, momentum=0.9, clip=1.0),
    schedule=Schedule("linear", warmup=0.1),
    augmentation=(("shift", {"pixels": 1}),),
    full=Size(16, SEEDS),
    quick=Size(1, images=4000),
    lecture={},
    note="The table of connections, learned subsampling, scaled tanh, distances to codes; zeros around the "
    "images make them 32×32. m = 128, momentum 0.9, ε up to 0.04 and down to 0 along lines, gradients cut to "
    "norm 1, first weights with σ = 1/√n; 16 epochs on pixels less their mean, by their standard deviation, "
    "of digits shifted by up to a pixel; the paper distorted them.",
)
cifar10_alexnet = replace(
    cifar10_convnet,
    name="cifar10-alexnet",
    summary="AlexNet on CIFAR-10: for small images, an eighth as wide",
    model=Model("alexnet", {"small": True, "width": 0.125, "dropout": 0.2}),
    optimiser=replace(cifar10_convnet.optimiser, weight_decay=5e-4),
    full=Size(5, SEEDS),
    quick=Size(2, images=4000),
    lecture={},
    note="m = 128, momentum 0.9, ε up to 0.03 and down to 0 along lines, λ = 0.0005, He's first weights, "
    "dropout 0.2; 5 epochs. The first convolution is 5×5 and has no stride.",
)
cifar10_zfnet = replace(
    cifar10_alexnet,
    name="cifar10-zfnet",
    summary="ZFNet on CIFAR-10: for small images, an eighth as wide",
    model=Model("zfnet", {"small": True, "width": 0.125, "dropout": 0.2}),
    note="The settings of `cifar10-alexnet`; no convolution has a stride.",
)
cifar10_vgg_a = replace(
    cifar10_alexnet,
    name="cifar10-vgg-a",
    summary="VGG, configuration A, on CIFAR-10: an eighth as wide",
    model=Model("vgg", {"configuration": "A", "width": 0.125, "dropout": 0.2}),
    note="The settings of `cifar10-alexnet`.",
)
cifar10_vgg_a_lrn = replace(
    cifar10_vgg_a,
    name="cifar10-vgg-a-lrn",
    summary="the same VGG with local response normalisation after its first convolution",
    model=Model("vgg", {"configuration": "A-LRN", "width": 0.125, "dropout": 0.2}),
    note="The settings of `cifar10-vgg-a`.",
)
cifar10_vgg_d = replace(
    cifar10_vgg_a,
    name="cifar10-vgg-d",
    summary="VGG, configuration D, on CIFAR-10: an eighth as wide",
    model=Model("vgg", {"configuration": "D", "width": 0.125, "dropout": 0.2}),
    note="The settings of `cifar10-vgg-a`.",
)
cifar10_vgg_d_preinit = replace(
    cifar10_vgg_d,
    name="cifar10-vgg-d-preinit",
    summary="the same, starting from the first and last layers of A",
    start=cifar10_vgg_a,
    note="The settings of `cifar10-vgg-d`; that of `cifar10-vgg-a` is trained first, with the same seed.",
)
cifar10_nin = replace(
    cifar10_alexnet,
    name="cifar10-nin",
    summary="network in network on CIFAR-10: the authors' for small images, an eighth as wide",
    model=Model("nin", {"small": True, "width": 0.125, "dropout": 0.0}),
    note="The settings of `cifar10-alexnet`, without dropout: so few maps can spare none.",
)
cifar10_googlenet = replace(
    cifar10_alexnet,
    name="cifar10-googlenet",
    summary="GoogLeNet with its auxiliary classifiers on CIFAR-10: for small images, an eighth as wide",
    model=Model("googlenet", {"small": True, "width": 0.125, "auxiliary": True, "dropout": 0.0}),
    note="The settings of `cifar10-alexnet`, without dropout behind the mean. The first convolution has no "
    "stride; the losses of the auxiliary classifiers count 0.3 times.",
)
cifar10_resnet = replace(
    cifar10_alexnet,
    name="cifar10-resnet",
    summary="ResNet on CIFAR-10: 8 layers, half as wide",
    model=Model("resnet", {"blocks": 1, "width": 0.5}),
    optimiser=replace(cifar10_alexnet.optimiser, lr=0.1),
    note="The settings of `cifar10-alexnet`, but ε up to 0.1; batch normalisation in place of dropout.",
)

RECIPES = {
    each.name: each
    for each in (
        linear,
        two_layer_constant,
        two_layer,
        wide_constant,
        wide,
        search,
        mnist_two_layer,
        mnist_two_layer_permuted,
        mnist_convnet_printed,
        mnist_convnet,
        mnist_convnet_permuted,
        cifar10_convnet_printed,
        cifar10_convnet,
        cifar10_convnet_modern,
        mnist_lenet5,
        cifar10_alexnet,
        cifar10_zfnet,
        cifar10_vgg_a,
        cifar10_vgg_a_lrn,
        cifar10_vgg_d,
        cifar10_vgg_d_preinit,
        cifar10_nin,
        cifar10_googlenet,
        cifar10_resnet,
    )
}


def recipe(name):
    """The recipe of this name.

    Parameters
    ----------
    name : str

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        If there is none; the message lists the known ones.
    """
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}, expected one of {', '.join(RECIPES)}")
    return RECIPES[name]
