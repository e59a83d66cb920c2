"""What is shown of a hostile document: safe.js and prose.js, run by the browser."""

import base64

import pytest

pytestmark = pytest.mark.xdist_group("browser")
SHOWN = """
const {made} = await import("./page/fields.js");
const box = made("div");
box.append(...(await import("./page/%s.js")).%s(values[0]));
return box.innerHTML.replace(/"blob:[^"]*"/, '"blob:"');"""


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        pytest.param("<table><tr><td>a</td></tr></table>", "<table><tbody><tr><td>a</td></tr></tbody></table>", id="table"),
        pytest.param(
            '<table border="1"><tr><td colspan="2" rowspan="99999" onclick="x()" style="color:red">a</td></tr></table>',
            '<table><tbody><tr><td rowspan="1000" colspan="2">a</td></tr></tbody></table>',
            id="attributes",
        ),
        pytest.param("<td colspan='-1'>a</td>", "a", id="no-table"),
        pytest.param("<script>window.hit = 1</script>a", "a", id="script"),
        pytest.param("<img src=x onerror='window.hit = 1'>a", "a", id="error-handler"),
        pytest.param("<svg onload='window.hit = 1'><td>b</td></svg>a", "a", id="svg"),
        pytest.param("<math><mtext><table><tr><td>b</td></tr></table></mtext></math>a", "a", id="math"),
        pytest.param("<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>a", "a", id="frame"),
        pytest.param('<a href="javascript:window.hit = 1">a</a>', "a", id="link"),
        pytest.param("<form action='//evil'><input name=a><button>b</button></form>a", "ba", id="form"),
        pytest.param("<style>* { display: none }</style><link rel=stylesheet href=//evil>a", "a", id="styles"),
        pytest.param("<table><tr><td>&lt;script&gt;</td></tr></table>",
                     "<table><tbody><tr><td>&lt;script&gt;</td></tr></tbody></table>", id="text"),
        pytest.param('<img src="data:image/svg+xml;base64,PHN2Zy8+">a', "a", id="drawing-that-could-run"),
        pytest.param('<img src="data:text/html;base64,PHA+">a', "a", id="page-in-a-picture"),
        pytest.param('<img src="http://evil.example/x.png">a', "a", id="picture-from-elsewhere"),
        pytest.param('<img src="data:image/png;base64,####">a', "a", id="broken-base64"),
        pytest.param('<img src="data:image/png;base64,iVBORw==" alt="b">', '<img src="blob:" alt="Picture">', id="picture"),
    ],
)  # fmt: skip
def test_only_tables_and_pictures_are_left_of_html(screen, html: str, shown: str) -> None:
    page = screen(refused="Content Security Policy")
    assert page.js(SHOWN % ("safe", "nodes"), html) == shown
    assert page.js("return window.hit ?? 0") == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("# A\n\n### 2.1 B", "<h3>A</h3><h5>2.1 B</h5>", id="headings"),
        pytest.param("one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>", id="paragraphs"),
        pytest.param("- one\n- two", "<ul><li>one</li><li>two</li></ul>", id="list"),
        pytest.param("3. one\n4. two", '<ol><li value="3">one</li><li value="4">two</li></ol>', id="numbered"),
        pytest.param(r"\<script>alert(1)\</script> *a*", "<p>&lt;script&gt;alert(1)&lt;/script&gt; *a*</p>", id="escaped"),
        pytest.param('\n<div style="text-align: center;">Fig. 1</div>\n', '<div class="caption">Fig. 1</div>', id="caption"),
        pytest.param(
            '<div style="text-align: center;"><html><body><table border="1"><tr><td>a</td></tr></table></body></html></div>',
            '<div class="caption"><table><tbody><tr><td>a</td></tr></tbody></table></div>',
            id="table",
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_markdown_as_the_server_writes_it(screen, text: str, shown: str) -> None:
    assert screen().js(SHOWN % ("prose", "markdown"), text).replace(' class=""', "") == shown


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
