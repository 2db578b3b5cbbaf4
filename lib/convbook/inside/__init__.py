"""Looking inside a network that has learned: what it needs, what it saw, what its units wait for.

- `occlusion`: hide one place after another, and watch the answer
- `deconvnet`: send the activation of a unit back to the image
- `patches`: the pieces of images to which a unit answers most
- `tuning`: turn a grating, and measure what a filter prefers; this one is numpy

Import the rooms by name, `from convbook.inside import occlusion`. All but `tuning` import torch.
"""
