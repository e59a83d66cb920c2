"""What pods run on, cpu or gpu, and why. Pure; called by reconcile.py and conditions/.

Mode auto is decided when it is first asked for, and again when it is asked for another resource: pods must not change with the
nodes. The reason in the status tells for what it was decided.
"""

from kubeocr_operator import ocrservices, specs

CPU, GPU, AUTO = "cpu", "gpu", "auto"
_DECIDED = {CPU: "no node offered {}", GPU: "a node offered {}"}
_SAID = "spec.accelerator.mode"


def undecided(service: ocrservices.OCRService) -> bool:
    """Whether somebody has to look whether a node offers the accelerator."""
    return service.spec.accelerator.mode == AUTO and _decided(service) is None


def choose(service: ocrservices.OCRService, *, offered: bool) -> str:
    """The device, cpu or gpu; `offered` counts where it is undecided."""
    mode = service.spec.accelerator.mode
    return mode if mode != AUTO else _decided(service) or (GPU if offered else CPU)


def reason(wanted: specs.Accelerator, device: str) -> str:
    """Why that device."""
    return _SAID if wanted.mode != AUTO else _DECIDED[device].format(wanted.resource)


def _decided(service: ocrservices.OCRService) -> str | None:
    """What the status says of the same question. Release 0.1.0 gave no reason: then its answer stands."""
    device, why = service.status.get("accelerator"), service.status.get("acceleratorReason")
    if device not in _DECIDED:
        return None
    return device if why in {None, reason(service.spec.accelerator, device)} else None
