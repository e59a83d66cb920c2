"""The OCR runtime: documents over HTTP in, text and boxes out."""

import os

# Since 1.29 onnxruntime's wheels report to Microsoft what they run, unless told not to before they are imported:
# https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md#disabling-telemetry
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
