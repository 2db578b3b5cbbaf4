"""VGG: 3×3 convolutions all the way, from 11 to 19 layers."""

from collections import OrderedDict

import torch
from torch import nn

from convbook.models.alexnet import ResponseNorm, classifier
from convbook.models.initial import gaussian_, he_
from convbook.models.shapes import made_of, scaled

__all__ = ["CONFIGURATIONS", "VGG"]

# The kernel sizes between two poolings, column by column of the table in the paper.
CONFIGURATIONS = {
    "A": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "A-LRN": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "B": ((3, 3), (3, 3), (3, 3), (3, 3), (3, 3)),
    "C": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "D": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "E": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}


class VGG(nn.Module):
    """Stages of 3×3 convolutions; a pooling halves the maps, and the next stage has twice as many.

        (conv(3, k, p1), …, pool(2)) for k = 64, 128, 256, 512, 512, then fc(4096), fc(4096), fc(classes)

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W), at least 32×32; 3×224×224 in the course's tables.
    classes : int
    configuration : "A", "A-LRN", "B", "C", "D" or "E"
        A column of the table in the paper, 11 to 19 layers with weights; "D" is known as VGG-16.
    width : float
        Factor on the number of maps and hidden units.
    dropout : float
        Probability that a hidden unit of the fully connected layers is left out.
    std : float, optional
        Of the first weights, σ; by default they are He's.

    Raises
    ------
    ValueError
        If there is no such configuration, or the images are too small.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Simonyan & Zisserman 2014). 138,357,544 parameters in the form "D" for
    ImageNet. Images of 32×32 need no other form: five poolings leave one number of each map.
    """

    def __init__(self, in_shape, classes, *, configuration="D", width=1.0, dropout=0.5, std=None):
        super().__init__()
        if configuration not in CONFIGURATIONS:
            raise ValueError(
                f"VGG: configuration must be one of {', '.join(CONFIGURATIONS)}, got {configuration!r}"
            )
        *maps, hidden = scaled(width, 64, 128, 256, 512, 512, 4096)
        fed, layers = in_shape[0], OrderedDict()
        for stage, (k, kernels) in enumerate(zip(maps, CONFIGURATIONS[configuration], strict=True), 1):
            for i, r in enumerate(kernels, 1):
                layers[f"conv{stage}_{i}"] = nn.Conv2d(fed, k, r, padding=r // 2)
                layers[f"relu{stage}_{i}"] = nn.ReLU()
                fed = k
            if configuration == "A-LRN" and stage == 1:
                layers["norm1"] = ResponseNorm(k)
            layers[f"pool{stage}"] = nn.MaxPool2d(2)
        self.features = nn.Sequential(layers)
        self.classifier = classifier(made_of("VGG", in_shape, self.features), hidden, classes, dropout)
        he_(self, self.classifier.fc3) if std is None else gaussian_(self, std)

    def forward(self, x):
        return self.classifier(self.features(x))

    @torch.no_grad()
    def start_from(self, trained):
        """Take over the first and the last layers of a smaller network that has learned, as the authors did.

        These are the convolutions of the first three stages that both have, four if the other is "A", and the
        three fully connected layers.

        Parameters
        ----------
        trained : VGG
            Of the same width and for the same images.
        """
        theirs = dict(trained.named_parameters())
        for name, parameter in self.named_parameters():
            if name in theirs and not name.startswith(("features.conv4", "features.conv5")):
                parameter.copy_(theirs[name])
