"""Encoder, token vectors and vector index. Independent of HTTP and settings."""

import os

# onnxruntime otherwise creates a machine id and reports each start to its maker. It reads this once, at its first use.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
