"""What a layer of the corpus is: the right one, its signature, and its faults with their labels."""

from dataclasses import dataclass, field

RELATIONS: dict[str, str] = {
    "nonfinite": "NaN or infinite where the right gradient is finite",
    "shape": "of another shape: not summed over broadcast axes, squeezed, transposed, too short",
    "zero": "missing: zero or None throughout",
    "nonlinear": "not linear in the upstream gradient: ignored, clipped, squared, a constant added",
    "upstream": "the upstream gradient itself where the derivative is needed",
    "factor": "wrong by one constant factor",
    "sign": "of the opposite sign",
    "moved": "right numbers at wrong places: transposed, flipped, shifted, axes permuted",
    "other argument": "the gradient of another argument",
    "subset": "right except on part of the entries",
    "row factor": "wrong by a factor that differs from row to row or from channel to channel",
    "missing term": "a term of the derivative is missing or one too many",
    "mutates": "inputs or the upstream gradient are changed",
    "aliases": "a result shares memory with inputs, saved data or the upstream gradient",
    "layout": "depends on the memory layout of inputs or of the upstream gradient",
    "dtype": "of another dtype, or rounded through one",
    "repeat": "a second backward, a second use or a fresh instance gives something else",
    "raises": "raises for legal inputs",
}


@dataclass(frozen=True)
class Fault:
    """One wrong variant of a layer, and what a checker should say of it."""

    name: str
    layer: type
    argument: str
    relation: str
    condition: tuple[str, ...]
    source: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """One layer: the right variant and its faults."""

    name: str
    right: type
    signature: str
    faults: tuple[Fault, ...]
    params: dict = field(default_factory=dict)
    where: str = ""
