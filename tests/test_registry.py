"""Model folders: checked byte by byte, refused with a sentence, no pickle anywhere."""

import json
import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipeline.errors import ModelError, OutputError
from pipeline.registry import list_models, load_model, save_model
from pipeline.wordtable import WordTable

TEXTS = pl.Series(["wifi gratuit", "tablettes pour l'école", "jamais vu", ""])


@pytest.fixture
def copy(small_model, tmp_path):
    return shutil.copytree(small_model, tmp_path / "small")


def test_a_saved_model_gives_the_same_numbers(small_model, small_classifier):
    model = load_model(str(small_model))
    order = [list(small_classifier.classes_).index(label) for label in model.scoring.labels]
    fast = WordTable(model.scoring).probabilities(TEXTS)
    assert np.allclose(fast[:3], small_classifier.predict_proba(TEXTS.to_list())[:3][:, order], rtol=0, atol=1e-12)
    assert np.isnan(fast[3]).all()


def test_the_same_model_is_saved_to_the_same_bytes(small_model, tmp_path):
    model = load_model(str(small_model))
    config = {"name": "small", "version": "1", "review_threshold": 0.5}
    digests = {save_model(tmp_path / name, model.scoring, config, {}, "# small\n") for name in ("one", "two")}
    assert digests == {model.digest}


@pytest.mark.parametrize("file", ["weights.npz", "words.csv", "config.json", "README.md"])
def test_a_changed_byte_is_refused(copy, file):
    content = bytearray((copy / file).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / file).write_bytes(content)
    with pytest.raises(ModelError) as raised:
        load_model(str(copy))
    assert str(raised.value) == (
        f"« {file} » du modèle « small » a changé depuis sa fabrication : "
        "le recopier depuis sa source, ou le refaire avec « domaines train »."
    )


def test_a_missing_file_is_refused(copy):
    (copy / "weights.npz").unlink()
    with pytest.raises(ModelError, match="Il manque « weights.npz » au modèle « small »"):
        load_model(str(copy))


def test_a_link_out_of_the_folder_is_refused(copy, tmp_path):
    outside = tmp_path / "outside.npz"
    (copy / "weights.npz").rename(outside)
    (copy / "weights.npz").symlink_to(outside)
    with pytest.raises(ModelError, match="Il manque « weights.npz »"):
        load_model(str(copy))


def test_an_unknown_format_is_refused(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(ModelError, match="est au format 99, ce programme lit les formats 1 et 2"):
        load_model(str(copy))


@pytest.mark.parametrize("content", ["", "[]", "{", '"a"'])
def test_an_unreadable_manifest_is_refused(copy, content):
    (copy / "manifest.json").write_text(content)
    with pytest.raises(ModelError, match="« manifest.json » du modèle « small » est illisible"):
        load_model(str(copy))


@pytest.mark.parametrize(
    ("change", "calibration", "reason"),
    [
        ({"bias": np.zeros(4)}, {}, "bias : forme (4,), attendue (5,)"),
        ({"bias": np.full(5, np.nan)}, {}, "poids non finis"),
        ({}, {"temperature": 0.0}, "température 0.0"),
        ({}, {"corrections": np.zeros((5, 4, 5))}, "corrections : forme (5, 4, 5), attendue (5, 5, 5)"),
        ({}, {"corrections": np.full((5, 5, 5), np.nan)}, "poids non finis"),
        ({}, {"parts": np.zeros((2, 5, 5, 4))}, "parts : forme (2, 5, 5, 4), attendue (2, 5, 5, 5)"),
        ({}, {"division": np.zeros(4)}, "division : forme (4,), attendue (5,)"),
        ({}, {"division": np.full(5, np.inf)}, "poids non finis"),
        ({}, {"leads": np.zeros((2, 4))}, "leads : forme (2, 4), attendue (2, 5)"),
        ({}, {"led": np.zeros((2, 5, 5))}, "led : forme (2, 5, 5), attendue (4, 5, 5)"),
        ({}, {"led": np.full((4, 5, 5), np.nan)}, "poids non finis"),
    ],
)
def test_weights_that_cannot_be_are_refused(small_model, tmp_path, change, calibration, reason):
    scoring = load_model(str(small_model)).scoring
    calibrated = replace(scoring.head.calibration, **calibration)
    wrong = replace(scoring, head=replace(scoring.head, calibration=calibrated, **change))
    save_model(tmp_path / "wrong", wrong, {"name": "wrong", "version": "1", "review_threshold": 0.5}, {}, "")
    with pytest.raises(ModelError) as raised:
        load_model(str(tmp_path / "wrong"))
    assert str(raised.value) == f"Le modèle « wrong » est incohérent ({reason}) : le refaire avec « domaines train »."


def test_a_name_nearby_is_proposed(monkeypatch, small_model):
    monkeypatch.setenv("DOMAINES_MODELS", str(small_model.parent))
    assert list_models() == ["small"]
    with pytest.raises(ModelError) as raised:
        load_model("smal")
    assert str(raised.value) == (
        "Le modèle « smal » n'existe pas ; modèles présents : small. Le plus proche : « small ». "
        "Vérifier le nom donné à --model."
    )


def test_labelling_never_unpickles(small_model, monkeypatch):
    import pickle

    def refuse(*args, **kwargs):
        raise AssertionError("a pickle was opened")

    monkeypatch.setattr(pickle, "load", refuse)
    monkeypatch.setattr(pickle, "loads", refuse)
    WordTable(load_model(str(small_model)).scoring).probabilities(TEXTS)


def test_a_model_set_aside_by_a_killed_process_comes_back(copy, small_model):
    copy.rename(copy.with_name(".small.old"))
    assert load_model(str(copy)).digest == load_model(str(small_model)).digest
    assert not copy.with_name(".small.old").exists()


def test_what_killed_processes_leave_is_no_model_and_is_removed(copy, monkeypatch):
    dead = copy.with_name(".small.abc.999999999.tmp")
    shutil.copytree(copy, dead)
    monkeypatch.setenv("DOMAINES_MODELS", str(copy.parent))
    assert list_models() == ["small"]
    model = load_model("small")
    save_model(copy, model.scoring, {"name": "small", "version": "2", "review_threshold": 0.5}, {}, "")
    assert not dead.exists()
    assert load_model("small").config["version"] == "2"


@pytest.mark.parametrize("name", [".", "..", "/", "", "~", "a/../..", "\x00"])
def test_any_name_of_model_is_loaded_or_refused(name):
    with pytest.raises(ModelError):
        load_model(name)


def test_a_place_where_nothing_can_be_written_is_a_sentence(small_model, tmp_path):
    """Found by ``make reliability`` on a read-only disk; a file where a folder is needed does it without being root."""
    (tmp_path / "file").write_text("précieux")
    scoring = load_model(str(small_model)).scoring
    config = {"name": "m", "version": "1", "review_threshold": 0.5}
    with pytest.raises(OutputError, match="Le modèle ne peut pas être écrit dans .* : vérifier la place et les droits"):
        save_model(tmp_path / "file" / "m", scoring, config, {}, "")
    assert (tmp_path / "file").read_text() == "précieux"
