"""The table of slips: which changes of one place are tried, the simplest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...tex.places import Place, places
from ...tex.syntax import Node
from .changes import Change, Changes
from .factors import (
    complement,
    divisor_missing,
    factor_dropped,
    fraction_part_dropped,
    number_missing,
    number_wrong,
    operand_missing,
    operand_missing_inside,
    size_missing,
    size_missing_in_an_index,
    sizes_missing_in_indices,
)
from .functions import name, name_everywhere, named, operand, prime, wrapped
from .indices import (
    delta_for_a_factor,
    delta_missing,
    index_missing,
    index_of_a_square,
    index_of_a_sum,
    index_renamed,
    index_shifted,
    indices_swapped,
    signs_in_indices,
    sum_missing,
    sum_missing_renamed,
    sum_of_more,
    sum_superfluous,
)
from .matrices import entrywise, order, symmetric_part, transpose, two_transposes
from .powers import entries_squared, exponent, grouped_power, quotient, root, squared_function
from .scope import Scope
from .signs import sign_of_a_term, sign_of_all, sign_of_equal_entries
from .terms import brackets_missing, brackets_superfluous, one_missing, term_dropped, term_missing

EDITS: tuple[Callable[[Place, Scope], Changes], ...] = (
    sum_missing,
    sign_of_a_term,
    sign_of_all,
    sign_of_equal_entries,
    signs_in_indices,
    transpose,
    number_wrong,
    number_missing,
    index_renamed,
    indices_swapped,
    index_of_a_square,
    index_of_a_sum,
    exponent,
    prime,
    order,
    squared_function,
    root,
    factor_dropped,
    fraction_part_dropped,
    sum_superfluous,
    term_dropped,
    size_missing,
    quotient,
    delta_missing,
    index_shifted,
    two_transposes,
    symmetric_part,
    entries_squared,
    brackets_missing,
    brackets_superfluous,
    sizes_missing_in_indices,
    name,
    name_everywhere,
    complement,
    size_missing_in_an_index,
    operand_missing,
    operand_missing_inside,
    sum_of_more,
    one_missing,
    index_missing,
    sum_missing_renamed,
    delta_for_a_factor,
    divisor_missing,
    term_missing,
    operand,
    entrywise,
    named,
    wrapped,
    grouped_power,
)


@dataclass(frozen=True, eq=False)
class Edit:
    """One change, and the side of the claim after it."""

    change: Change
    place: Place
    side: Node


def edits(node: Node, scope: Scope) -> Iterator[Edit]:
    """All edits of one side, kind by kind."""
    found = [place for place in places(node) if place.within != "remark"]
    for kind in EDITS:
        for place in found:
            for change in kind(place, scope):
                yield Edit(change, place, place.put(change.instead))
