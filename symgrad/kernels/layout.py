"""Lines of at most 120 characters, broken as `ruff format` does: what is in the last brackets goes on lines below."""

from __future__ import annotations

WIDTH = 120
OPEN, CLOSE = "([{", ")]}"


def laid_out(line: str, indent: int = 0, width: int = WIDTH) -> list[str]:
    """The line, indented; one that is too long is broken in its last brackets, arguments on one line if they fit there.

    >>> print("\\n".join(laid_out("return (first(a, b), second)", 2, width=20)))
      return (
        first(a, b),
        second,
      )
    """
    indent, line = indent + len(line) - len(line.lstrip()), line.lstrip()
    if indent + len(line) <= width:
        return [(" " * indent + line).rstrip()]
    start, stop = last_brackets(line)
    if start < 0 or not line[start + 1 : stop].strip():
        return [" " * indent + line]
    head, inner, tail = line[: start + 1], line[start + 1 : stop], line[stop:]
    step = indent + (4 if width > 20 else 2)
    called = start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_)]")
    parts = [part for part in split(inner) if part]
    grouped = not called and len(split(inner)) == 1  # parentheses for precedence: a comma would make a tuple
    if grouped or (called and step + len(inner) <= width):
        return [" " * indent + head, *laid_out(inner, step, width), " " * indent + tail]
    inside = [f for part in parts for f in laid_out(f"{part},", step, width)]
    return [" " * indent + head, *inside, " " * indent + tail]


def last_brackets(line: str) -> tuple[int, int]:
    """Where the last outermost pair of brackets opens and closes; (-1, -1) if there is none.

    >>> last_brackets("f(a) + g(b[0]):")
    (8, 13)
    """
    depth, found, start = 0, (-1, -1), -1
    for place, c in outside_strings(line):
        if c in OPEN:
            start = place if depth == 0 else start
            depth += 1
        elif c in CLOSE:
            depth -= 1
            found = (start, place) if depth == 0 else found
    return found


def split(text: str) -> list[str]:
    """What stands between commas that are in no brackets.

    >>> split('a, f(b, c), ", "')
    ['a', 'f(b, c)', '", "']
    """
    depth, cuts = 0, [-1]
    for place, c in outside_strings(text):
        depth += (c in OPEN) - (c in CLOSE)
        if c == "," and depth == 0:
            cuts.append(place)
    return [text[a + 1 : b].strip() for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def outside_strings(line: str):
    """(place, character) of what is in no string; strings here have double quotes and no escapes."""
    inside = False
    for place, c in enumerate(line):
        if c == '"':
            inside = not inside
        elif not inside:
            yield place, c
