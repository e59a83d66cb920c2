"""What `/` answers to programs and to browsers, and how its page's files are sent."""

import gzip
import pathlib
import re

import pytest

from kubeocr_runtime import browsing

FOLDER = pathlib.Path(browsing.__file__).parent / "page"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("accept", ["*/*", "application/json", None])
async def test_programs_are_told_where_to_go(service, accept: str | None) -> None:
    client = await service()
    answer = await client.get("/", headers={"Accept": accept} if accept else {}, skip_auto_headers=["Accept"])
    body = await answer.json()
    assert (body["service"], body["docs"]) == ("KubeOCR", "/docs")
    assert "/ocr/ppocrv6" in body["read"]


async def test_browsers_get_a_page_all_of_whose_files_come_from_here(service) -> None:
    client = await service()
    answer = await client.get("/", headers=BROWSER)
    page = await answer.text()
    assert answer.content_type == "text/html"
    assert "Accept" in answer.headers.getall("Vary")
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert not [link for link in links if link.startswith(("http", "/"))], "relative, so that a proxy may put it anywhere"
    for link in links:
        assert (await client.get(f"/{link}")).status == 200, link


async def test_every_script_is_announced_to_the_browser_at_once(service) -> None:
    """Else each is found only once the one that imports it has come."""
    page = await (await (await service()).get("/", headers=BROWSER)).text()
    announced = set(re.findall(r'(?:modulepreload" href|module" src)="page/([^"]+)"', page))
    assert announced == {path.name for path in FOLDER.glob("*.js")}


async def test_nothing_may_be_loaded_from_elsewhere_or_run_in_place(service) -> None:
    client = await service()
    for path in ("/", "/page/main.js"):
        policy = (await client.get(path, headers=BROWSER)).headers["Content-Security-Policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == rules["frame-ancestors"] == rules["form-action"] == "'none'"
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    inline = r"<(?:script|style)\b[^>]*>[^<]|\sstyle=|\son\w+="
    assert not re.search(inline, (FOLDER / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "media"),
    [
        pytest.param("main.js", "text/javascript", id="script"),
        pytest.param("style.css", "text/css", id="style"),
        pytest.param("icon.svg", "image/svg+xml", id="picture"),
    ],
)
async def test_a_file_is_sent_as_what_it_is_and_packed_where_that_is_understood(service, name: str, media: str) -> None:
    client = await service()
    plain = await client.get(f"/page/{name}", headers={"Accept-Encoding": "identity"})
    assert (plain.content_type, await plain.read()) == (media, (FOLDER / name).read_bytes())
    assert plain.headers["X-Content-Type-Options"] == "nosniff"
    packed = await client.get(f"/page/{name}", headers={"Accept-Encoding": "br, gzip"}, auto_decompress=False)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await packed.read()) == (FOLDER / name).read_bytes()


async def test_a_file_that_the_browser_has_is_not_sent_again(service) -> None:
    client = await service()
    first = await client.get("/page/main.js")
    again = await client.get("/page/main.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    other = await client.get("/page/main.js", headers={"If-None-Match": '"another"'})
    assert (other.status, other.headers["ETag"]) == (200, first.headers["ETag"])


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fapp.py", "%2Fetc%2Fpasswd", "main.js/"])
async def test_no_other_file_is_sent(service, name: str) -> None:
    assert (await (await service()).get(f"/page/{name}")).status == 404
