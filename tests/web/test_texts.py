"""Every word that a template shows goes through gettext: what stands there bare is found."""

import re
from html.parser import HTMLParser

import pytest

from ops.environment import ROOT

TEMPLATES = ROOT / "templates"
# What people read besides the text between tags.
READ = ("title", "alt", "aria-label", "aria-description", "placeholder", "data-confirm", "label", "content")
# Words that are the same in every language, and why.
SAME_EVERYWHERE = {
    "Recinto": "the product's name", "OpenAPI": "a standard's name", "CSV": "a format", "XLSX": "a format",
    "SKU": "the trade's word, in Spanish too", "R1": "a key of Anexo 22", "USD": "a currency's code", "km": "a unit",
    "Authorization": "a header of HTTP", "Bearer": "a word of that header",
}  # fmt: skip
# A text for people given to another template or filter: a literal of two words, or of one that begins large.
LITERAL = re.compile(r"""=(["'])(?=[^"']*[^\W\d_]{2})(?:[A-ZÁÉÍÓÚÑ][^"']*|[^"']*\w \w[^"']*)\1""")


class Reader(HTMLParser):
    """The texts of a page that were never asked of gettext."""

    def __init__(self):
        super().__init__()
        self.found, self.silent = [], 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        given = dict(attrs)
        for name in READ:
            if name != "content" or given.get("name") in ("description", "keywords"):
                self.note(given.get(name) or "")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.note(data)

    def note(self, text):
        text = " ".join(text.split())
        if any(word not in SAME_EVERYWHERE for word in re.findall(r"\w*[^\W\d_]\w*", text)):
            self.found.append(text)


def bare_texts(source):
    """The texts of a template outside gettext."""
    for inside in ("comment", "blocktrans", "blocktranslate", "verbatim"):
        source = re.sub(rf"{{%\s*{inside}\b.*?{{%\s*end{inside}\s*%}}", "", source, flags=re.DOTALL)
    source = re.sub(r"{#.*?#}", "", source)
    tags = re.findall(r"{%.*?%}", source, flags=re.DOTALL)
    literals = [
        hit[0]
        for tag in tags
        if re.match(r"{%\s*(include|with|component|element)\b", tag)
        for hit in LITERAL.finditer(tag)
    ]
    reader = Reader()
    reader.feed(re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL))
    reader.close()
    return reader.found + literals


def test_no_template_shows_a_text_that_was_not_asked_of_gettext():
    files = sorted(TEMPLATES.rglob("*.html"))
    found = {str(path.relative_to(TEMPLATES)): texts for path in files if (texts := bare_texts(path.read_text()))}

    assert len(files) > 60
    assert found == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<p>{% translate "Hello" %} {% blocktranslate %}dear{% endblocktranslate %}</p>', []),
        ('<a title="Open it" href="x">{{ x }}</a>', ["Open it"]),
        ("<a aria-label=\"{% translate 'Open' %}\">×</a>", []),
        ('<input placeholder="Search by SKU…">', ["Search by SKU…"]),
        ("<th>SKU</th><td>12 km</td>", []),
        ("<script>const word = 'x'</script><style>a { b: c }</style>{# note #}", []),
        ('{% include "a/b.html" with title="Nothing here" %}', ['="Nothing here"']),
        ('{% include "a/b.html" with tone="danger" %}', []),
    ],
)
def test_a_bare_text_is_told_from_one_that_is_translated(source, found):
    assert bare_texts(source) == found
