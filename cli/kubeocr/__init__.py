"""The `kubeocr` command: it finds the side that a word belongs to and leaves the rest to it."""
