"""A folder that is changed by others while the process runs, as a mounted Secret is. `keys` and `certificates` look here."""

import dataclasses
import os
import pathlib
import time

LOOK_SECONDS = 2.0
"""How long what is known of a folder holds: a Secret's change takes the kubelet up to a minute anyway.

https://kubernetes.io/docs/concepts/configuration/secret/#mounted-secrets-are-updated-automatically
"""

Signature = tuple[tuple[str, int, int, int], ...]


@dataclasses.dataclass(slots=True)
class Watched:
    """Tells whether a folder's files are still those that were looked at last, asking the disk at most every LOOK_SECONDS."""

    path: pathlib.Path
    _seen: Signature | None = None
    _looked: float = float("-inf")

    def changed(self) -> bool:
        """True for the first look, and whenever a file came, went or was written since the last."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        before, self._seen = self._seen, signature(self.path)
        return before != self._seen


def files(path: pathlib.Path) -> list[pathlib.Path]:
    """The folder's files, sorted by name; empty where it cannot be listed. A Secret's own ..data and ..2026 are no files."""
    try:
        found = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []
    return [entry for entry in found if entry.is_file()]


def signature(path: pathlib.Path) -> Signature:
    """What no change of a file's content leaves as it is."""
    found = ((file.name, _stat(file)) for file in files(path))
    return tuple((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in found if stat)


def _stat(file: pathlib.Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:  # gone since it was listed
        return None
