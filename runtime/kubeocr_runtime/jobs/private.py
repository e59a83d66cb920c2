"""The folder of a queue that lives in the pod. Both its file and its documents are there."""

import os
import pathlib


def prepare(folder: pathlib.Path) -> None:
    """Make it, for this user alone, where it is not there.

    Raises `PermissionError` where somebody else made it: below a temporary folder anybody may have been first.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), 0}:
        raise PermissionError(f"{folder} is another user's")
