"""Layers with wrong gradients, rebuilt from bug reports: what the layer checker has to find and to name."""

from .conv2d import CONV2D
from .cross_entropy import CROSS_ENTROPY
from .dense import DENSE
from .layer_norm import LAYER_NORM
from .max_pool2d import MAX_POOL2D
from .subject import RELATIONS as RELATIONS
from .subject import Fault as Fault
from .subject import Subject as Subject

SUBJECTS = (DENSE, CONV2D, MAX_POOL2D, LAYER_NORM, CROSS_ENTROPY)
