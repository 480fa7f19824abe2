"""A batch of matrices times one matrix."""

from .subject import Fault, Subject


class Matmul:
    """`Y[n,m,p] = Σ_k A[n,m,k] B[k,p]`."""

    def forward(self, a, b):
        self.a, self.b = a, b
        return a @ b

    def backward(self, grad_y):
        return self.grad_a(grad_y), self.grad_b(grad_y)

    def grad_a(self, g):
        """`∂A[n,m,k] = Σ_p G[n,m,p] B[k,p]`."""
        return g @ self.b.T

    def grad_b(self, g):
        """`∂B[k,p] = Σ_{n,m} A[n,m,k] G[n,m,p]`."""
        return (self.a.swapaxes(1, 2) @ g).sum(axis=0)


class BatchNotSummed(Matmul):
    def grad_b(self, g):
        return self.a.swapaxes(1, 2) @ g


class BroadcastUpstreamRefused(Matmul):
    def backward(self, grad_y):
        if any(stride == 0 and n > 1 for stride, n in zip(grad_y.strides, grad_y.shape, strict=True)):
            raise ValueError("the upstream gradient has strides of 0")
        return super().backward(grad_y)


class LastMatrixOnly(Matmul):
    def grad_b(self, g):
        return (self.a[-1:].swapaxes(1, 2) @ g[-1:]).sum(axis=0)


class MatrixTransposedIfSquare(Matmul):
    def grad_a(self, g):
        rows, columns = self.b.shape
        return g @ (self.b if rows == columns else self.b.T)


class AveragedOverBatch(Matmul):
    def grad_b(self, g):
        return super().grad_b(g) / max(1, len(g))


FAULTS = (
    Fault(
        "batch not summed",
        BatchNotSummed,
        "b",
        "shape",
        ("always",),
        "flashlight/flashlight#760: the gradient of the matrix without batch axis has to be summed over the batch",
    ),
    Fault(
        "broadcast upstream gradient refused",
        BroadcastUpstreamRefused,
        "",
        "raises",
        ("broadcast grad_y",),
        "pytorch#195813: a backward that rejects the gradient with strides 0 that a sum produces",
        also=("layout",),
    ),
    Fault(
        "last matrix of the batch only",
        LastMatrixOnly,
        "b",
        "missing term",
        ("N > 1",),
        "textbook slip: = in place of += in a loop over the batch",
    ),
    Fault(
        "square matrix not transposed",
        MatrixTransposedIfSquare,
        "a",
        "moved",
        ("K == P",),
        "harvard-edge/cs249r_book#1781: a transposition that does nothing, silent where the sizes are equal",
    ),
    Fault(
        "averaged over the batch",
        AveragedOverBatch,
        "b",
        "factor",
        ("N > 1",),
        "mxnet#2427: whether the weight gradient is divided by the batch size",
    ),
)

MATMUL = Subject("matmul", Matmul, "a[N,M,K], b[K,P] -> y[N,M,P]", FAULTS)

EXAMPLES = (
    {"N": 2, "M": 3, "K": 4, "P": 2},
    {"N": 3, "M": 2, "K": 3, "P": 3},
    {"N": 1, "M": 2, "K": 2, "P": 5},
    {"N": 0, "M": 2, "K": 3, "P": 2},
)
