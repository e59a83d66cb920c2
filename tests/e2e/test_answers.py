"""What pages come back as, through the Service of an OCRService: structure, formats, what a language model says of them."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import docx
import drawings
import fake_ollama
import openai
import pypdfium2
import pytest
import sites
from lxml import etree

from kubeocr_contract import extraction, names, outputs, structured

pytestmark = [pytest.mark.cluster, pytest.mark.image]
NAME, LLM, MODEL = "answering", "their-ollama", "qwen3:8b"
READ = "/ocr/ppocrv6"
ROWS = (("Item", "Quantity", "Price"), ("Bolts", "120", "14.40"), ("Washers", "80", "3.20"), ("Nuts", "300", "9.00"))
XHTML = "{http://www.w3.org/1999/xhtml}"
ALTO = "{http://www.loc.gov/standards/alto/ns-v4#}"


@pytest.fixture(scope="module")
def service(site: sites.Site, servers: dict[str, str]) -> Iterator[str]:
    """An OCRService that is Ready, with structure, and with somebody else's Ollama."""
    site.kubectl("apply", "-f", "-", manifest=_ollama(servers["ollama"]))
    llm = {"ollama": {"url": f"http://{LLM}.{sites.NAMESPACE}.svc:11434"}, "model": MODEL, "timeoutSeconds": 20}
    site.apply(NAME, {"pipelines": ["ocr", "structure"], "llm": llm})
    sites.until(f"{NAME} is Ready", lambda: site.is_ready(NAME), seconds=240)
    yield NAME
    site.kubectl("delete", f"{names.PLURAL}/{NAME}", f"deployment/{LLM}", f"service/{LLM}")


def test_a_table_is_a_table(site: sites.Site, service: str) -> None:
    file = drawings.table(ROWS, "Everything that was bought for the harbour")
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    status, _, body = site.send(service, structured.MARKDOWN, file)
    assert (status, rows in json.loads(body)["markdown"]) == (200, True), body
    status, _, body = site.send(service, structured.JSON, file)
    (page,) = json.loads(body)["pages"]
    assert (status, [rows in table["pred_html"] for table in page["res"]["table_res_list"]]) == (200, [True])
    assert "table" in [block["block_label"] for block in page["res"]["parsing_res_list"]]


@pytest.mark.parametrize("output", ["pdf", "docx", "hocr", "alto"])
def test_a_page_in_another_format_is_valid(site: sites.Site, service: str, page: bytes, output: str) -> None:
    status, media, body = site.send(service, READ, page, format=output)
    assert (status, media) == (200, outputs.OUTPUTS[output].media)
    said = {"pdf": _pdf, "docx": _docx, "hocr": _hocr, "alto": _alto}[output](body)
    assert "".join(said.split()) == "".join("".join(sites.WORDS).split())


def test_keys_are_extracted(site: sites.Site, service: str) -> None:
    """By a model that knows one sentence, from a page that says it."""
    status, _, body = site.send(service, extraction.PATH, drawings.lines([fake_ollama.WORDS]), keys="Sentence")
    found = json.loads(body)
    assert (status, found["extracted_data"]["chat_res"]) == (200, {"Sentence": fake_ollama.WORDS}), found
    assert found["details"]["Sentence"]["places"][0]["page"] == 1


def test_openais_client_is_answered(site: sites.Site, service: str, page: bytes) -> None:
    url = f"data:image/png;base64,{base64.b64encode(page).decode()}"
    content: Any = [{"type": "text", "text": "Extract all text"}, {"type": "image_url", "image_url": {"url": url}}]
    with site.forwarded(service) as address, openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        answer = client.chat.completions.create(model="dots-ocr", messages=[{"role": "user", "content": content}])
    said = answer.choices[0].message.content or ""
    assert "".join(said.split()) == "".join("".join(sites.WORDS).split())


def test_without_its_language_model_it_says_why_and_reads_on(site: sites.Site, service: str, page: bytes) -> None:
    site.kubectl("scale", f"deployment/{LLM}", "--replicas=0")
    site.kubectl("wait", "pod", "-l", f"app={LLM}", "--for=delete", "--timeout=60s")
    status, _, body = site.send(service, extraction.PATH, page, keys="Total")
    found = json.loads(body)
    assert (status, found["code"]) == (503, "llm_unavailable"), found
    assert LLM in found["detail"]
    assert site.send(service, READ, page)[0] == 200
    assert site.is_ready(service)


def _pdf(body: bytes) -> str:
    return str(pypdfium2.PdfDocument(body)[0].get_textpage().get_text_range())


def _docx(body: bytes) -> str:
    return "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(body)).paragraphs)


def _hocr(body: bytes) -> str:
    (page,) = etree.fromstring(body).iterfind(f".//{XHTML}div[@class='ocr_page']")
    return "".join("".join(word.itertext()) for word in page.iter(f"{XHTML}span") if word.get("class") == "ocrx_word")


def _alto(body: bytes) -> str:
    root = etree.fromstring(body)
    assert root.tag == f"{ALTO}alto"
    return "".join(word.get("CONTENT", "") for word in root.iter(f"{ALTO}String"))


def _ollama(image: str) -> dict[str, Any]:
    """A server that the operator knows nothing of, with the models of its image."""
    metadata = {"name": LLM, "labels": {"app": LLM}}
    container = {
        "name": "ollama",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "OLLAMA_HOST", "value": "0.0.0.0:11434"}, {"name": "OLLAMA_MODELS", "value": "/models"}],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    security = {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {"terminationGracePeriodSeconds": 0, "securityContext": security, "containers": [container]}
    deployment = {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
        "spec": {"selector": {"matchLabels": {"app": LLM}}, "template": {"metadata": metadata, "spec": pod}},
    }  # fmt: skip
    ports = [{"port": 11434}]
    server = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": {"app": LLM}, "ports": ports}}
    return {"apiVersion": "v1", "kind": "List", "items": [deployment, server]}
