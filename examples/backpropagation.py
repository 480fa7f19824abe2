"""f = ‖W x‖²: the derivation, its numbers, and a step of gradient descent, as on a blackboard."""

import numpy as np

import symgrad as sg

W, x = sg.tensors("W[m,n] x[n]")
q = sg.let("q", W @ x)
f = sg.let("f", (q**2).sum())
values = {"W": np.array([[0.4, 0.6], [0.7, -0.2]]), "x": np.array([0.5, 0.3])}

by_w, by_x = sg.grad(f, [W, x])
print(by_w.to_text(notation="both", at=values))
print()
print(by_x.to_text(notation="both", at=values))

rate = 0.1
step = {"W": values["W"] - rate * by_w.at(**values), "x": values["x"] - rate * by_x.at(**values)}
value = sg.value_and_grad(f, W)
print(f"\nf before {value.at(**values)[0]:.4f}, after one step {value.at(**step)[0]:.4f}")
