import pytest

from mutualsl.errors import DataError, UnknownName
from mutualsl.training.overrides import keys, override
from mutualsl.training.recipes import RECIPES, mutualsl_mini


def test_a_bare_training_key_reaches_every_stage_and_a_dotted_one_only_its_own():
    config = override(mutualsl_mini(), ["epochs=2", "looking.epochs=5"])
    assert {stage.name: stage.train.epochs for stage in config.stages} == {
        stage.name: 5 if stage.name == "looking" else 2 for stage in mutualsl_mini().stages
    }


def test_run_part_and_optional_settings():
    config = override(
        mutualsl_mini(),
        ["mutual=false", "transcripts.tutorialvqa.per_epoch=7", "looking.frozen_layers=none",
         "new_lr=1", "text_encoder=a folder"],
    )  # fmt: skip
    assert config.sizes["mutual"] is False and config.text_encoder == "a folder"
    looking, together, transcripts = config.stages[1:]
    counts = {part.dataset: part.per_epoch for part in transcripts.parts}
    before = {part.dataset: part.per_epoch for part in mutualsl_mini().stages[-1].parts}
    assert counts == before | {"tutorialvqa": 7}
    assert together.parts == mutualsl_mini().stages[2].parts
    assert looking.train.frozen_layers is None
    assert together.train.new_lr == 1.0 and isinstance(together.train.new_lr, float)


@pytest.mark.parametrize("nothing", ["none", "NULL"])
def test_a_text_that_may_be_missing_can_be_taken_away(nothing):
    config = override(
        mutualsl_mini(),
        ["start=x", f"start={nothing}", f"transcripts.tutorialvqa.split_set={nothing}"],
    )
    assert config.start is None
    (part,) = [p for p in config.stages[-1].parts if p.dataset == "tutorialvqa"]
    assert part.split_set is None


def test_dropout_reaches_a_part_that_learns_by_itself():
    config = override(mutualsl_mini(), ["dropout=0.4"])
    assert config.sizes["dropout"] == 0.4
    assert [stage.train.dropout for stage in config.stages] == [None, None, None, 0.4]
    config = override(RECIPES["mutualsl_official"](), ["dropout=0.5"])
    assert config.stages[0].train.dropout == 0.5


@pytest.mark.parametrize("key", ["epoch", "writing.epochs", "reading.squad.per_epoch", "stages"])
def test_an_unknown_key_is_refused_with_the_known_ones(key):
    with pytest.raises(UnknownName, match=r"looking\.epochs"):
        override(mutualsl_mini(), [f"{key}=1"])


@pytest.mark.parametrize("key", ["epochs", "forests.new_lr", "patience"])
def test_what_a_model_without_steps_does_not_read_is_refused(key):
    with pytest.raises(UnknownName, match=r"forests\.max_questions"):
        override(RECIPES["mor_synthetic"](), [f"{key}=1"])
    assert override(RECIPES["mor_synthetic"](), ["seed=1"]).stages[0].train.seed == 1


@pytest.mark.parametrize("setting", ["epochs=many", "epochs=1.5", "mutual=1", "new_lr=true"])
def test_a_value_of_another_kind_is_refused(setting):
    with pytest.raises(DataError, match=setting.partition("=")[0]):
        override(mutualsl_mini(), [setting])


def test_a_setting_without_a_value_is_refused():
    with pytest.raises(DataError, match="key=value"):
        override(mutualsl_mini(), ["epochs"])


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_every_key_a_recipe_offers_can_be_set(recipe):
    config = RECIPES[recipe]()
    assert "seed" in keys(config)
    for key in keys(config):
        name = key.rpartition(".")[2]
        if name in ("seed", "epochs"):
            assert override(config, [f"{key}=37"]) != config


@pytest.mark.parametrize(
    ("recipe", "setting"),
    [("mutualsl_mini", setting) for setting in (
        "epochs=0", "save_every=0", "accumulate=0", "max_questions=0", "looking.dropout=2",
        "reading.synthetic.per_epoch=-3", "together.synthetic.drop_video=1.5", "patience=0",
        "text_lr=-1", "new_lr=-5", "weight_decay=-1", "clip=0", "bias_lr=-3", "frozen_layers=-2",
        "seed=99999999999999999999999", "looking.seed=-1", "pool_batches=0",
        "window_tokens=4", "window_tokens=-5",
    )]
    + [("visual_mini", setting) for setting in (
        "epochs=0", "epochs=-1", "batch=0", "batch=-3", "lr=-1", "lr=1e999", "weight_decay=-1",
        "step_share=1.5", "other_share=-0.5", "seed=-1", "seed=99999999999999999999999",
    )],
)  # fmt: skip
def test_what_no_training_can_do_is_refused(recipe, setting):
    name = setting.partition("=")[0].rpartition(".")[2]
    with pytest.raises(DataError, match=f"{name} is .*it must be"):
        override(RECIPES[recipe](), [setting])


def test_an_unknown_model_is_refused_whatever_is_set_after_it():
    with pytest.raises(UnknownName, match="unknown model 'nosuch'.*tmlga"):
        override(mutualsl_mini(), ["model=nosuch", "epochs=2"])
