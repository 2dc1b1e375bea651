"""The page: every block of a report, its pictures inside, and nothing from outside."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from figures.reports.html import page

TEXT = """# A title

One **bold** <word> & more.

The λ_max of `fit x_y`, λ_{k+1}, ‖H‖_F and any_name.

- first

  - inner
- second

## Next

| claim | a |
| ----: | ----: |
| x | fails from epoch 1 on |
| y | 5.0% ± 1.0% holds |
| \\|z\\| | unwithin |
| w | none; FG 9% |

![words "here"](one.png)

```json
{"a": "<b>"}
```
"""
VOID = ("meta", "img")


class Tree(HTMLParser):
    """Opens and closes in order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def told(tmp_path):
    (tmp_path / "one.png").write_bytes(b"0123456789")
    (tmp_path / "one.svg").write_bytes(b"<svg/>")
    return page(TEXT, folder=tmp_path)


def test_every_tag_is_closed(told):
    tree = Tree()
    tree.feed(told)
    assert tree.open == []
    assert [tag for tag, _ in tree.seen if tag in ("ul", "table", "h2", "pre")] == [
        "ul",
        "ul",
        "h2",
        "table",
        "pre",
    ]


def test_text_is_escaped_and_bold(told):
    assert "<title>A title</title>" in told
    assert "<p>One <b>bold</b> &lt;word&gt; &amp; more.</p>" in told
    assert "{&quot;a&quot;: &quot;&lt;b&gt;&quot;}" in told


def test_symbols_have_subscripts_and_names_none(told):
    assert (
        "<p>The λ<sub>max</sub> of <code>fit x_y</code>, λ<sub>k+1</sub>, ‖H‖<sub>F</sub> and "
        "any_name.</p>"
    ) in told


def test_verdicts_have_their_colour(told):
    assert '<td class="fails">fails from epoch 1 on</td>' in told
    assert '<td class="holds">5.0% ± 1.0% holds</td>' in told
    assert "<td>unwithin</td>" in told
    assert '<td class="fails">none; FG 9%</td>' in told


def test_the_lighter_picture_is_inside_and_nothing_is_outside(told):
    (source,) = re.findall(r'src="(.*?)"', told)
    kind, _, data = source.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data) == b"<svg/>"
    assert not re.findall(r"https?:|<script|<link|@import|url\(", told)
    assert 'name="viewport"' in told
