"""Documents and results in a folder, or wherever else fsspec writes. What blocks runs on threads."""

import asyncio
import concurrent.futures
import contextlib
import datetime as dt
import functools
import os
import pathlib
import secrets
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import fsspec

from kubeocr_runtime import errors
from kubeocr_runtime.jobs import orders, private

T = TypeVar("T")
_THREADS = 4
_AGAIN_SECONDS = 60
"""After which there may be room: jobs end, and what is over is forgotten."""


class Files:
    """A `store.Store`, which says what each method does."""

    def __init__(self, url: str, most_bytes: int = 0, within: pathlib.Path | None = None) -> None:
        """A folder or a URL of fsspec's. `most_bytes` counts in folders only; 0: as much as there is room for.

        `within`: a folder that is to be this user's alone.
        """
        self._url, self._most, self._within = url, most_bytes, within
        self._threads = concurrent.futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="store")
        self._counting = threading.Lock()
        self._size: int | None = None
        """Bytes that lie there; None until they were counted."""

    async def accept(self, job_id: str, name: str, data: bytes) -> None:
        await self._run(lambda: self._refuse_if_full(len(data)))
        await self.put(job_id, name, data)

    async def put(self, job_id: str, name: str, data: bytes) -> None:
        await self._run(lambda: self._put(self._path(job_id, name), data))

    async def get(self, job_id: str, name: str) -> bytes:
        return await self._run(lambda: self._get(job_id, name))

    async def drop(self, job_id: str, *, keep: str = "") -> None:
        await self._run(lambda: self._drop(self._path(job_id), keep))

    async def older_than(self, seconds: float) -> tuple[str, ...]:
        return await self._run(lambda: self._older_than(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)))

    def close(self) -> None:
        """After what is being done."""
        self._threads.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.wrap_future(self._threads.submit(work))
        except errors.OcrError:
            raise
        except Exception as e:  # whatever fsspec's many libraries raise
            message = f"the store of jobs cannot be used now: {type(e).__name__}"
            raise errors.QueueUnavailable(message, headers=errors.retry_after(2)) from e

    @functools.cached_property
    def _opened(self) -> tuple[Any, str]:
        """The file system, and where in it. Nothing is remembered of what lies there: other pods write too."""
        if self._within is not None:
            private.prepare(self._within)
        fs, root = fsspec.url_to_fs(self._url, use_listings_cache=False, skip_instance_cache=True)
        if _is_folder(fs):  # S3 would make a bucket
            fs.makedirs(root, exist_ok=True)
        return fs, root

    @property
    def _fs(self) -> Any:
        return self._opened[0]

    @property
    def _is_folder(self) -> bool:
        return _is_folder(self._fs)

    def _path(self, job_id: str, name: str = "") -> str:
        """Raises `errors.RequestNotFound` for what is no id: it leads nowhere else."""
        for each in filter(None, (job_id, name)):
            if not orders.is_id(each):
                raise orders.never_known(each)
        return "/".join(filter(None, (self._opened[1].rstrip("/"), job_id, name)))

    def _get(self, job_id: str, name: str) -> bytes:
        try:
            return bytes(self._fs.cat_file(self._path(job_id, name)))
        except FileNotFoundError:
            raise orders.gone(job_id) from None

    def _put(self, path: str, data: bytes) -> None:
        if not self._is_folder:
            self._fs.pipe_file(path, data)  # what it stands for (S3's PUT, say) is all or nothing
            return
        folder, _, name = path.rpartition("/")
        self._fs.makedirs(folder, exist_ok=True)
        unfinished = f"{folder}/.{name}.{secrets.token_hex(4)}"
        with self._fs.open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._fs.mv(unfinished, path)
        self._grow(len(data))

    def _drop(self, folder: str, keep: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            for path, told in self._fs.find(folder, detail=True).items():
                if path.rpartition("/")[2] != keep:
                    self._fs.rm_file(path)
                    self._grow(-told["size"])
            if not keep and self._is_folder:
                self._fs.rmdir(folder)

    def _older_than(self, moment: dt.datetime) -> tuple[str, ...]:
        try:
            found = self._fs.ls(self._opened[1], detail=True)
        except FileNotFoundError:  # in S3 a folder is there as long as something lies in it
            return ()
        folders = (entry["name"].rstrip("/") for entry in found if entry["type"] == "directory")
        return tuple(folder.rpartition("/")[2] for folder in folders if self._written(folder) < moment)

    def _written(self, folder: str) -> dt.datetime:
        """When a folder was written to last; now, where it is going at this moment."""
        now = dt.datetime.now(dt.UTC)
        try:
            times = [self._fs.modified(path) for path in self._fs.find(folder)]
            times += [self._fs.modified(folder)] if self._is_folder else []
        except FileNotFoundError:
            return now
        return max((time.replace(tzinfo=time.tzinfo or dt.UTC) for time in times), default=now)

    def _refuse_if_full(self, more: int) -> None:
        if not self._most or not self._is_folder:
            return
        with self._counting:
            if self._size is None:
                self._size = sum(told["size"] for told in self._fs.find(self._opened[1], detail=True).values())
            size = self._size
        if size + more > self._most:
            raise errors.Overloaded(
                f"{size / 2**20:.1f} MiB of jobs' documents and results lie here, and {self._most / 2**20:g} MiB may",
                headers=errors.retry_after(_AGAIN_SECONDS),
            )

    def _grow(self, more: int) -> None:
        with self._counting:
            if self._size is not None:
                self._size += more


def _is_folder(fs: Any) -> bool:
    """Whether a file system of fsspec's is the machine's own."""
    return "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,))
