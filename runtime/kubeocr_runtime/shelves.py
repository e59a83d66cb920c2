"""Models that are loaded: each once, by whichever thread needs it first, and kept. `pipelines` takes them from here."""

import dataclasses

from kubeocr_contract import languages
from kubeocr_runtime import alphabets, detection, loading, orientation, recognition, unwarping

LATIN = "Latn"


@dataclasses.dataclass(slots=True)
class Shelf:
    """Its methods may be called by several threads at the same time. They raise what `loader` raises."""

    loader: loading.Loader
    detectors: dict[str, detection.Detector] = dataclasses.field(default_factory=dict)
    recognisers: dict[recognition.Key, recognition.Recogniser] = dataclasses.field(default_factory=dict)
    classifiers: dict[str, orientation.Classifier] = dataclasses.field(default_factory=dict)
    flatteners: dict[str, unwarping.Flattener] = dataclasses.field(default_factory=dict)
    once: loading.Once = dataclasses.field(default_factory=loading.Once)

    def key(self, recogniser: str, script: str) -> recognition.Key:
        """Whole where what the settings' languages are written with is not enough: twice in memory only where it differs."""
        chosen = self.loader.store.chosen
        scripts = {language.script for language in languages.find_all(chosen.languages)}
        enough = script in {*scripts, LATIN} or alphabets.keep_all(scripts)
        return recogniser, chosen.characters == "all" or not enough

    def detector(self, name: str) -> detection.Detector:
        """What finds lines."""
        return self.once.kept(self.detectors, name, self.loader.detector)

    def recogniser(self, key: recognition.Key) -> recognition.Recogniser:
        """What reads them."""
        return self.once.kept(self.recognisers, key, lambda key: self.loader.recogniser(key[0], whole=key[1]))

    def classifier(self, name: str) -> orientation.Classifier:
        """What tells which way up something is."""
        return self.once.kept(self.classifiers, name, self.loader.classifier)

    def flattener(self, name: str) -> unwarping.Flattener:
        """What makes a bent page flat."""
        return self.once.kept(self.flatteners, name, self.loader.flattener)
