"""The two pages that show the API's description and let it be tried. Pure; `app` sends them."""

import html

from kubeocr_contract import names
from kubeocr_runtime import openapi

STATIC = "/static"


def swagger_page() -> str:
    """HTML of Swagger UI; its scripts come from this server."""
    return _page(
        f'<link rel="stylesheet" href="{STATIC}/swagger-ui.css">',
        '<div id="ui"></div>'
        + "".join(f'<script src="{STATIC}/{name}.js"></script>' for name in ("swagger-ui-bundle", "start-swagger")),
    )


def redoc_page() -> str:
    """HTML of ReDoc; its script comes from this server."""
    return _page("", f'<redoc spec-url="{names.OPENAPI}"></redoc><script src="{STATIC}/redoc.standalone.js"></script>')


def _page(head: str, body: str) -> str:
    title = html.escape(openapi.TITLE)
    icon = '<link rel="icon" href="data:,">'
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return f'<!doctype html><html lang="en"><head><title>{title}</title>{meta}{icon}{head}</head><body>{body}</body></html>'
