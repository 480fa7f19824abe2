"""check_module, module_test: layers that are modules of PyTorch, whose parameters are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

from ..errors import OptionError
from ..expr.identifiers import identifiers
from .adapt_module import MODE, Factory, Learnt, ModuleSubject, Shapes
from .api import examined, made_test
from .call import ONCE, Call
from .draw import Random, Space
from .example import Example
from .parameters import Choices, choices
from .report import Report
from .signature import Open, Signature, read_condition, read_signature
from .subject import LayerError

MODES = ("eval", "train")
PROBES = 24


def check_module(
    factory: Callable[..., Any],
    signature: str,
    *,
    params: Mapping[str, Any] | None = None,
    modes: Sequence[str] = MODES,
    where: str = "",
    **options: Any,
) -> Report:
    """Tries a module that `factory` makes: `check_module(lambda d, eps: MyNorm(d, eps), "x[B,T,d]", params=…)`.

    The parameters of the factory are dims of the signature or hyper-parameters of `params`. What the module learns is
    found and tested beside its inputs; its buffers stay. `-> y[…]` may be left out: an output of any shape. `modes` are
    those that are tried. Other options are those of `check_layer`.
    """
    given = choices(params)
    if MODE in given:
        raise OptionError(
            f"params: {MODE} says whether the module trains", hint="another name for it, or modes=['eval']"
        )
    if not modes or set(modes) - set(MODES):
        raise OptionError(f"modes={modes!r}", hint="modes are 'eval' and 'train'")
    read = read_inputs(signature, set(given))
    made = Factory.of(factory, {*read.dims(set(given)), *given})
    space = Space(read, given, read_condition(where))
    whole = with_outputs(with_parameters(made, read, space), made, space)
    tried = {**given, MODE: Choices(tuple(modes))}
    kept = {n: v for n, v in options.items() if n not in ONCE}
    call = Call(check_module, factory, (signature,), {"params": given, "modes": modes, "where": where, **kept})
    return examined(call, made, whole, tried, where=where, **options)


def module_test(factory: Callable[..., Any], signature: str, **options: Any) -> Callable[..., None]:
    """A test for pytest, with the options of `check_module`."""
    read_inputs(signature, set(choices(options.get("params"))))

    return made_test(check_module, factory, signature, options)


def read_inputs(text: str, parameters: set[str]) -> Signature:
    """A signature whose outputs may be left out.

    >>> read_inputs("x[B,T,d]", set()).outputs[0], str(read_inputs("x[N] -> z[N]", set()).outputs[0])
    (Open(name='y', dims=()), 'z[N]')
    """
    if "->" in text:
        return read_signature(text, parameters)
    read = read_signature(f"{text} -> y[]", parameters)
    if any(a.name == "y" for a in read.arguments):
        raise OptionError(f"the signature says y twice: {text}")
    return replace(read, text=text, outputs=(Open("y", ()),))


def with_parameters(factory: Factory, read: Signature, space: Space) -> Signature:
    """The signature with the parameters of the module as further arguments."""

    @lru_cache(maxsize=500)
    def shapes(values: tuple[Any, ...]) -> Shapes:
        try:
            return factory.shapes(dict(zip(factory.takes, values, strict=True)))
        except LayerError:
            raise
        except Exception:  # running it raises again, and that is judged
            return {}

    def measure(known: Mapping[str, Any]) -> Shapes:
        return shapes(tuple(known[n] for n in factory.takes))

    found = [(e.known, measure(e.known)) for e in probes(space)]
    if not any(s for _, s in found) and found:
        factory(found[0][0])  # raises what there is to be said
    paths = list(dict.fromkeys(path for _, s in found for path in s))
    names = named_apart(paths, {*read.dims(set()), *space.params, *(a.name for a in read.arrays), MODE})
    learnt = tuple(Learnt(names[p], axes(p, found), path=p, measure=measure) for p in paths)
    return replace(read, arguments=(*read.arguments, *learnt))


def named_apart(paths: list[str], taken: set[str]) -> dict[str, str]:
    """Names without dots for dotted names: `layers.0.weight` is `weight_layers_0`."""
    found = identifiers(paths)
    return {path: f"{name}_" if name in taken else name for path, name in found.items()}


def axes(path: str, found: Sequence[tuple[Mapping[str, Any], Shapes]]) -> tuple[str, ...]:
    """What the axes of a parameter are called: the dim or hyper-parameter whose size each has in all probes."""
    seen = [(known, s[path]) for known, s in found if path in s]
    rank = len(seen[0][1])
    seen = [(known, s) for known, s in seen if len(s) == rank]
    return tuple(
        next((n for n in seen[0][0] if all(k[n] == s[j] and k[n] is not True for k, s in seen)), "_")
        for j in range(rank)
    )


def probes(space: Space) -> Iterator[Example]:
    """A few examples, of all hyper-parameters."""
    rows = list(islice(space.rows(PROBES), PROBES))
    found = (space.example(Random((7, k)), {**row, "shape": "different"}) for k, row in enumerate(rows))
    yield from (e for e in found if e is not None)


def with_outputs(read: Signature, factory: Factory, space: Space) -> Signature:
    """As many outputs as the module gives, where the signature leaves them out."""
    if not isinstance(read.outputs[0], Open):
        return read
    subject = ModuleSubject(factory, read)
    for e in probes(space):
        try:
            many = len(subject.forward(e.arrays(read), dict(e.params))[0])
        except Exception:  # judged when it is tried
            continue
        if many > 1:
            return replace(read, outputs=tuple(Open(f"y_{k}", ()) for k in range(many)))
        if many:
            return read
    return read
