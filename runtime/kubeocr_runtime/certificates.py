"""TLS from a folder with a certificate and its key, as a Secret of type kubernetes.io/tls mounts them; renewed in place."""

import asyncio
import logging
import pathlib
import ssl

from kubeocr_runtime import folders

LOG = logging.getLogger("kubeocr.tls")
CERTIFICATE, KEY = "tls.crt", "tls.key"
"""https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets"""


class BadCertificate(RuntimeError):
    """A certificate and key that cannot serve; the message names the folder."""


class Certificate:
    """A folder's certificate in the context that connections begin with: those that are open keep the one they began with."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._watched = folders.Watched(folder)
        self._watched.changed()
        self.context = _loaded(folder)

    def renew(self) -> None:
        """Take what the folder has now, if that changed and can serve; what cannot is logged, and the old one goes on."""
        if not self._watched.changed():
            return
        folder = self._watched.path
        try:
            _loaded(folder)  # first where it does no harm: half a pair would break the context that serves
            self.context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
        except (BadCertificate, OSError) as e:
            LOG.error("the renewed certificate cannot serve, the old one goes on: %s", e)  # noqa: TRY400
            return
        LOG.info("certificate renewed folder=%s", folder)

    async def keep_renewed(self) -> None:
        """Look at the folder until cancelled, on the loop's thread: no handshake may begin while the context changes."""
        while True:
            await asyncio.sleep(folders.LOOK_SECONDS)
            self.renew()


def _loaded(folder: pathlib.Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    except OSError as e:  # ssl.SSLError is one
        missing = [name for name in (CERTIFICATE, KEY) if not (folder / name).is_file()]
        why = f"there is no {' and no '.join(missing)}" if missing else f"{CERTIFICATE} and {KEY} are no pair in PEM: {e}"
        raise BadCertificate(f"{folder}: {why}") from e
    return context
