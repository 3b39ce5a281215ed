"""Settings: defaults, overrides, and errors that name the key and never the value."""

from __future__ import annotations

from pathlib import Path

import pytest

from mayshare.config import Settings, load_settings
from mayshare.errors import ConfigError


def test_defaults_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.embedding.provider == "minilm"
    assert settings.serve.address == "127.0.0.1"
    weights = settings.retrieval
    assert (
        weights.lexical_weight + weights.dense_weight + weights.heading_weight + weights.phrasing_weight
        == pytest.approx(1)
    )


def test_order_of_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mayshare.toml").write_text("[retrieval]\nk = 3\n[serve]\nport = 9000\n", encoding="utf-8")
    monkeypatch.setenv("MAYSHARE_RETRIEVAL__K", "4")
    settings = load_settings()
    assert (settings.retrieval.k, settings.serve.port) == (4, 9000)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nonsense = 1", "nonsense"),
        ("[retrieval]\nkk = 1", "retrieval.kk"),
        ('[retrieval]\nk = "secret-value"', "retrieval.k"),
        ("[retrieval]\nk = 0", "retrieval.k"),
        ("[serve]\nport = 70000", "serve.port"),
        ('[embedding]\nprovider = "secret-value"', "embedding.provider"),
        ('[embedding]\napi_key = ["secret-value"]', "embedding.api_key"),
        ("keep_generations = 1", "keep_generations"),
        ("store = 3", "store"),
        ("retrieval = 3", "retrieval"),
        ("[answering]\nthreshold = 2", "answering.threshold"),
        ("[chunking]\nmax_words = 1", "chunking.max_words"),
        ("[retrieval", "TOML"),
        ("=", "TOML"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, names: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mayshare.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert names in str(caught.value)
    assert "secret-value" not in str(caught.value)


def test_a_missing_named_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAYSHARE_CONFIG", "/nonexistent.toml")
    with pytest.raises(ConfigError, match="MAYSHARE_CONFIG"):
        load_settings()


def test_every_setting_is_documented() -> None:
    from mayshare.config import ROOT

    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        for key in [f"{name}.{key}" for key in inner] if inner else [name]:
            assert f"`{key}`" in text, key
