"""Whether a report says when a fault shows in one of the ways that the corpus accepts."""

import re

PHRASES = {
    r"second backward|writeable.*": r"always|upstream gradient",
    r"ties|equal maxima.*|.*== ?b.*|a tie": r"ties|zeros",
    r"zeros|.*(x|a|b|w|g) == 0.*|.*row of zeros.*|.*zero.*": r"zeros",
    r"large.*|.*[a-z]\)? [<>] -?\d{2,}.*|p == 0|.*abs\(x.*": r"large|shifted",
    r"shifted.*|.*mean.*spread.*": r"shifted",
    r"tiny.*": r"tiny|zeros",
    r".*-inf.*": r"-inf",
    r".*non-contiguous.*|.*broadcast grad.*": r"upstream gradient|inputs are",
    r".*repeated.*": r"repeated|ties",
    r".* < 0\)\.any\(\)": r"negative",
    r".*ignore_index.*|.*padding present.*|padding is not None|any\(i == padding\)": r"among|padding ≠",
    r"(max\(i\).*|last rows unused.*)": r"are not in",
    r"one row|N == 1": r"(rows|N) = 1|no leading|at most one leading",
    r".*one leading axis.*|ndim\(x\) > 2": r"leading ax",
    r".*row of mask.*|.*mask present.*|.*fully masked.*": r"mask",
    r".*windows overlap.*": r"size > stride",
    r".*remainder.*|.*%.*": r"%|stride > 1",
}


def said(condition: str, accepted: tuple[str, ...]) -> bool:
    """Whether the condition of a report is one of the accepted ones, in other words too.

    >>> said("stride > 1", ("stride > 1",)), said("b is given", ("b present",)), said("always", ("N > 1",))
    (True, True, False)
    """
    return any(_same(condition, label) for label in accepted)


def _same(condition: str, label: str) -> bool:
    if _plain(condition) == _plain(label):
        return True
    parts = [_plain(part) for part in label.split(" and ")]
    told = [_plain(part) for part in condition.split(" and ")]
    if set(parts) == set(told) or (set(parts) & set(told) and len(told) <= 2):
        return True
    if label == "always":  # sizes of 1 hide many faults
        return all(re.fullmatch(r"\w+ > 1|.* ≠ .*|.*leading ax.*", part) for part in condition.split(" and "))
    return any(re.fullmatch(words, label) and re.search(found, condition) for words, found in PHRASES.items())


def _plain(text: str) -> str:
    """Other ways to write the same."""
    text = text.replace("==", "=").replace("!=", "≠").replace(".0", "").strip()
    text = re.sub(r"^(\w+) (present|is not None)$", r"\1 is given", text)
    text = re.sub(r"^(\w+) (absent|is None)$", r"\1 is absent", text)
    if m := re.fullmatch(r"(\w+) (<|>|=|≠) (\w+)", text):
        a, sign, b = m.groups()
        if a > b:
            a, sign, b = b, {"<": ">", ">": "<"}.get(sign, sign), a
        return f"{a} {sign} {b}"
    return text
