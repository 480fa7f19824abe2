"""What a complex step would add to differences: small faults of the corpus's right layers that each of them sees.

PYTHONPATH=. python tests/benchmarks/complex_step.py        about half a minute

`y(x + i h d) = y + i h y′ d + …` gives y′ d without cancelling, if the forward pass is analytic and computes with
complex numbers. Both can fail in silence (`abs`, `real`, an array of floats that is written into), so that a layer is
trusted only where, in every example, the slope is that of the differences.
"""

import sys
import warnings

import numpy as np

from symgrad.testing import slopes
from symgrad.testing.adapters import adapt
from symgrad.testing.draw import Random, Space
from symgrad.testing.judge import Judge, upstreams
from symgrad.testing.parameters import choices
from symgrad.testing.protocol import copies
from symgrad.testing.regimes import INFINITE
from symgrad.testing.signature import read_condition, read_signature
from tests.meta.faulty import SUBJECTS

STEP = 1e-100
FAULTS = (1e-6, 1e-7, 1e-8, 1e-9)
"""By how much of itself a gradient is too large."""


def examples(subject, count):
    """A judge of the right layer, and examples."""
    params = choices(subject.params)
    read = read_signature(subject.signature, set(params))
    space = Space(read, params, read_condition(subject.where))
    rows = [*space.rows(100), *({} for _ in range(count))]
    found = (space.example(Random((0, k)), row) for k, row in enumerate(rows))
    kept = [e for e in found if e and e.values not in INFINITE and all(n for _, n in e.sizes) and all(e.lead)]
    return Judge(adapt(subject.right, read), read), kept


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def measured(judge, e):
    """(why the complex step says nothing, faults that differences see, faults that it sees, whether it is wrong)."""
    inputs, params = copies(e.arrays(judge.signature)), dict(e.params)
    run = judge.subject.run(copies(inputs), params)
    y = flat([np.array(o, np.float64) for o in run.outputs])
    if not np.all(np.isfinite(y)):
        return None
    grads = upstreams(e, run)
    g, G, rng, lengths = run.pull(copies(grads)), flat(grads), np.random.default_rng(e.seed), e.scales(judge.signature)
    real = [k for k, a in enumerate(judge.signature.arguments) if a.real and inputs[k] is not None]
    d = [None] * len(inputs)
    for k in real:
        d[k] = lengths[judge.signature.names[k]] * rng.choice([-1.0, -0.5, 0.5, 1.0], size=inputs[k].shape)

    def f(moved):
        return judge.values(moved, params)

    low, high, bound = slopes.slopes(f, inputs, d, y, slopes.LEVELS[0]).weighted(G)
    claimed, terms = (float(sum(np.sum(t(g[k] * d[k])) for k in real)) for t in (np.asarray, np.abs))
    status, value = stepped(judge, inputs, params, d, y, G)
    if not status:
        status = "kink" if high > low else "" if abs(value - (low + high) / 2) <= bound else "differs"
    allowed = 1e-12 * terms + 64 * slopes.EPS * np.abs(G).sum() + slopes.cancelled(inputs, [G])
    plain = [slopes.read(f, inputs, d, y, G, [None if x is None else x * (1 + c) for x in g]).fails for c in FAULTS]
    by_step = [not status and abs(claimed * (1 + c) - value) > allowed for c in FAULTS]
    return status, plain, by_step, not status and abs(claimed - value) > allowed


def stepped(judge, inputs, params, d, y, G):
    """(why it says nothing, the slope)."""
    moved = [x if t is None else x + 1j * STEP * t for x, t in zip(inputs, d, strict=True)]
    try:
        z = flat(judge.subject.run(moved, params).outputs)
    except Exception:
        return "raises", 0.0
    if z.dtype.kind != "c" or z.shape != y.shape or not np.all(np.isfinite(z)):
        return "no complex numbers", 0.0
    if not np.all(np.abs(z.real - y) <= 4 * slopes.EPS * np.abs(y)):
        return "other outputs", 0.0
    return "", float(G @ (z.imag / STEP))


def main(count):
    totals, trusted, alone = np.zeros((2, len(FAULTS)), int), 0, 0
    for subject in SUBJECTS:
        judge, drawn = examples(subject, count)
        with np.errstate(all="ignore"):
            found = [m for e in drawn if (m := measured(judge, e))]
        refused = sorted({status for status, *_ in found if status in ("raises", "no complex numbers", "differs")})
        trusted += not refused
        alone += sum(wrong for *_, wrong in found)
        seen = [np.any([plain for _, plain, *_ in found], axis=0)]
        seen.append(seen[0] | (np.any([step for _, _, step, _ in found], axis=0) & (not refused)))
        totals += np.array(seen)
        wrong = sum(w for *_, w in found)
        print(f"{subject.name:18} {len(found):4} examples  {', '.join(refused) or 'trusted':20} false alarms {wrong}")
    print(f"\ntrusted: {trusted} of {len(SUBJECTS)} layers; false alarms without that trust: {alone}")
    for told, row in zip(("differences", "with a complex step"), totals, strict=True):
        print(f"{told:20}", *(f"{c:.0e}: {n}" for c, n in zip(FAULTS, row, strict=True)))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
