from mutualsl.ui.last_file import LastFile, last_file


def of(path):
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def test_of_two_files_in_a_box_for_one_the_last_counts():
    box = last_file("Video", "video-file")
    assert box.data_model is LastFile
    context = {"validate_meta": True}
    both = LastFile.model_validate([of("example.mp4"), of("mine.mp4")], context=context)
    alone = LastFile.model_validate(of("mine.mp4"), context=context)
    assert both == alone and both.path == "mine.mp4"
    assert box.preprocess(both) == box.preprocess(alone)
