"""Settings: defaults here, changed by `mayshare.toml` and by `MAYSHARE_…` in the environment.

Settings are passed as an argument, never imported as a global. An unknown key is an error, so that a
typing mistake fails at load. The file is looked for in `$MAYSHARE_CONFIG`, then in the current folder,
then in the project's own folder.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from mayshare.errors import ConfigError
from mayshare.section import Section
from mayshare.sign_in import SECRETS, SignIn

ROOT = Path(__file__).resolve().parent.parent
FILE_NAME = "mayshare.toml"
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
FROM_ENVIRONMENT = (("chroma", "api_key"), *(("sign_in", name) for name in SECRETS))


class Embedding(Section):
    """Which model turns text into vectors. `minilm` needs nothing but the locked packages."""

    provider: Literal["minilm", "huggingface", "ollama", "openai_like", "tei"] = "minilm"
    model: str = Field(default="all-MiniLM-L6-v2", description="name of the model, as its provider spells it")
    base_url: str | None = Field(default=None, description="address of the provider's server")
    api_key: str | None = Field(default=None, repr=False, description="set it in the environment, not in the file")
    batch_size: int = Field(default=8, ge=1, le=256, description="passages sent at once; the default model: one")
    threads: int = Field(default=0, ge=0, description="threads of ONNX Runtime; 0 = all cores")


class Chunking(Section):
    """How a document is cut into passages."""

    max_words: int = Field(default=200, ge=40, le=1000, description="a longer section is cut between sentences")


class Retrieval(Section):
    """Hybrid retrieval: min-max normalised scores of the legs, added with weights."""

    k: int = Field(default=10, ge=1, le=200, description="passages returned")
    candidates: int = Field(default=100, ge=10, description="passages taken from each leg before fusion")
    lexical_weight: float = Field(default=0.3, ge=0, le=1)
    dense_weight: float = Field(default=0.2, ge=0, le=1)
    heading_weight: float = Field(default=0.3, ge=0, le=1, description="similarity to the section's heading alone")
    phrasing_weight: float = Field(default=0.2, ge=0, le=1, description="similarity to the nearest way of asking")
    bm25_k1: float = Field(default=0.6, ge=0)
    bm25_b: float = Field(default=0.9, ge=0, le=1)


class Answering(Section):
    """How an answer is composed, and when it is withheld."""

    max_words: int = Field(default=170, ge=40, description="of the claims of one answer")
    max_question_chars: int = Field(default=4000, ge=100)
    threshold: float = Field(default=0.7, ge=0, le=1, description="least probability of being answerable")
    situation: float = Field(default=0.5, ge=0, le=1, description="least probability of having the situation right")
    at_once: int = Field(default=2, ge=1, description="questions of the chat that are answered at once")
    waiting: int = Field(default=40, ge=0, description="questions that may wait; to others the chat says it is busy")


class Serve(Section):
    """Where the chat listens. Loopback by default: nobody needs to sign in there."""

    address: str = "127.0.0.1"
    port: int = Field(default=8501, ge=1, le=65535)


class Model(Section):
    """A language model that words an answer's claims; none by default. It gets redacted text only (docs/model.md)."""

    provider: Literal["openai_like", "ollama", "llama_cpp"] | None = None
    model: str = Field(default="", description="name of the model as its server spells it; for llama_cpp the GGUF file")
    base_url: str | None = Field(default=None, description="address of the server")
    api_key: str | None = Field(default=None, repr=False, description="set it in the environment, not in the file")
    deadline_s: float = Field(default=30.0, gt=0, description="seconds after which the guidance's own sentences serve")
    passages: int = Field(default=5, ge=1, le=20, description="passages that the model is shown")


class Judge(Section):
    """A language model that judges answers in `mayshare eval judge`; none by default, and never asked otherwise."""

    provider: Literal["openai_like", "ollama"] | None = None
    model: str = Field(default="", description="name of the model, as its server spells it")
    base_url: str | None = Field(default=None, description="address of the server")
    api_key: str | None = Field(default=None, repr=False, description="set it in the environment, not in the file")


class Feedback(Section):
    """What users say of answers: asked under each answer, kept only with consent and without personal data."""

    enabled: bool = Field(default=True, description="ask under each answer whether it helped")
    max_open: int = Field(default=1000, ge=1, description="remarks that may wait; no more are taken then")


class Chroma(Section):
    """Where vectors are searched: in this process, on a Chroma server, or on Chroma Cloud (docs/scaling.md)."""

    mode: Literal["embedded", "server", "cloud"] = "embedded"
    host: str = Field(default="127.0.0.1", pattern=r"^[A-Za-z0-9.\-:\[\]]+$", description="of the server; a bare name")
    port: int = Field(default=8000, ge=1, le=65535)
    ssl: bool = Field(default=False, description="HTTPS; always on with Chroma Cloud")
    tenant: str | None = Field(default=None, description="default: Chroma's own; in the cloud the key's")
    database: str | None = Field(default=None, description="default: Chroma's own; in the cloud the key's")
    api_key: str | None = Field(default=None, repr=False, description="from the environment alone")
    deadline_s: float = Field(default=1.0, gt=0, le=60, description="seconds after which exact search serves instead")
    failures: int = Field(default=3, ge=1, description="failures in a row after which the server is let be")
    pause_s: float = Field(default=15.0, gt=0, description="seconds until it is tried again")

    @model_validator(mode="after")
    def _key_travels_safely(self) -> Chroma:
        if self.mode == "cloud" and not self.api_key:
            raise ValueError("Chroma Cloud needs a key: set MAYSHARE_CHROMA__API_KEY in the environment")
        if self.mode == "server" and self.api_key and not self.ssl and self.host not in LOOPBACK:
            raise ValueError("the key would travel in the clear: set ssl = true")
        return self


class Ingest(Section):
    """Where texts are embedded: in this process, or on the workers of a Ray cluster (docs/scaling.md)."""

    runner: Literal["local", "ray"] = "local"
    ray_address: str | None = Field(default=None, description="of a running cluster; default: one on this machine")
    workers: int = Field(default=2, ge=1, le=1000, description="Ray actors, each with the model in memory")


class Fetch(Section):
    """How `mayshare fetch` and `check --links` reach the web; nothing else here does (docs/official-sources.md)."""

    hosts: tuple[str, ...] = Field(
        default=(
            "www.ecfr.gov",
            "uscode.house.gov",
            "studentprivacy.ed.gov",
            "www.hhs.gov",
            "acf.gov",
            "www.acf.hhs.gov",
            "www.samhsa.gov",
            "www.childwelfare.gov",
            "ojjdp.ojp.gov",
        ),
        description="hosts that may be asked; a redirect to any other is not followed",
    )
    ecfr: str = Field(default="https://www.ecfr.gov", description="where the eCFR's API is")
    uscode: str = Field(default="https://uscode.house.gov", description="where the U.S. Code's release points are")
    delay_s: float = Field(default=1.0, ge=0, description="least seconds between two requests to one host")
    timeout_s: float = Field(default=20.0, gt=0, description="seconds without a byte after which a request is given up")
    deadline_s: float = Field(default=300.0, gt=0, description="seconds that one download may take")
    tries: int = Field(default=4, ge=1, le=10, description="tries of a request that fails in passing")
    max_wait_s: float = Field(default=60.0, ge=0, description="longest wait that a server may ask for")
    max_mb: float = Field(default=64.0, gt=0, description="megabytes of one body")
    allow_loopback: bool = Field(default=False, description="plain http to this machine too: for tests and mirrors")


class Settings(BaseSettings):
    """All settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix="MAYSHARE_", env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=None
    )

    corpus: Path = Field(default=ROOT / "corpus", description="folder of the documents")
    store: Path = Field(default=ROOT / "data", description="folder of the index generations and the model")
    evaluation: Path = Field(default=ROOT / "eval", description="folder of what trainers write, and of feedback")
    models: Path | None = Field(default=None, description="folder of the built models; default: store/models")
    keep_generations: int = Field(default=3, ge=2, description="generations kept for rollback, the live one included")
    embedding: Embedding = Embedding()
    chunking: Chunking = Chunking()
    retrieval: Retrieval = Retrieval()
    answering: Answering = Answering()
    serve: Serve = Serve()
    sign_in: SignIn = SignIn()
    model: Model = Model()
    judge: Judge = Judge()
    feedback: Feedback = Feedback()
    chroma: Chroma = Chroma()
    ingest: Ingest = Ingest()
    fetch: Fetch = Fetch()
    review_days: int = Field(default=365, ge=1, description="days after `status_as_of` on which a review is due")

    @property
    def model_folder(self) -> Path:
        """Where the built models are kept."""
        return self.models or self.store / "models"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the settings file, then the defaults."""
        path = settings_file()
        file = (_SettingsFile(settings_cls, toml_file=path),) if path else ()
        return (init_settings, env_settings, *file)


class _SettingsFile(TomlConfigSettingsSource):
    """The settings file. It gets copied and committed, so some secrets may not stand there."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        for table, key in FROM_ENVIRONMENT:
            if isinstance(values.get(table), dict) and key in values[table]:
                raise ConfigError(
                    f"{settings_file()}: {table}.{key} may not stand in a file. "
                    f"Take it out and set MAYSHARE_{table.upper()}__{key.upper()} in the environment."
                )
        return values


def settings_file() -> Path | None:
    """The settings file in force, or None.

    Raises:
        ConfigError: `$MAYSHARE_CONFIG` names a file that isn't there.
    """
    named = os.environ.get("MAYSHARE_CONFIG")
    if named:
        path = Path(named)
        if not path.is_file():
            raise ConfigError(f"{path}: MAYSHARE_CONFIG names this file, but it isn't there. Mend or unset it.")
        return path
    for folder in (Path.cwd(), ROOT):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; keyword arguments win over the environment and the file.

    Raises:
        ConfigError: a key is unknown or a value is of the wrong type; the message names the key, and
            never repeats the value, which may be a secret.
    """
    known = {key: value for key, value in overrides.items() if value is not None}
    return _read(**known) if known else _unchanged(_stamp())


def _stamp() -> tuple[object, ...]:
    """What the settings come from: they are read again only where it changed. A page asks for them often."""
    path = settings_file()
    state = path.stat() if path else None
    own = tuple(sorted((name, value) for name, value in os.environ.items() if name.upper().startswith("MAYSHARE_")))
    return path, state and (state.st_mtime_ns, state.st_size, state.st_ino), own


@lru_cache(maxsize=1)
def _unchanged(stamp: tuple[object, ...]) -> Settings:
    return _read()


def _read(**known: Any) -> Settings:
    try:
        return Settings(**known)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        place = settings_file() or "settings (MAYSHARE_… in the environment)"
        raise ConfigError(f"{place}: {problems}. Mend the key; docs/settings.md lists all of them.") from None
    except ValueError as error:  # a TOML file that can't be parsed
        raise ConfigError(f"{settings_file()}: not a TOML file: {error}") from None
