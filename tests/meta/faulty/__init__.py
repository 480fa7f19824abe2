"""Layers with wrong gradients, rebuilt from bug reports: what the layer checker has to find and to name."""

from .attention import ATTENTION
from .avg_pool2d import AVG_POOL2D
from .batch_norm import BATCH_NORM
from .bce_with_logits import BCE_WITH_LOGITS
from .bilinear import BILINEAR
from .causal_conv1d import CAUSAL_CONV1D
from .conv2d import CONV2D
from .conv_transpose2d import CONV_TRANSPOSE2D
from .cross_entropy import CROSS_ENTROPY
from .cumprod import CUMPROD
from .dense import DENSE
from .dropout import DROPOUT
from .embedding import EMBEDDING
from .focal_loss import FOCAL_LOSS
from .gelu import GELU
from .group_norm import GROUP_NORM
from .hinge import HINGE
from .huber import HUBER
from .l2_normalize import L2_NORMALIZE
from .layer_norm import LAYER_NORM
from .log_softmax import LOG_SOFTMAX
from .logsumexp import LOGSUMEXP
from .lstm_cell import LSTM_CELL
from .matmul import MATMUL
from .max_pool2d import MAX_POOL2D
from .maximum import MAXIMUM
from .pixel_shuffle import PIXEL_SHUFFLE
from .prelu import PRELU
from .rms_norm import RMS_NORM
from .scale_shift import SCALE_SHIFT
from .softmax import SOFTMAX
from .softplus import SOFTPLUS
from .squared_distance import SQUARED_DISTANCE
from .subject import RELATIONS as RELATIONS
from .subject import Fault as Fault
from .subject import Subject as Subject
from .upsample_bilinear import UPSAMPLE_BILINEAR
from .weight_norm import WEIGHT_NORM

SUBJECTS = (
    DENSE,
    MATMUL,
    BILINEAR,
    CONV2D,
    CONV_TRANSPOSE2D,
    CAUSAL_CONV1D,
    MAX_POOL2D,
    AVG_POOL2D,
    BATCH_NORM,
    LAYER_NORM,
    GROUP_NORM,
    RMS_NORM,
    L2_NORMALIZE,
    WEIGHT_NORM,
    SOFTMAX,
    LOG_SOFTMAX,
    LOGSUMEXP,
    CROSS_ENTROPY,
    BCE_WITH_LOGITS,
    FOCAL_LOSS,
    HUBER,
    HINGE,
    SQUARED_DISTANCE,
    EMBEDDING,
    ATTENTION,
    LSTM_CELL,
    PRELU,
    SOFTPLUS,
    GELU,
    MAXIMUM,
    DROPOUT,
    CUMPROD,
    SCALE_SHIFT,
    PIXEL_SHUFFLE,
    UPSAMPLE_BILINEAR,
)
