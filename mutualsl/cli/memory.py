"""What the command line says where memory ran out."""

OUT_OF_MEMORY = (
    "the memory is too small for this: make batches smaller (train: --set max_questions=4, "
    "--set gradient_checkpointing=true), use --device cpu, or end what else runs here"
)
