"""Softmax and cross-entropy: why the gradient is p − y, and what it is where y is no distribution."""

import symgrad as sg

z, y = sg.tensors("z[C] y[C]")
p = sg.let("p", sg.softmax(z))
loss = sg.let("L", -(y * sg.log(p)).sum())

print("For any y:", sg.grad(loss, z).answer_text())
with sg.assume(y.sum() == 1):
    known = sg.grad(loss, z)
    print("Where y sums to 1:", known.answer_text(), "\n")
    print(known.to_text(notation="both"))
    print("\nThe Hessian:", sg.hessian(loss, z))
