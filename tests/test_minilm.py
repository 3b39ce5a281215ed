"""The embedding model: the pinned bytes or nothing, and vectors that mean something."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mayshare import minilm
from mayshare.config import load_settings
from mayshare.embed import build_embedding
from mayshare.errors import ModelError, ModelHashError


@pytest.fixture(scope="module")
def encoder() -> minilm.Encoder:
    return minilm.load_encoder(load_settings().model_folder)


@pytest.fixture(scope="module")
def base() -> minilm.Encoder:
    return minilm.load_encoder(load_settings().model_folder, model=minilm.BASE)


def test_the_installed_weights_are_the_pinned_ones() -> None:
    weights, tokenizer, _ = minilm.package_files()
    assert minilm.sha256_file(weights) == minilm.WEIGHTS_SHA256
    assert minilm.sha256_file(tokenizer) == minilm.TOKENIZER_SHA256


def test_vectors_agree_with_the_official_model(base: minilm.Encoder) -> None:
    # Cosines of sentence-transformers' own example sentences, published with the library for this model.
    sentences = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    vectors = base.encode(sentences)
    cosines = vectors @ vectors.T
    assert cosines == pytest.approx(np.array([[1.0, 0.666, 0.105], [0.666, 1.0, 0.141], [0.105, 0.141, 1.0]]), abs=0.03)


def test_the_fitted_model_brings_a_plain_question_nearer_to_its_rule(
    base: minilm.Encoder, encoder: minilm.Encoder
) -> None:
    texts = [
        "kid swallowed pills in the bathroom, can we call her dad",
        "May a school share records with a crisis team or parents when a student talks of suicide?",
        "May a school give a researcher student records without consent?",
    ]
    margins = []
    for model in (base, encoder):
        asked, right, wrong = model.encode(texts)
        margins.append(float(asked @ right - asked @ wrong))
    assert margins[1] > margins[0] > 0


def test_an_adapter_changes_the_layers_that_it_names_and_no_others() -> None:
    weights, _, _ = minilm.package_files()
    plain, fitted = minilm.adapted(weights, None), minilm.adapted(weights, minilm.EMBEDDING.adapter)
    changed = {name for name in plain if not np.array_equal(plain[name], fitted[name])}
    assert "encoder.layer.0.attention.self.query.weight" in changed
    assert "embeddings.word_embeddings.weight" not in changed
    assert not [name for name in changed if name.endswith("bias")]


def test_another_adapter_is_another_model(tmp_path: Path) -> None:
    other = tmp_path / "embedding.npz"
    np.savez(other, nothing=np.zeros(1))
    assert minilm.Model("minilm-embedding-int8", other).fingerprint != minilm.EMBEDDING.fingerprint


def test_vectors_have_unit_length_and_keep_their_order(encoder: minilm.Encoder) -> None:
    texts = ["a longer text about schools and police " * 5, "short", "", "medium length text"]
    together = encoder.encode(texts, batch_size=2)
    alone = np.stack([encoder.encode([text])[0] for text in texts])
    assert together.shape == (4, minilm.DIMENSIONS)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    # int8 activations are scaled by batch, so that a vector moves a little with its company
    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(4), abs=0.05)


def test_changed_weights_fail_closed_and_name_both_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, tokenizer, config = minilm.package_files()
    changed = tmp_path / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[1000] ^= 1
    changed.write_bytes(data)
    monkeypatch.setattr(minilm, "package_files", lambda: (changed, tokenizer, config))
    with pytest.raises(ModelHashError) as caught:
        minilm.ensure_model(tmp_path / "models")
    assert minilm.WEIGHTS_SHA256 in str(caught.value)
    assert minilm.sha256_file(changed) in str(caught.value)
    assert not (tmp_path / "models").exists()


def test_a_changed_built_model_fails_closed(tmp_path: Path) -> None:
    built = minilm.ensure_model(load_settings().model_folder)
    folder = tmp_path / "models"
    shutil.copytree(built.parent, folder)
    copy = folder / built.name
    expected = json.loads((folder / f"{minilm.EMBEDDING.name}.json").read_text())["onnx_sha256"]
    with copy.open("r+b") as file:
        file.seek(5000)
        file.write(b"\x00\x01\x02")
    with pytest.raises(ModelHashError) as caught:
        minilm.ensure_model(folder)
    assert expected in str(caught.value)
    assert caught.value.found in str(caught.value)


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no-such-package-here")
    with pytest.raises(ModelError, match="make setup"):
        minilm.package_files()


def test_the_llamaindex_embedding_gives_the_same_vectors(encoder: minilm.Encoder) -> None:
    embedding = build_embedding(load_settings())
    text = "May a school share records?"
    assert embedding.get_text_embedding(text) == pytest.approx(encoder.encode([text])[0].tolist(), abs=1e-6)


def test_a_question_and_a_text_have_encoders_of_their_own(encoder: minilm.Encoder) -> None:
    text = "May a school share records?"
    embedding = build_embedding(load_settings())
    asked = minilm.load_encoder(load_settings().model_folder, model=minilm.QUERY).encode([text])[0]
    assert embedding.get_query_embedding(text) == pytest.approx(asked.tolist(), abs=1e-6)
    assert float(asked @ encoder.encode([text])[0]) < 0.999


def test_the_query_encoder_is_fitted_to_the_embedding_that_is_shipped() -> None:
    """A new embedding needs a new query encoder: `python -m train.query`."""
    assert minilm.QUERY.adapter and minilm.EMBEDDING.adapter
    with np.load(minilm.QUERY.adapter, allow_pickle=False) as fitted:
        assert str(fitted["fitted_to"]) == minilm.sha256_file(minilm.EMBEDDING.adapter)


def test_models_are_built_in_a_folder_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(ModelError, match="models"):
        minilm.ensure_model(tmp_path / "models")


@pytest.mark.parametrize("provider", ["huggingface", "ollama", "openai_like", "tei"])
def test_another_provider_names_its_extra(provider: str) -> None:
    settings = load_settings(embedding={"provider": provider, "model": "some-model"})
    with pytest.raises(ModelError, match="mayshare\\["):
        build_embedding(settings)


def test_no_torch_is_installed_or_imported() -> None:
    import importlib.util
    import sys

    assert importlib.util.find_spec("torch") is None
    assert "torch" not in sys.modules
