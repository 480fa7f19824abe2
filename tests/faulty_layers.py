"""Layers in text, for projects that tests write: a right one, and some that are wrong in one way each."""

LAYERS = """
print("mylayers is imported")


class Scale:
    def __init__(self, factor=2, mode="plain"):
        self.factor = factor

    def forward(self, x, g):
        self.saved = x, g
        return self.factor * x * g

    def backward(self, grad):
        x, g = self.saved
        return self.factor * grad * g, self.factor * (grad * x).sum(0)


class Unsummed(Scale):
    def backward(self, grad):
        x, g = self.saved
        return self.factor * grad * g, self.factor * grad * x


class Forgets(Scale):
    def backward(self, grad):
        x, g = self.saved
        return grad * g, self.factor * (grad * x).sum(0)


class InPlace(Scale):
    def backward(self, grad):
        grad *= self.factor
        x, g = self.saved
        return grad * g, (grad * x).sum(0)


class Few(Scale):
    def backward(self, grad):
        return ()


class Slow(Scale):
    def forward(self, x, g):
        while True:
            pass
"""
SIGNATURE = "x[N,D], g[D] -> y[N,D]"
