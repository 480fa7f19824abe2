"""Property tests of layers: is the backward pass the derivative of the forward pass, for all shapes and values?

from symgrad.testing import check_layer, ints, layer_test

test_conv = layer_test(
    MyConv2d,
    "x[N,C,H,W], w[O,C/groups,kh,kw], b[O] -> y[N,O,_,_]",
    params=dict(stride=ints(1, 3), padding=ints(0, 2), dilation=ints(1, 2), groups=ints(1, 2)),
)
report = check_layer(MyFunction, "x[...,D], g[D] -> y[...,D]")
"""

from .api import LayerFailure as LayerFailure
from .api import check_layer as check_layer
from .api import layer_test as layer_test
from .finding import Finding as Finding
from .given import check_inputs as check_inputs
from .modules import check_module as check_module
from .modules import module_test as module_test
from .parameters import ints as ints
from .report import Report as Report
from .subject import LayerError as LayerError
