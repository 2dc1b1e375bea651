"""A report in Markdown as one HTML page that needs nothing else: pictures inside, no scripts.

Only what our reports are written in: headings, paragraphs, lists of two levels, tables, pictures,
fenced code, bold.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from pathlib import Path

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem;
       margin: 0 auto; padding: 0 1rem 3rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
h2 { font-size: 1.2rem; margin-top: 2.5rem; border-top: 1px solid #ddd; padding-top: 1rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: .8rem; margin: .5rem 0 }
sub { font-size: .7em; line-height: 0 }
th, td { border-bottom: 1px solid #ddd; padding: .25rem .6rem; text-align: left;
         vertical-align: top }
th { border-bottom: 2px solid #888 }
img { max-width: 100%; height: auto }
pre { overflow-x: auto; font-size: .75rem }
li { margin: .3rem 0 }
.fails { background: #fbe3d6 }
.within { background: #f6f0d0 }
.holds { background: #dcefe8 }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0 }
  .wide { overflow: visible }
  table { font-size: 7.5pt }
  h2 { break-after: avoid }
  tr, img { break-inside: avoid }
  td { print-color-adjust: exact }
  details { display: none }
}
"""
TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
SUBSCRIPT = re.compile(r"((?<!\w)\w|‖)_(?:\{([^}]*)\}|([A-Za-z0-9₋₊]+))")
PICTURE = re.compile(r"!\[(.*?)\]\((.*?)\)")


def page(markdown: str, *, folder: Path) -> str:
    """The page.

    Parameters
    ----------
    markdown
        Its text; the first heading is the title.
    folder
        Where the pictures lie that it names; of PNG and SVG the lighter one is taken.

    Examples
    --------
    >>> "<h1>Title</h1>" in page("# Title", folder=Path())
    True
    """
    title = re.search(r"^# (.*)$", markdown, re.MULTILINE)
    body = "\n".join(_blocks(markdown, folder))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title[1]) if title else ''}</title>\n<style>{STYLE}</style>\n"
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _blocks(markdown: str, folder: Path) -> Iterator[str]:
    for block in re.split(r"\n{2,}(?=[^ \n])", markdown.strip()):
        heading = re.fullmatch(r"(#{1,3}) (.*)", block)
        picture = PICTURE.fullmatch(block)
        if heading:
            level = len(heading[1])
            yield f"<h{level}>{_inline(heading[2])}</h{level}>"
        elif picture:
            yield _picture(picture[1], folder / picture[2])
        elif block.startswith("```"):
            code = html.escape(block.partition("\n")[2].removesuffix("```"))
            yield f"<details><summary>all that is recorded</summary><pre>{code}</pre></details>"
        elif block.startswith("|"):
            yield _table(block)
        elif block.startswith("- "):
            yield _list(block)
        else:
            yield f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    plain, *codes = re.split(r"`(.*?)`", html.escape(text, quote=False))
    told = _set(plain)
    for code, after in zip(codes[::2], codes[1::2], strict=True):
        told += f"<code>{code}</code>{_set(after)}"
    return re.sub(r"\*\*(.*?)\*\*", r"<b>\1</b>", told)


def _set(text: str) -> str:
    return SUBSCRIPT.sub(lambda m: f"{m[1]}<sub>{m[2] or m[3]}</sub>", text)


def _picture(words: str, named: Path) -> str:
    files = (named.with_suffix(suffix) for suffix in TYPES)
    path = min((file for file in files if file.exists()), key=lambda file: file.stat().st_size)
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    source = f"data:{TYPES[path.suffix]};base64,{data}"
    return f'<p><img alt="{html.escape(words)}" src="{source}"></p>'


def _table(block: str) -> str:
    """Cells that begin or end with a verdict have its colour; where no level holds, that of it."""
    head, _, *rows = (
        [cell.strip().replace(r"\|", "|") for cell in line[1:-1].split(" | ")]
        for line in block.split("\n")
    )
    lines = ["".join(f"<th>{_inline(cell)}</th>" for cell in head)]
    for row in rows:
        lines.append("".join(f"<td{_verdict(cell)}>{_inline(cell)}</td>" for cell in row))
    inside = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table>\n{inside}\n</table></div>'


def _verdict(cell: str) -> str:
    if cell.startswith("none; "):
        return ' class="fails"'
    found = re.search(r"^(fails|within|holds)\b|\b(fails|within|holds)$", cell)
    return f' class="{found[1] or found[2]}"' if found else ""


def _list(block: str) -> str:
    """Of two levels."""
    out = ["<ul>"]
    inner = False
    for line in re.split(r"\n(?= *- )", block):
        indented = line.startswith(" ")
        if indented != inner:
            out.append("<ul>" if indented else "</ul>")
            inner = indented
        out.append(f"<li>{_inline(line.strip()[2:])}</li>")
    return "\n".join([*out, *["</ul>"] * (1 + inner)])
