"""Hostile and mutated text: a result or a SymgradError with a place, within a second, whatever is asked.

python -m pytest tests/test_parse_hostile.py                              1,000 texts, the same ones on every run
python -m pytest tests/test_parse_hostile.py --hypothesis-profile=deep    20,000 new ones
"""

import gc
import time
from collections import Counter

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from symgrad.errors import LimitError, SymgradError
from symgrad.expr.indices import Index, param
from symgrad.parse import declare, define, limits, parse_expression, parse_program, parse_values
from tests.test_parse import BAD_ELSEWHERE, DECLARATIONS, EQUATIONS, MESSAGES, NUMPY, PRINTED, RANGES, SAME, SHAPES, D

SECOND = 1.0
ANSWERS: Counter[str] = Counter()
SLOWEST = [0.0]
INDICES = {"i": Index("i", param("n")), "j": Index("j", param("m"))}
READERS = {
    "program": lambda text: parse_program(text, D),
    "definition": lambda text: define(text, SHAPES),
    "implicit": lambda text: define(text, n=3, s=2),
    "expression": lambda text: parse_expression(text, D, INDICES),
    "declarations": declare,
    "values": parse_values,
}
# Most texts go where most can go wrong.
CHOICE = st.sampled_from(["program"] * 10 + list(READERS))

# ── texts ──


def words(text):
    """What stands between the blanks."""
    return text.split()


def forms(text):
    """What stands between the semicolons."""
    return " ".join(text.split()).split(" ; ")


SEEDS = [
    *(text for table in (DECLARATIONS, EQUATIONS, RANGES, NUMPY) for text, _ in table),
    *(text for row in SAME for text in row),
    *(text for _, text, _ in BAD_ELSEWHERE if len(text) < 200),
    *PRINTED,
    *MESSAGES,
    SHAPES,
]
WORDS = [
    *words(r"""
    sum prod max min lse norm argmax Σ Π [ ] ( ) { } | ‖ ⌊ ⌋ , ; : = == != <= < > ~ + - * / ** ^ @ · √ 𝟙 ½ ² ⁻¹ ᵢ ⱼ ₁
    . .T ... i j k n x v W A a c q 0 1 2 10 0.5 1e9 99999999999 9**9 exp log relu softmax where concatenate reshape
    einsum 'ij,j->i' quo rem mod and axis= True None pi δ σ ∂f/∂q # __import__ __class__ lambda eval import sqrt square
    exp2 power reciprocal stack pad roll repeat tile flip cumsum var std diag trace transpose squeeze expand_dims
    zeros_like full_like tril clip split swapaxes moveaxis broadcast_to tensordot outer mean os.system('ls') f(x):= %s
    ().__class__.__bases__[0] {} \ $ ٣ א 𝑥 ９ 🙂 ' "
    """),
    *("\n", "\t", "\0", "\u202e", "\ud800", "\u200b", "\r\n"),
]
SOUP = st.tuples(st.sampled_from(["", " "]), st.lists(st.sampled_from(WORDS), max_size=40)).map(
    lambda t: t[0].join(t[1])
)
CHARACTERS = st.text(st.characters(exclude_categories=()), max_size=60)
BYTES = st.binary(max_size=60).map(lambda b: b.decode("latin-1"))
EDIT = st.tuples(
    st.integers(0, 200), st.integers(0, 9), st.sampled_from(WORDS) | st.sampled_from(SEEDS), st.integers(0, 5)
)


def edited(text, edits):
    """Pieces taken out, put in, repeated, cut off."""
    for at, length, piece, kind in edits:
        at %= len(text) + 1
        middle = ("", piece, text[at : at + length] * 3, "9" * 7 * length, piece[: 2 * length], piece[:1] * 30)[kind]
        text = text[:at] + middle + text[at + length * (kind != 1) :]
    return text[: limits.TEXT + 50]


MUTATED = st.builds(edited, st.sampled_from(SEEDS), st.lists(EDIT, min_size=1, max_size=5))


def grown(leaves, patterns):
    """Well-formed text, so that the meaning is reached: patterns with text in the place of each _."""

    def filled(pattern, parts):
        for part in parts:
            pattern = pattern.replace("_", part, 1)
        return pattern.replace("_", "a")

    def grow(inner):
        return st.builds(filled, st.sampled_from(patterns), st.lists(inner, min_size=2, max_size=2))

    return st.recursive(st.sampled_from(leaves), grow, max_leaves=12)


NUMBERS = grown(
    words("0 1 2 3 -1 0.5 1/3 10 7**9 1e-9 99999999999999999999 9999 pi sqrt(2) exp(1) (1/3)**(1/7) 10**99"),
    forms("""
    _**_ ; (_)**(_) ; _*_ ; (_+_) ; (_)/(_) ; exp(_)-_ ; sin(_)*_ ; log(_)/_ ; abs(_)-_ ; maximum(_,_) ; power(_,_) ;
    tan(_) ; hypot(_,_) ; sign(_) ; atanh(_)*_ ; erf(_)/_ ; gelu(_) ; exp2(_) ; softplus(_)*_ ; square(_)-_ ;
    reciprocal(_) ; √(_)
    """),
)
ARRAYS = grown(
    words("W x q A v u a c T M A.T v[1:] A[0] 2 -1 0.5 pi m n [1,2,3,4]"),
    forms("""
    _+_ ; _*_ ; (_)@(_) ; (_)/(_) ; (_)**(_) ; where(_>_,x,0) ; maximum(_,_) ; concatenate([_,_]) ; stack([_,_],-1) ;
    exp(_) ; softmax(_) ; sum(_) ; sum(_,axis=0) ; (_).T ; (_)[0] ; (_)[::-1] ; (_)[...,None] ; norm(_) ; mean(_) ;
    -(_) ; reshape(_,-1) ; abs(_) ; log(_) ; outer(_,_) ; dot(_,_) ; var(_) ; pad(_,(1,2)) ; pad(_,3,mode='reflect') ;
    tile(_,3) ; repeat(_,2) ; roll(_,1,0) ; flip(_) ; cumsum(_) ; diag(_) ; trace(_) ; tril(_) ;
    max(_,axis=1,keepdims=True) ;
    squeeze(_) ; transpose(_) ; clip(_,0,1) ; cross_entropy(_,_) ; mse(_,_) ; einsum('ij,jk->ik',_,_) ;
    tensordot(_,_,1) ; logsumexp(_) ; std(_,ddof=1) ; sqrt(_) ; (_>_) ; (_)[1:_] ; (sum[k] x[k])*_ ;
    reshape(_,(_,2)) ; sum(_,axis=_) ; |_|
    """),
)
INDEXED = grown(
    words("""
    x[i] v[i] v[j] A[i,j] W[i,j] T[2*i+j] T[s*i+d*j-P] T[i-1] M[i,i] v[3-i] v[quo(i,2)] v[(i+1)mod3] x[0] a i 2 Z[i]
    U[i+j,j] n
    """),
    forms("""
    _*_ ; _+_ ; (_-_) ; (_)/(_) ; (_)**2 ; exp(_) ; relu(_) ; [_>_]*a ; [i=j]*_ ; sqrt(_) ; |_| ; (_)**(_) ;
    maximum(_,_) ; [0<=i+j<4]*_ ; where(_>0,1,_) ; log(_) ; δ[i,j]*_ ; (_)·(_) ; [i=argmax[k<3]_] ; [2|i+1]·_ ;
    (sum[k] x[k]*_) ;
    (max[k<3]_) ; (prod[k:k!=i] x[k]*_) ; (lse[k<n]_) ; (norm[k] v[k]*_) ; (min[i<5]_) ; sum(A)*_ ; softmax(v)[i]+_ ;
    (W@x)[i]*_
    """),
)
LEFT = st.sampled_from(["y[i,j]=", "y[i<4,j<3]=", "y[i<n,j<m]=", "y[j,i]=", "y[i]=", "f=sum[i,j] ", ""])
WELL_FORMED = NUMBERS | ARRAYS | st.tuples(LEFT, INDEXED).map("".join)
BEFORE = words("""
( [ - x** exp( sum[k]· 2** √ | f( sin( exp2( square( sqrt( (x+ -( 1/ 1/( abs( x[ 9**( Σₖ x* softmax( (W@ a/(1+ 2*(
""")
AFTER = words(") ] .T **2 ² [0] [k] ᵢ | )**9 *x +x -x @W (x) ! )+1 )*x .sum() [None] [...] [::-1]")
NESTED = st.builds(
    lambda before, n, core, after: (before * n + core + after * n)[: limits.TEXT],
    st.sampled_from(["", *BEFORE]),
    st.sampled_from([3, 20, 59, 61, 100, 400, 5000]),
    st.sampled_from(["x", "2", "W", "v[i]", "1.5", "pi", ""]),
    st.sampled_from(["", *AFTER]),
)
PARTS = [
    *forms("""
    x+ ; x[i+#]+ ; 2*x* ; a* ; v[#]- ; 1/#+ ; sum[k] q[k]* ; max[k] v[k+#]+ ; x[i+#]* ; sin(x)+ ; (a+#)* ; #* ; a**#+ ;
    9**999* ; x·y· ; exp(a/#)+ ; [i=#]* ; W[i,i+#]* ; sum[p#]· ; sqrt(#)+ ; log(#)* ; abs(exp(#)-7)+ ; [i|#] ; #, ;
    x[quo(i+#,5)]* ; (10**30+#)**0.5+ ; cos(#*pi/1001)+ ; z#[i]* ; [0<=i+#*j-3<n]* ; concatenate([x,
    """),
    *("y#=x;", "\n", " ", "x "),
]
LONG = st.builds(
    lambda left, part, n, right: (left + "".join(part.replace("#", str(k)) for k in range(n)) + right)[: limits.TEXT],
    st.sampled_from(["", "y[i]=", "y[i<5,j<n]=", "max[i<5] (", "f=sum[i] ", "abs("]),
    st.sampled_from(PARTS),
    st.sampled_from([10, 90, 400, 1000, 5000]),
    st.sampled_from(["1", "x", "x[i]", ")", ""]),
)
TEXTS = st.one_of(MUTATED, MUTATED, MUTATED, WELL_FORMED, WELL_FORMED, SOUP, CHARACTERS, BYTES, NESTED, LONG)


# ── answers ──


def answer(reader, text):
    """(the error or None, the seconds it took): nothing but a SymgradError may come out."""
    gc.disable()  # what the many texts before have left behind is not on this one's account
    begun = time.thread_time()
    try:
        READERS[reader](text)
    except SymgradError as error:
        return error, time.thread_time() - begun
    finally:
        gc.enable()
    return None, time.thread_time() - begun


@pytest.fixture(scope="module", autouse=True)
def grammar():
    """The first text pays for reading the grammar."""
    parse_program("x", D)
    yield
    print(f"\n{sum(ANSWERS.values())} answers, {dict(ANSWERS.most_common())}, the slowest after {SLOWEST[0]:.2f} s")


@given(CHOICE, TEXTS)
@settings(max_examples=10 * settings().max_examples)
def test_every_text_is_answered(reader, text):
    error, seconds = answer(reader, text)
    ANSWERS[type(error).__name__ if error else "a result"] += 1
    SLOWEST[0] = max(SLOWEST[0], seconds)
    note(f"{seconds:.2f} s, {error}")
    assert seconds < SECOND
    if error:
        assert error.place.endswith("^")
        assert str(error).encode()


@given(ARRAYS | NUMBERS)
def test_well_formed_text_reaches_its_meaning(text):
    """The strategies above are worth something: what they grow is not refused as text."""
    error, _ = answer("program", text)
    assert error is None or not error.fact.startswith(("unexpected", "unfinished"))


BOUNDS = [
    "x" * (limits.TEXT + 1),
    "x+" * limits.TOKENS,
    "(" * (limits.NESTING + 1),
    "-" * (limits.DEPTH + 1) + "x",
    "x**" * (limits.DEPTH + 1) + "x",
    "x" + ".T" * (limits.DEPTH + 1),
    "9" * (limits.DIGITS + 1),
    f"a**{limits.EXPONENT + 1}",
    "2**9999*3**9999*5**9999",
    "exp(exp(exp(2)))",
    "x" * (limits.NAME + 1),
    "x[" + "None," * limits.RANK + "]",
    "f = " + "".join(f"sum[p{k}<2] " for k in range(limits.BOUND + 1)) + "a",
    ";".join(f"y{k}=a" for k in range(limits.EQUATIONS + 1)),
    f"y[i<{limits.SIZE + 1}] = 1",
    "concatenate([" + "x," * (limits.JOINED + 1) + "])",
    "y[i] = " + "[i=1]" * (limits.EFFORT // limits.CONDITION + 1) + "*x[i]",
    "+".join(f"sqrt({k})" for k in range(1, 2 * limits.IRRATIONAL) if not (k**0.5).is_integer()),
    "y[i] = x[" + "".join(f"s{k}*i+" for k in range(limits.TERMS + 1)) + "1]",
    "y[i] = x[i] + abs(" + "*".join(f"(a+{k})" for k in range(limits.FACTORS + 1)) + ")",
]


@pytest.mark.parametrize("text", BOUNDS, ids=[text[:20] for text in BOUNDS])
def test_bounds(text):
    error, seconds = answer("program", text)
    assert isinstance(error, LimitError) and seconds < SECOND


def test_the_caller_may_stand_deep_in_the_stack():
    """Python's own bound on recursion is answered too, not passed on."""

    def descend(levels):
        return descend(levels - 1) if levels else answer("program", "exp(" * 40 + "a" + ")" * 40)

    for levels in range(700, 960, 20):
        try:
            error, _ = descend(levels)
        except RecursionError:
            return
        assert error is None or isinstance(error, LimitError)
