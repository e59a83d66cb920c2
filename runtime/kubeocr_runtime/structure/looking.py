"""A page looked at before its lines are read: its regions, the cells of its tables, its pictures. `pipelines` calls this."""

import dataclasses
from collections.abc import Sequence

from kubeocr_contract import models as catalogue
from kubeocr_runtime import loading, models, structure, tensors
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import blocks, layouts, tables

PIPELINE = "structure"
"""The word of the settings with which the models are loaded before the pod is ready."""
_ALONE = 0.3
"""A lone heading with so much of the largest region's area is the document's title (PaddleX: BLOCK_SETTINGS)."""


@dataclasses.dataclass(slots=True)
class Looker:
    """Looks at pages, on several threads. A model is loaded when it is first needed, and kept."""

    store: models.Store
    loader: loading.Loader
    once: loading.Once = dataclasses.field(default_factory=loading.Once)
    finders: dict[str, layouts.Finder] = dataclasses.field(default_factory=dict)
    cells: dict[str, tables.Finder] = dataclasses.field(default_factory=dict)

    def look(self, image: tensors.Image, wish: structure.Wish | None) -> blocks.Layout | None:
        """What is wanted of a page that stands upright; None where that is nothing, or no model for it is here."""
        finder = self._regions() if wish else None
        if wish is None or finder is None:
            return None
        found = _titled(finder.find(image))
        at = {i: region.box for i, region in enumerate(found) if region.label == structure.TABLE and _has_pixels(region.box)}
        cells = self._cells() if at and wish.tables else None
        held = {i: cells.find(image, box) for i, box in at.items()} if cells else {}
        shown = [i for i, region in enumerate(found) if wish.pictures and _is_picture(region) and i not in held]
        return blocks.Layout(found, held, {i: _cropped(image, found[i].box) for i in shown})

    def warm(self, image: tensors.Image) -> None:
        """Load what there is to load, and run it once. Raises `models.BadModels` where something is missing."""
        regions, cells = self._regions(), self._cells()
        if regions is None or cells is None:
            wanted = ", ".join(sorted(catalogue.STRUCTURE - self.store.carried()))
            raise models.BadModels(f"pipelines: {PIPELINE} needs models that are not here: {wanted}; {models.FETCHED}")
        regions.find(image)
        cells.find(image, Box(0, 0, image.shape[1], image.shape[0]))

    def _regions(self) -> layouts.Finder | None:
        name = catalogue.layout(self.store.carried())
        return self.once.kept(self.finders, name, self.loader.layout) if name else None

    def _cells(self) -> tables.Finder | None:
        carried = catalogue.TABLES in self.store.carried()
        return self.once.kept(self.cells, catalogue.TABLES, self.loader.tables) if carried else None


def _titled(found: Sequence[structure.Region]) -> tuple[structure.Region, ...]:
    """With a lone large heading as the title of the document."""
    headings = [region for region in found if region.label == structure.SUBTITLE]
    if len(headings) != 1 or any(region.label == structure.TITLE for region in found):
        return tuple(found)
    if structure.area(headings[0].box) <= _ALONE * max(structure.area(region.box) for region in found):
        return tuple(found)
    return tuple(dataclasses.replace(x, label=structure.TITLE) if x is headings[0] else x for x in found)


def _is_picture(region: structure.Region) -> bool:
    return region.label in structure.PICTURES | {structure.FORMULA, structure.TABLE} and _has_pixels(region.box)


def _has_pixels(box: Box) -> bool:
    return int(box.right) > int(box.left) and int(box.bottom) > int(box.top)


def _cropped(image: tensors.Image, box: Box) -> tensors.Image:
    """A copy: the page goes before its lines are read."""
    return image[int(box.top) : int(box.bottom), int(box.left) : int(box.right)].copy()
