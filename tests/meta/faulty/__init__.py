"""Layers with wrong gradients, rebuilt from bug reports: what the layer checker has to find and to name."""

from .attention import ATTENTION
from .batch_norm import BATCH_NORM
from .conv2d import CONV2D
from .cross_entropy import CROSS_ENTROPY
from .dense import DENSE
from .embedding import EMBEDDING
from .group_norm import GROUP_NORM
from .layer_norm import LAYER_NORM
from .log_softmax import LOG_SOFTMAX
from .logsumexp import LOGSUMEXP
from .max_pool2d import MAX_POOL2D
from .rms_norm import RMS_NORM
from .softmax import SOFTMAX
from .subject import RELATIONS as RELATIONS
from .subject import Fault as Fault
from .subject import Subject as Subject

SUBJECTS = (
    DENSE,
    CONV2D,
    MAX_POOL2D,
    BATCH_NORM,
    LAYER_NORM,
    GROUP_NORM,
    RMS_NORM,
    SOFTMAX,
    LOG_SOFTMAX,
    LOGSUMEXP,
    CROSS_ENTROPY,
    EMBEDDING,
    ATTENTION,
)
