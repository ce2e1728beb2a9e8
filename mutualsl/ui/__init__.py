"""The page: load a video, ask a question, get the clip."""
