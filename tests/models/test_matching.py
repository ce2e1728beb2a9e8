import torch
from torch.nn import functional

from mutualsl.models.matching import CUE_MATCHES, RADII, compare


def sentences(count, width=6, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(count, width, generator=draw), dim=-1)


def one(cues, question, shared=None):
    """Arguments of `compare` for one question; between its neighbours a cue is its opposite."""
    count = len(cues)
    return (
        question[None],
        torch.stack([cues, -cues], dim=1)[None],
        torch.arange(1.0, count + 1)[None],
        torch.zeros(1, count, 2) if shared is None else shared[None],
        torch.ones(1, count, dtype=torch.bool),
    )


def test_a_span_is_compared_by_all_its_words():
    cues, question = sentences(7), sentences(1, seed=1)[0]
    spans = tuple(make() for make in compare(*one(cues, question)).spans)
    sizes = torch.arange(1.0, 8.0)[:, None]
    for i, j in ((0, 0), (0, 6), (2, 5)):
        words = (cues * sizes)[i : j + 1].sum(0)
        torch.testing.assert_close(spans[0][0, i, j], functional.normalize(words, dim=0) @ question)


def test_a_span_is_as_good_as_its_best_cue():
    cues, question = sentences(5), sentences(1, seed=1)[0]
    shared = torch.tensor([[0.1, 2.0], [0.5, 0.0], [0.0, 1.0], [0.9, 0.5], [0.2, 0.0]])
    spans = tuple(make() for make in compare(*one(cues, question, shared)).spans)
    for i in range(5):
        for j in range(i, 5):
            torch.testing.assert_close(spans[1][0, i, j], (cues[i : j + 1] @ question).max())
            for kind in (0, 1):
                best = shared[i : j + 1, kind].max()
                torch.testing.assert_close(spans[2 + kind][0, i, j], best)


def test_a_cue_is_compared_alone_and_with_its_neighbours():
    cues, question = sentences(9), sentences(1, seed=1)[0]
    features = compare(*one(cues, question)).cues[0]
    assert features.shape == (9, CUE_MATCHES)
    torch.testing.assert_close(features[:, 0], cues @ question)
    torch.testing.assert_close(features[:, 1], -cues @ question)
    around = (cues * torch.arange(1.0, 10.0)[:, None])[1:8].sum(0)
    expected = functional.normalize(around, dim=0) @ question
    torch.testing.assert_close(features[4, 2 + RADII.index(3)], expected)


def test_each_match_is_also_given_beside_the_others_of_the_video():
    cues, question = sentences(6), sentences(1, seed=1)[0]
    raw, spread, below = compare(*one(cues, question)).cues[0].chunk(3, dim=-1)
    torch.testing.assert_close(below, raw - raw.max(0).values)
    torch.testing.assert_close(spread.mean(0), torch.zeros(raw.shape[1]), atol=1e-6, rtol=0)


def test_padding_changes_nothing():
    short, question = sentences(4), sentences(1, seed=1)[0]
    alone = compare(*one(short, question))
    longer = one(torch.cat([short, sentences(3, seed=2)]), question)
    mask = torch.arange(7)[None] < 4
    padded = compare(*longer[:4], mask)
    torch.testing.assert_close(padded.cues[:, :4], alone.cues)
    for of_padded, of_alone in zip(padded.spans, alone.spans, strict=True):
        torch.testing.assert_close(of_padded()[:, :4, :4], of_alone())
    assert not padded.cues[:, 4:].any()


def test_a_long_transcript_does_not_blur_single_cues():
    """Sums over thousands of cues are subtracted from each other, also where bf16 is on."""
    cues, question = sentences(3000, width=32), sentences(1, width=32, seed=1)[0]
    with torch.autocast("cpu", torch.bfloat16):
        spans = compare(*one(cues, question)).spans[0]()[0]
    torch.testing.assert_close(spans.diagonal(), cues @ question, atol=1e-4, rtol=1e-4)
