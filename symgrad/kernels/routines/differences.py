"""Gradients against central differences: what a generated program checks itself with. Any library's arrays."""

import numpy as np

DIFFERENCE_STEP = 6e-6  # about the cube root of the rounding unit of doubles: both errors are then of one size
DIFFERENCE_ENTRIES = 200  # of one variable; of a larger one so many are chosen
DIFFERENCE_RANGES = ((-1.5, 1.5), (0.1, 1.9), (0.05, 0.95), (1.05, 2.5), (-2.5, -1.05))
DIFFERENCE_TOLERANCE = 1e-6


def compare_with_differences(function, arrays, sizes, wrt, seeds=()):
    """`{name: (distance, entries compared)}` of the gradients that `function(**arrays, **sizes)` gives.

    The function gives its values, then the gradients of `Σ seeds·value` by the names `wrt` (None: not compared);
    `seeds` are names of arrays, one for each value, none where the value is a number. The distance is the largest
    `|gradient − difference|`, relative to the largest entry of the gradient (and a thousandth of the value).
    """
    arrays = {name: np.array(a, np.float64) for name, a in arrays.items()}
    results = flattened(function(**arrays, **sizes))
    gradients = results[len(results) - len(wrt) :]
    weights = [arrays[name] for name in seeds] or [1.0]
    value = sum(abs(float(np.sum(w * y))) for w, y in zip(weights, results, strict=False))
    found = {}
    for name, gradient in zip(wrt, gradients, strict=True):
        if name is None:
            continue
        x = arrays[name]
        chosen = np.arange(x.size)
        if x.size > DIFFERENCE_ENTRIES:
            chosen = np.sort(np.random.default_rng(0).choice(x.size, DIFFERENCE_ENTRIES, replace=False))
        slopes = [difference_slope(function, arrays, sizes, name, k, weights) for k in chosen]
        scale = np.max(np.abs(gradient), initial=1e-3 * value) or 1.0
        distance = np.max(np.abs(gradient.reshape(-1)[chosen] - slopes), initial=0.0) / scale
        found[name] = float(distance), len(chosen)
    return found


def difference_slope(function, arrays, sizes, name, k, weights):
    """`(f(x + h e_k) − f(x − h e_k)) / 2h` for entry k of an array, `f = Σ weights·value`."""
    x = arrays[name]
    h = DIFFERENCE_STEP * max(1.0, abs(float(x.flat[k])))
    values, places = [], []
    for sign in (1.0, -1.0):
        moved = x.copy()
        moved.flat[k] += sign * h
        values.append(flattened(function(**{**arrays, name: moved}, **sizes)))
        places.append(moved.flat[k])
    change = sum(float(np.sum(w * (high - low))) for w, high, low in zip(weights, *values, strict=False))
    return change / (places[0] - places[1])


def flattened(results):
    """The arrays of nested tuples, as arrays of NumPy in one list.

    >>> [int(a) for a in flattened((1, (2, 3)))]
    [1, 2, 3]
    """
    if isinstance(results, tuple):
        return [a for r in results for a in flattened(r)]
    return [np.asarray(results)]


def random_inputs(function, shapes, sizes, seed=0):
    """Random arrays of these shapes at which all results are finite; intervals are tried in turn."""
    rng = np.random.default_rng(seed)
    for low, high in DIFFERENCE_RANGES:
        arrays = {name: rng.uniform(low, high, shape) for name, shape in shapes.items()}
        with np.errstate(all="ignore"):
            if all(np.isfinite(a).all() for a in flattened(function(**arrays, **sizes))):
                return arrays
    raise ValueError("no random inputs were found at which all values are finite")


def report_differences(found):
    """Prints what `compare_with_differences` found; 0 if all gradients agree, else 1."""
    for name, (distance, count) in found.items():
        word = "agrees" if distance <= DIFFERENCE_TOLERANCE else "DISAGREES"
        print(f"gradient by {name}: {word} with differences, distance {distance:.1e} over {count} entries")
    if not found:
        print("no gradient to compare; all values are finite at random inputs")
    return int(any(not distance <= DIFFERENCE_TOLERANCE for distance, _ in found.values()))
