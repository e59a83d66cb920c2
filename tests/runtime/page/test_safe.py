"""What is shown of a hostile document: safe.js and prose.js, run by the browser."""

import base64

import pytest

pytestmark = pytest.mark.xdist_group("browser")
SHOWN = """
const {made} = await import("./page/fields.js");
const {%(name)s: make} = await import("./page/%(module)s.js");
return Object.fromEntries(Object.entries(values[0]).map(([name, text]) => {
  const box = made("div");
  box.append(...make(text));
  return [name, box.innerHTML.replace(/"blob:[^"]*"/, '"blob:"').replaceAll(' class=""', "")];
}));"""
HTML = {
    "table": ("<table><tr><td>a</td></tr></table>", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
    "attributes": (
        '<table border="1"><tr><td colspan="2" rowspan="99999" onclick="x()" style="color:red">a</td></tr></table>',
        '<table><tbody><tr><td rowspan="1000" colspan="2">a</td></tr></tbody></table>',
    ),
    "no-table": ("<td colspan='-1'>a</td>", "a"),
    "script": ("<script>window.hit = 1</script>a", "a"),
    "error-handler": ("<img src=x onerror='window.hit = 1'>a", "a"),
    "svg": ("<svg onload='window.hit = 1'><td>b</td></svg>a", "a"),
    "math": ("<math><mtext><table><tr><td>b</td></tr></table></mtext></math>a", "a"),
    "frame": ("<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>a", "a"),
    "link": ('<a href="javascript:window.hit = 1">a</a>', "a"),
    "form": ("<form action='//evil'><input name=a><button>b</button></form>a", "ba"),
    "styles": ("<style>* { display: none }</style><link rel=stylesheet href=//evil>a", "a"),
    "text": (
        "<table><tr><td>&lt;script&gt;</td></tr></table>",
        "<table><tbody><tr><td>&lt;script&gt;</td></tr></tbody></table>",
    ),
    "drawing-that-could-run": ('<img src="data:image/svg+xml;base64,PHN2Zy8+">a', "a"),
    "page-in-a-picture": ('<img src="data:text/html;base64,PHA+">a', "a"),
    "picture-from-elsewhere": ('<img src="http://evil.example/x.png">a', "a"),
    "broken-base64": ('<img src="data:image/png;base64,####">a', "a"),
    "picture": ('<img src="data:image/png;base64,iVBORw==" alt="b">', '<img src="blob:" alt="Picture">'),
}
"""What came -> what is shown of it."""
MARKDOWN = {
    "headings": ("# A\n\n### 2.1 B", "<h3>A</h3><h5>2.1 B</h5>"),
    "paragraphs": ("one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>"),
    "list": ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
    "numbered": ("3. one\n4. two", '<ol><li value="3">one</li><li value="4">two</li></ol>'),
    "escaped": (r"\<script>alert(1)\</script> *a*", "<p>&lt;script&gt;alert(1)&lt;/script&gt; *a*</p>"),
    "caption": ('\n<div style="text-align: center;">Fig. 1</div>\n', '<div class="caption">Fig. 1</div>'),
    "table": (
        '<div style="text-align: center;"><html><body><table border="1"><tr><td>a</td></tr></table></body></html></div>',
        '<div class="caption"><table><tbody><tr><td>a</td></tr></tbody></table></div>',
    ),
    "nothing": ("", ""),
}


def shown(page, module: str, name: str, cases: dict[str, tuple[str, str]]) -> dict[str, str]:
    """All in one go: to load the page takes longer than all of them."""
    return page.js(SHOWN % {"module": module, "name": name}, {case: given for case, (given, _) in cases.items()})


def test_only_tables_and_pictures_are_left_of_html(screen) -> None:
    page = screen(refused="Content Security Policy")
    assert shown(page, "safe", "nodes", HTML) == {case: want for case, (_, want) in HTML.items()}
    assert page.js("return window.hit ?? 0") == 0


def test_markdown_as_the_server_writes_it(screen) -> None:
    assert shown(screen(), "prose", "markdown", MARKDOWN) == {case: want for case, (_, want) in MARKDOWN.items()}


def test_a_pictures_bytes_are_its_own(screen) -> None:
    script = """
      const image = (await import("./page/safe.js")).picture(values[0], "b");
      const answer = await fetch(image.src);
      return [answer.headers.get("Content-Type"), [...new Uint8Array(await answer.arrayBuffer())], image.alt];"""
    page = screen(refused="Content Security Policy")
    page.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    page.driver.refresh()
    url = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
    found = page.js(script, url)
    page.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    assert found == ["image/png", list(b"\x89PNG"), "b"]
