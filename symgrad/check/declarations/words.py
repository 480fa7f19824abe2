"""The words of declarations: what nouns and adjectives say of a symbol, and which words join them.

Phrases are in lower case, of one to four words; the longest that fits is taken. A hyphen between words is a space here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Noun(NamedTuple):
    """A kind of thing: its rank where the word says it, its properties, and whether it is a function."""

    rank: int | None = None
    properties: tuple[str, ...] = ()
    function: bool = False


SCALAR, VECTOR, MATRIX, FUNCTION = Noun(0), Noun(1), Noun(2), Noun(function=True)


def spread(table: Mapping[str, object]) -> dict[str, object]:
    """`{"a | b": x}` as `{"a": x, "b": x}`."""
    return {name.strip(): value for names, value in table.items() for name in names.split("|")}


NOUNS: dict[str, Noun] = spread(  # type: ignore[assignment]
    {
        "vector | vectors | column vector | column vectors | feature vector | feature vectors": VECTOR,
        "weight vector | input vector | output vector | parameter vector | bias vector | vector of weights": VECTOR,
        "row vector | row vectors": Noun(1, ("row",)),
        "unit vector | unit vectors": Noun(1, ("unit",)),
        "probability vector | probability vectors": Noun(1, ("distribution",)),
        "distribution | probability distribution | distributions | probability distributions": Noun(
            1, ("distribution",)
        ),
        "vector of probabilities": Noun(1, ("distribution",)),
        "vector of ones | vector of all ones | all ones vector | ones vector": Noun(1, ("ones",)),
        "zero vector": Noun(1, ("zero",)),
        "matrix | matrices | weight matrix | weight matrices | data matrix | design matrix | parameter matrix": MATRIX,
        "square matrix | square matrices": Noun(2, ("square",)),
        "diagonal matrix | diagonal matrices": Noun(2, ("diagonal",)),
        "identity matrix | identity": Noun(2, ("identity",)),
        "covariance matrix | covariance matrices": Noun(2, ("symmetric", "positive semidefinite")),
        "permutation matrix | rotation matrix": Noun(2, ("orthogonal",)),
        "zero matrix": Noun(2, ("zero",)),
        "tensor | tensors | array | arrays | image | filters": Noun(),
        "scalar | scalars | number | numbers | real number | real numbers | real scalar | real variable": SCALAR,
        "learning rate | step size | stepsize | temperature | momentum | penalty | regularization strength": SCALAR,
        "hyperparameter | margin | threshold | slope | scale | scale factor": SCALAR,
        "loss | losses | cost | objective | scalar loss | loss function | cost function | objective function": SCALAR,
        "integer | integers": Noun(0, ("integer",)),
        "natural number | natural numbers | positive integer | positive integers": Noun(0, ("integer", "positive")),
        "index | indices": Noun(0, ("integer", "index")),
        "batch size | minibatch size | mini batch size | sample size | kernel size | stride": Noun(
            0, ("integer", "positive")
        ),
        "number of | dimension of | dimensionality of | length of | size of": Noun(0, ("integer", "positive", "of")),
        "constant | constants": Noun(None, ("constant",)),
        "function | functions | activation function | activation functions | activation | nonlinearity": FUNCTION,
        "ones | all ones": Noun(None, ("ones",)),
        "zeros": Noun(None, ("zero",)),
        "logistic function | logistic sigmoid | sigmoid | sigmoid function | logistic": Noun(
            None, ("logistic", "entrywise"), True
        ),
        "logistic sigmoid function": Noun(None, ("logistic", "entrywise"), True),
        "softmax | softmax function": Noun(None, ("softmax",), True),
        "relu | relu function | rectifier | rectified linear unit": Noun(None, ("relu", "entrywise"), True),
        "hyperbolic tangent | tanh": Noun(None, ("tanh", "entrywise"), True),
        "kronecker delta": Noun(None, ("Kronecker delta",)),
        "indicator function | indicator": Noun(None, ("indicator",)),
        "elementwise product | hadamard product | element wise product | entrywise product": Noun(),
        "label | labels | target | targets | input | inputs | output | outputs | weight | weights | bias | "
        "biases": Noun(),
        "parameter | parameters | feature | features | observation | observations | sample | samples | "
        "variable": Noun(),
        "variables | data point | data points | logit | logits | prediction | predictions | activations | "
        "scores": Noun(),
        "score | mean | variance | precision | covariance | kernel | signal | coefficient | coefficients": Noun(),
        "eigenvalue | eigenvalues | singular value | singular values": SCALAR,
    }
)

ADJECTIVES: dict[str, tuple[str, ...]] = spread(  # type: ignore[assignment]
    {
        "symmetric": ("symmetric",),
        "antisymmetric | skew symmetric | skew": ("antisymmetric",),
        "orthogonal | orthonormal": ("orthogonal",),
        "diagonal": ("diagonal",),
        "lower triangular": ("lower triangular",),
        "upper triangular": ("upper triangular",),
        "invertible | nonsingular | non singular | regular": ("invertible",),
        "positive definite | pd | spd": ("positive definite",),
        "positive semidefinite | positive semi definite | nonnegative definite | psd": ("positive semidefinite",),
        "one hot | one hot encoded | onehot | 1 hot": ("one-hot",),
        "positive | strictly positive | all positive": ("positive",),
        "negative | strictly negative": ("negative",),
        "nonnegative | non negative": ("nonnegative",),
        "nonzero | non zero": ("nonzero",),
        "constant | fixed | held fixed | held constant | kept fixed | treated as constant | constant in": ("constant",),
        "distinct | pairwise distinct | all distinct | mutually distinct | different | all different": ("distinct",),
        "pairwise different": ("distinct",),
        "square": ("square",),
        "unit | unit norm | of unit norm | of unit length | of norm one": ("unit",),
        "random": ("random",),
        "real | real valued": ("real",),
        "integer | integer valued": ("integer",),
        "binary": ("binary",),
        "idempotent": ("idempotent",),
        "differentiable | smooth | continuously differentiable": ("differentiable",),
        "twice differentiable | twice continuously differentiable": ("differentiable",),
        "scalar valued": ("scalar-valued",),
        "full column rank | of full column rank": ("full column rank",),
        "full row rank | of full row rank": ("full row rank",),
        "full rank | of full rank": ("full rank",),
    }
)

ENTRYWISE = (
    "elementwise | element wise | entrywise | entry wise | componentwise | component wise | pointwise | "
    "coordinatewise | "
    "coordinate wise | entry by entry | element by element | component by component | to each entry | to every entry | "
    "to each component | to each element | to every component | to every element | per entry"
)

# Letters of the patterns in prose.py. Words that are in no row are "w"; determiners are "d".
KINDS: dict[str, str] = spread(  # type: ignore[assignment]
    {
        "a | an | the | any | some | every | each | all | our | its | their | this | that | these | those | "
        "two | three | "
        "both | another | usual | standard | corresponding | single | given | arbitrary | overall | total | i e | "
        "small | large | tiny | only | also | again | just | simply | always | column | certain | suitable": "d",
        "is | being | was | denotes | represents | stands for | refers to | "
        "has to be | must be | should be | will be | is called | is assumed | is assumed to be | is said to be | "
        "is taken to be": "b",
        "be | are | were | denote | are called | are assumed | are assumed to be | are taken to be": "B",
        "has | have | having | of": "h",
        "not | never | no | nor | neither | isn't | aren't | need not | cannot | without | isnt | arent": "n",
        "and | or | as well as | respectively": "&",
        "where | with | here | throughout | using | in which": "W",
        "let | suppose | suppose that | assume | assume that | consider | take | fix | given | denote by | we have": "L",  # noqa: E501
        "size | sizes | shape | shapes | length | dimension | dimensions | dimensionality | order": "k",
        "dimensional | component | d": "M",
        "rows": "Y",
        "columns": "X",
        "entries | components | elements | coordinates": "E",
        "function of | functions of | differentiable function of | smooth function of | function only of | "
        "depends on | depend on | depends only on | depend only on | sees | scalar function of | depending on | "
        "computed from": "F",
        "does not depend on | do not depend on | not depending on | independent of | are independent of": "I",
        "runs | run | ranges | range | goes | go | running | ranging": "R",
        "for | over | on | in | by | to | from | at | into | respect to | between": "p",
        "through | only through | via | only via | solely through": "H",
        ENTRYWISE: "V",
    }
)
