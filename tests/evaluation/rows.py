"""Rows of predictions.jsonl with made-up answers."""

import json
import random

from mutualsl.evaluation.predictions import from_row


def head(span, score=0.5, candidates=()):
    """What one predictor says; its span is the first candidate."""
    spans = [span, *candidates]
    return {
        "span": list(span),
        "score": score,
        "candidates": [[*own, score / (n + 1)] for n, own in enumerate(spans)],
        "in_domain": True,
    }


def row(sample_id="q", *, visual=None, textual=None, source=None, gold=(10.0, 20.0), **more):
    """One row; the answer is that of `source`, by default textual, visual, then the whole video."""
    source = source or ("textual" if textual else "visual" if visual else "fallback")
    chosen = {"textual": textual, "visual": visual}.get(source) or head((0.0, 100.0), 0.0)
    return {
        "schema": 1,
        "video": "v.mp4",
        "question": "How is tea made?",
        "duration": 100.0,
        "visual": visual,
        "textual": textual,
        "answer": {"span": chosen["span"], "source": source, "score": chosen["score"]},
        "agreement": None,
        "warnings": [],
        "model": None,
        "sample_id": sample_id,
        "video_id": "v",
        "gold": list(gold),
        "gold_covered": 1.0,
        "kind": None,
    } | more


def random_rows(count=60, seed=0, videos=7):
    """Rows with every slice in them; some without a predictor, some with none."""
    chance = random.Random(seed)

    def span():
        start = chance.uniform(0, 90)
        return (round(start, 3), round(chance.uniform(start + 1, 100), 3))

    def maybe():
        if chance.random() < 0.2:
            return None
        return head(span(), round(chance.random(), 4), [span() for _ in range(chance.randrange(7))])

    questions = ("How?", "what is it", "Where", "why", "when", "Which one", "Can I?", "")
    return [
        row(
            f"q{n}",
            visual=maybe(),
            textual=maybe(),
            gold=span(),
            gold_covered=chance.choice([0.0, 0.4, 1.0]),
            video_id=f"v{chance.randrange(videos)}",
            question=chance.choice(questions),
            kind=chance.choice(["shown", "spoken", "both"]),
        )
        for n in range(count)
    ]


def results(rows):
    """The typed form of rows."""
    return [from_row(own, f"row {n}") for n, own in enumerate(rows)]


def write(path, rows):
    """A predictions file."""
    path.write_text("".join(json.dumps(own) + "\n" for own in rows), encoding="utf-8")
    return path
