"""A convolution with stride, dilation and padding: its gradients for any sizes, in LaTeX."""

import symgrad as sg

Y = sg.define("Y[n,k,i,j] = sum[c,p,q] X[n,c,s*i+d*p-P,s*j+d*q-P]*K[k,c,p,q] + b[k]", "X[N,C,H,V] K[O,C,R,S] b[O]")
print(Y)
for name in ("K", "b", "X"):
    gradient = sg.derive(Y, name, cotangent="G")
    print(f"\n{gradient.answer_text()}\n\n{gradient.to_latex()}")
