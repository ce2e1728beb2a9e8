"""Every limit of the page in one place: sizes, concurrency, how long files are kept."""

from mutualsl.answer import MAX_QUESTION_CHARACTERS as MAX_QUESTION_CHARACTERS

# What a visitor gives
MAX_UPLOAD = "2gb"
MAX_VIDEO_HOUR = 6
MAX_CUES = 10_000  # every span of them is weighed: 3 GB of memory for a question
MAX_TRANSCRIPT_CHARACTERS = 600_000  # of all cues together; 6 hours of talk have about 400,000
MAX_LENT_SECOND = 300  # of a GPU, in one call, on ZeroGPU
MAX_TOP_K = 100  # candidates of each predictor

# Working and waiting
MODEL_CONCURRENCY = 2  # videos or questions worked on at the same time, all visitors together
QUEUE_SIZE = 32  # how many may wait, on the page or at the endpoints
READY_WORKERS = 2  # readers of video files that run before there is a file
QUIET_SECOND = 0.5  # nobody asks for so long: time to read the examples before anyone clicks them
THREADS = 80  # everyone who waits on the page holds one for a moment at a time
MAX_SESSIONS = 200  # visitors who are remembered; the one who was idle longest makes room

# Files on the server
CLEAN_EVERY_SECOND = 3600
KEEP_FILES_SECOND = 24 * 3600

# What a visitor can change
MAX_OFFSET_SECOND = 30.0  # of the subtitles, either way
MAX_HISTORY = 30  # answers about one video that a visitor can come back to
MAX_QUESTIONS = 10  # lines of the question field that are asked at once

# What a visitor analyses
MAX_PREDICTIONS_BYTES = 64_000_000  # about 100,000 questions
MAX_TAGS = 20
MAX_TAG_CHARACTERS = 40
MAX_NOTE_CHARACTERS = 4000
RUN_CONCURRENCY = 1  # runs of the checkpoint over a data set, all visitors together

# Progress
REPORT_EVERY_SECOND = 0.25
STOP_SECOND = 5.0  # what is cancelled ends at its next report, long before

# The timeline, so that an hour of video stays a small page
MAX_PICTURES = 32
MAX_PICTURE_BYTES = 110_000  # all pictures of a film-strip together, before base64
MAX_CUE_BINS = 1000
MAX_CUE_TEXT = 80  # characters shown on hover
MAX_CURVE_POINTS = 800

# The report of an answer, which travels with it to the page
MAX_REPORT_PICTURE_BYTES = 50_000
MAX_REPORT_CUES = 400
MAX_REPORT_LINES = 200  # of the transcript around a span
