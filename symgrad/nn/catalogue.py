"""LAYERS and LOSSES: every layer and loss, with small random instances. Tests and documents run over the rows."""

from __future__ import annotations

from collections.abc import Callable

from . import activation, adaptive, attention, classes, convolution, losses, normalisation, pooling, recurrent, sequence
from . import draws_losses as of_loss
from .container import Residual, Sequential
from .dense import Linear
from .draws import (
    Draw,
    Row,
    adaptive_pool,
    alone,
    along,
    any_shape,
    batch_norm,
    cell,
    conv,
    dot_product,
    either,
    embedding,
    flatten,
    group_norm,
    image,
    labels,
    layer_norm,
    linear,
    multihead,
    pool,
    positive,
    recurrent_layer,
    residual,
    sequential,
    transposed,
    whole,
    yes_or_no,
)
from .dropout import Dropout, Dropout2d
from .embedding import Embedding
from .layer import Layer
from .shaping import Flatten

POINTWISE = (
    *("Identity", "ReLU", "ReLU6", "SELU", "Sigmoid", "LogSigmoid", "Tanh", "Tanhshrink", "Softsign", "SiLU", "Mish"),
    *("Hardsigmoid", "Hardswish"),
)
WITH_OPTIONS: dict[str, Callable[[Draw], Layer]] = {
    "LeakyReLU": lambda rng: activation.LeakyReLU(either(rng, 0.01, 0.2)),
    "ELU": lambda rng: activation.ELU(either(rng, 1.0, 0.5)),
    "CELU": lambda rng: activation.CELU(either(rng, 1.0, 0.5)),
    "GELU": lambda rng: activation.GELU(either(rng, "none", "tanh")),
    "Softplus": lambda rng: activation.Softplus(either(rng, 1.0, 2.0)),
    "Hardtanh": lambda rng: activation.Hardtanh(either(rng, -1.0, -0.5), either(rng, 1.0, 0.25)),
}


def plain(name: str) -> Row:
    kind = getattr(activation, name)
    return Row(name, kind, any_shape(WITH_OPTIONS.get(name, lambda rng: kind())))


LAYERS = (
    Row("Linear", Linear, linear, exact=True),
    *(
        Row(kind.__name__, kind, conv(kind), exact=True)
        for kind in (convolution.Conv1d, convolution.Conv2d, convolution.Conv3d)
    ),
    Row("ConvTranspose2d", convolution.ConvTranspose2d, transposed, exact=True),
    *(
        Row(kind.__name__, kind, pool(kind), exact=True)
        for kind in (pooling.MaxPool1d, pooling.MaxPool2d, pooling.MinPool2d)
    ),
    Row("AvgPool1d", pooling.AvgPool1d, pool(pooling.AvgPool1d, count_include_pad=yes_or_no)),
    Row(
        "AvgPool2d",
        pooling.AvgPool2d,
        pool(pooling.AvgPool2d, count_include_pad=yes_or_no, divisor_override=lambda rng: either(rng, None, None, 3)),
    ),
    Row("LPPool2d", pooling.LPPool2d, pool(pooling.LPPool2d, norm_type=lambda rng: either(rng, 1, 2, 3)), positive),
    *(
        Row(kind.__name__, kind, adaptive_pool(kind))
        for kind in (adaptive.AdaptiveAvgPool2d, adaptive.AdaptiveMaxPool2d)
    ),
    *(Row(kind.__name__, kind, image(alone(kind))) for kind in (adaptive.GlobalAvgPool2d, adaptive.GlobalMaxPool2d)),
    Row("Flatten", Flatten, flatten, exact=True),
    Row("Dropout", Dropout, any_shape(lambda rng: Dropout(either(rng, 0.5, 0.2, 0.0, 1.0)))),
    Row("Dropout2d", Dropout2d, image(lambda rng, c: Dropout2d(either(rng, 0.5, 0.2)))),
    Row("BatchNorm1d", normalisation.BatchNorm1d, image(batch_norm(normalisation.BatchNorm1d), 0, 1)),
    Row("BatchNorm2d", normalisation.BatchNorm2d, image(batch_norm(normalisation.BatchNorm2d))),
    Row("LayerNorm", normalisation.LayerNorm, layer_norm),
    Row("GroupNorm", normalisation.GroupNorm, group_norm),
    Row(
        "LocalResponseNorm",
        normalisation.LocalResponseNorm,
        image(lambda rng, c: normalisation.LocalResponseNorm(whole(rng, 1, 4), 0.5, either(rng, 0.75, 0.5), 2.0), 1, 2),
    ),
    Row("Embedding", Embedding, embedding, labels, exact=True),
    *(Row(kind.__name__, kind, cell(kind)) for kind in (recurrent.RNNCell, recurrent.LSTMCell, recurrent.GRUCell)),
    *(Row(kind.__name__, kind, recurrent_layer(kind)) for kind in (sequence.RNN, sequence.LSTM, sequence.GRU)),
    Row("ScaledDotProductAttention", attention.ScaledDotProductAttention, dot_product),
    Row("MultiheadAttention", attention.MultiheadAttention, multihead),
    *(plain(name) for name in (*POINTWISE, *WITH_OPTIONS)),
    Row("PReLU", activation.PReLU, image(lambda rng, c: activation.PReLU(either(rng, 1, c)), 0, 2)),
    *(Row(kind.__name__, kind, any_shape(along(kind))) for kind in (activation.Softmax, activation.LogSoftmax)),
    Row("Sequential", Sequential, sequential),
    Row("Residual", Residual, residual),
)

LOSSES = (
    Row("MSELoss", losses.MSELoss, of_loss.entrywise(losses.MSELoss), exact=True),
    Row("L1Loss", losses.L1Loss, of_loss.entrywise(losses.L1Loss)),
    Row(
        "SmoothL1Loss",
        losses.SmoothL1Loss,
        of_loss.entrywise(losses.SmoothL1Loss, beta=lambda rng: either(rng, 1.0, 0.5, 0.0)),
    ),
    Row("HuberLoss", losses.HuberLoss, of_loss.entrywise(losses.HuberLoss, delta=lambda rng: either(rng, 1.0, 0.5))),
    Row("BCELoss", losses.BCELoss, of_loss.weighted_entrywise(losses.BCELoss, "weight"), of_loss.probabilities),
    Row(
        "BCEWithLogitsLoss",
        losses.BCEWithLogitsLoss,
        of_loss.weighted_entrywise(losses.BCEWithLogitsLoss, "weight", "pos_weight"),
        of_loss.logits,
    ),
    Row(
        "HingeEmbeddingLoss",
        losses.HingeEmbeddingLoss,
        of_loss.entrywise(losses.HingeEmbeddingLoss, margin=lambda rng: either(rng, 1.0, 0.5)),
        of_loss.signs,
    ),
    Row("KLDivLoss", losses.KLDivLoss, of_loss.divergence, of_loss.log_probabilities),
    Row("CrossEntropyLoss", classes.CrossEntropyLoss, of_loss.cross_entropy, of_loss.classes),
    Row("NLLLoss", classes.NLLLoss, of_loss.likelihood, of_loss.classes),
    Row("MultiMarginLoss", classes.MultiMarginLoss, of_loss.margins, of_loss.classes),
)
