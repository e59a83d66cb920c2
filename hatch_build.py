"""Puts Swagger UI and ReDoc into the wheel, so that the API's pages need no network. They are built by a package that is only
there while a wheel is built (pyproject.toml, build-system): neither repository nor runtime has a copy of its own to keep.
"""

import importlib.util
import pathlib

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = pathlib.Path("runtime/kubeocr_runtime/static")
# file there -> file here; each program with its licence
ASSETS = {
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/LICENSE": "swagger-ui.LICENSE.txt",
    "redoc/bundles/redoc.standalone.js": "redoc.standalone.js",
    "redoc/bundles/redoc.standalone.js.LICENSE.txt": "redoc.standalone.js.LICENSE.txt",
    "redoc/LICENSE": "redoc.LICENSE.txt",
}
# ReDoc's footer asks its maker's server for a logo; offline that is a broken picture and a failed request.
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
START = """SwaggerUIBundle({ url: "/openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null });
"""


class CustomBuildHook(BuildHookInterface):
    """Runs before every build, editable ones too."""

    def initialize(self, version: str, build_data: dict) -> None:
        """Copy the assets beside the package that serves them."""
        package = importlib.util.find_spec("drf_spectacular_sidecar")
        source = pathlib.Path(package.origin).parent / "static" / "drf_spectacular_sidecar"
        target = pathlib.Path(self.root) / STATIC
        target.mkdir(exist_ok=True)
        for asset, name in ASSETS.items():
            text = (source / asset).read_text(encoding="utf-8").replace(LOGO, "data:,")
            (target / name).write_text(text, encoding="utf-8")
        (target / "start-swagger.js").write_text(START)
        build_data["artifacts"].append(f"{STATIC}/*")
