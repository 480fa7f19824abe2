"""Channels spread over blocks of pixels."""

from .subject import Fault, Subject


class PixelShuffle:
    """`Y[n,c,r·h+i,r·w+j] = X[n,c·r²+i·r+j,h,w]` for `i, j < r`."""

    def __init__(self, r=2):
        self.r = r

    def forward(self, x):
        self.shape, r = x.shape, self.r
        n, c, h, w = x.shape
        parts = x.reshape(n, c // r**2, r, r, h, w)
        return parts.transpose(0, 1, 4, 2, 5, 3).reshape(n, c // r**2, h * r, w * r).copy()

    def backward(self, grad_y):
        return (self.grad_x(grad_y),)

    def blocks(self, g):
        """`G[n,c,h,i,w,j]`."""
        n, c, h, w = self.shape
        return g.reshape(n, c // self.r**2, h, self.r, w, self.r)

    def grad_x(self, g):
        """`∂X[n,c·r²+i·r+j,h,w] = G[n,c,r·h+i,r·w+j]`."""
        return self.blocks(g).transpose(0, 1, 3, 5, 2, 4).reshape(self.shape).copy()


class DepthFirst(PixelShuffle):
    def grad_x(self, g):
        return self.blocks(g).transpose(0, 3, 5, 1, 2, 4).reshape(self.shape).copy()


class RowsAndColumnsExchanged(PixelShuffle):
    def grad_x(self, g):
        return self.blocks(g).transpose(0, 1, 5, 3, 2, 4).reshape(self.shape).copy()


class HeightAndWidthExchanged(PixelShuffle):
    def grad_x(self, g):
        n, c, h, w = self.shape
        return self.blocks(g).transpose(0, 1, 3, 5, 4, 2).reshape(n, c, w, h).copy()


class NothingToShuffle(PixelShuffle):
    def grad_x(self, g):
        return g if self.r == 1 else super().grad_x(g)


FAULTS = (
    Fault(
        "channels in depth-first order",
        DepthFirst,
        "x",
        "moved",
        ("r > 1 and C > 1", "C > 1", "r > 1"),
        "microsoft/onnxscript#2891, tensorflow#53291: the two orders of channels agree for one channel only",
        also=("subset",),
    ),
    Fault(
        "rows and columns of the blocks exchanged",
        RowsAndColumnsExchanged,
        "x",
        "moved",
        ("r > 1",),
        "atriumlts/subpixel#15: a transposition that changes the order within the blocks",
        also=("subset",),
    ),
    Fault(
        "height and width exchanged",
        HeightAndWidthExchanged,
        "x",
        "shape",
        ("H != W", "always"),
        "intel/torch-xpu-ops#4380: columns computed from the height, correct for square images",
        also=("moved",),
    ),
    Fault(
        "blocks of one pixel: the upstream gradient itself",
        NothingToShuffle,
        "x",
        "aliases",
        ("r == 1",),
        "pytorch#5871: a custom function whose gradient is the upstream gradient itself",
    ),
)

PIXEL_SHUFFLE = Subject(
    "pixel_shuffle", PixelShuffle, "x[N,C*r*r,H,W] -> y[N,C,H*r,W*r]", FAULTS, params={"r": [2, 1, 3]}
)

EXAMPLES = (
    {"N": 2, "C": 3, "H": 2, "W": 4, "r": 2},
    {"N": 1, "C": 2, "H": 3, "W": 3, "r": 3},
    {"N": 2, "C": 2, "H": 3, "W": 2, "r": 1},
    {"N": 0, "C": 1, "H": 2, "W": 2, "r": 2},
)
