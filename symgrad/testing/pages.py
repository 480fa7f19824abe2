"""Reports as a page, or as data, in one file: of one layer, or of a whole run of tests.

Everything on the page is escaped; it has no script and fetches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

RUN_SCHEMA = "symgrad/layers/1"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; color: #222 }
h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 2em 0 .3em } h3 { font-size: 1em; margin: 1em 0 .3em }
code, pre { font: 13px/1.45 ui-monospace, monospace }
code { overflow-wrap: anywhere }
table { border-collapse: collapse; margin: .3em 0 } td, th { text-align: left; vertical-align: top; padding: .15em .8em .15em 0 }
th { font-weight: normal; color: #666; white-space: nowrap }
.wrong { color: #b00020 } .fine { color: #1b6e2c } .dim { color: #666 }
.finding { border-left: 3px solid; padding-left: .9em; margin: .8em 0 } .finding table { color: #222 }
"""  # noqa: E501


class Html(str):
    """Text that is HTML already; any other is escaped."""


def tag(name: str, *inside: Any, **attributes: str) -> Html:
    """An element.

    >>> tag("p", "a < b", tag("b", "c"), class_="dim")
    '<p class="dim">a &lt; b<b>c</b></p>'
    """
    said = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{said}>{''.join(x if isinstance(x, Html) else escape(str(x)) for x in inside)}</{name}>")


def page(reports: Sequence[Mapping[str, Any]]) -> str:
    """The page of reports, each as `Report.to_data` gives it; `test` is the name of the test that made it."""
    wrong = [r for r in reports if not r["ok"]]
    title = f"{reports[0]['layer']}: gradients" if len(reports) == 1 else "Gradients of layers"
    head = tag("head", Html('<meta charset="utf-8">'), tag("title", title), tag("style", Html(STYLE)))
    count = f"{many(len(reports), 'report')}, {len(wrong)} with findings"
    fine = [r for r in reports if r["ok"]]
    body = tag("body", tag("h1", title), tag("p", count, class_="dim"), *map(section, [*wrong, *fine]))
    return "<!doctype html>\n" + tag("html", head, body, lang="en")


def section(r: Mapping[str, Any]) -> Html:
    """One report: what was tried, and its findings."""
    tried = many(r["examples"], "example")
    said = tag("span", "no fault found", class_="fine") if r["ok"] else tag("span", "wrong", class_="wrong")
    skips = [f"{n} not judged: {why}" for why, n in r["skipped"].items()]
    rows = [
        ("test", r.get("test", "")),
        ("signature", r["signature"]),
        *((name, values) for name, values in r["params"].items()),
        ("tried", "; ".join([tried, *skips])),
        *((f"{c['argument']} at {c['at']}", convention(c)) for c in r["conventions"]),
    ]
    return tag("section", tag("h2", r["layer"], " · ", said), table(rows), *(finding(f) for f in r["findings"]))


def convention(c: Mapping[str, Any]) -> str:
    """What a layer does at kinks or ties."""
    return f"{c['told']} ({c['seen']} seen{', pinned: ' * bool(c['pinned'])}{c['pinned']})"


def finding(f: Mapping[str, Any]) -> Html:
    """One finding: what is wrong, when, and how to see it again."""
    subject = f"gradient of {f['argument']}" if f["argument"] else "the layer"
    kind = "fine" if f["remark"] else "wrong"
    when = "always" if f["condition"] == "always" else f"only when {f['condition']}"
    worst = f["worst"] and f"at {f['worst']['place']}: {shown(f['worst'])}"
    rows = [
        ("relation", f["told"]),
        ("when", f"{when} ({f['failing']} of {many(f['tried'], 'example')})"),
        ("worst entry", worst or ""),
        ("smallest", f["shapes"]),
        ("reproduce", f["reproduce"]),
    ]
    head = tag("h3", f"{subject}: {'a remark' if f['remark'] else f['relation']}", class_=kind)
    return tag("div", head, table(rows), class_=f"finding {kind}")


def shown(worst: Mapping[str, Any]) -> str:
    given, right, bound = (n if isinstance(n, str) else f"{n:.6g}" for n in (worst[k] for k in KEYS))
    return f"{given}, right is {right} ± {bound}"


KEYS = ("given", "right", "bound")


def table(rows: Iterable[tuple[str, str]]) -> Html:
    return tag("table", *(tag("tr", tag("th", name), tag("td", tag("code", text))) for name, text in rows if text))


def many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def save(path: str, reports: Sequence[Mapping[str, Any]]) -> None:
    """Writes the reports of a run as a page or as JSON, by the suffix."""
    data = {"schema": RUN_SCHEMA, "reports": list(reports)}
    text = page(reports) if path.endswith(".html") else json.dumps(data, ensure_ascii=False, indent=2)
    Path(path).write_text(text + "\n", encoding="utf-8")
