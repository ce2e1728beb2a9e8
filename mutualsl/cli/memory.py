"""Memory that ran out, which every library says in its own way."""

from __future__ import annotations

OUT_OF_MEMORY = (
    "the memory is too small for this: make batches smaller (train: --set max_questions=4, "
    "--set gradient_checkpointing=true), use --device cpu, or end what else runs here"
)


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, of the machine or of its GPU; torch is not imported to know."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return "DefaultCPUAllocator" in str(error)  # what torch says without a name of its own
