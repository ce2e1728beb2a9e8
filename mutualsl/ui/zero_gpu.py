"""Whether this is ZeroGPU, hardware of Hugging Face Spaces that lends a GPU for one call at a time.

Elsewhere `ACTIVE` is false, and nothing of `lent_gpu` is used.
"""

import os

try:
    import spaces
except ImportError:
    spaces = None

__all__ = ["ACTIVE", "spaces"]

ACTIVE = spaces is not None and os.environ.get("SPACES_ZERO_GPU", "").lower() in {"1", "t", "true"}
