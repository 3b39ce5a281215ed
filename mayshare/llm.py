"""Language models through LlamaIndex: the one place that builds them. None is built unless the settings name one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mayshare.errors import LanguageModelError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

OLLAMA = "http://127.0.0.1:11434"
CONTEXT_TOKENS = 8192
MAX_TOKENS = 900
RETRIES = 2  # by the client: on 429 and server errors, never on other refusals


def build_llm(
    provider: str, model: str, base_url: str | None, api_key: str | None, timeout_s: float, table: str = "model"
) -> LLM:
    """The model that a table of the settings names.

    Args:
        provider: `openai_like` (vLLM, llama.cpp's server, any server of that API), `ollama`, or `llama_cpp` for a file.
        timeout_s: seconds after which one request is given up.
        table: of the settings, for the messages.

    Raises:
        LanguageModelError: the address or the package that it needs is missing.
    """
    if provider == "openai_like" and not base_url:
        raise LanguageModelError(f"{table}.provider = 'openai_like' needs {table}.base_url, the address of the server.")
    try:
        return _build(provider, model, base_url, api_key, timeout_s)
    except ImportError as error:
        extra = "llama-cpp" if provider == "llama_cpp" else "model"
        raise LanguageModelError(
            f"{table}.provider = {provider!r} needs its extra: "
            f".venv/bin/uv pip install 'mayshare[{extra}]' ({error.name} is missing)."
        ) from error


def host_of(provider: str, base_url: str | None) -> str:
    """Where text goes, for people to read: a host and port, or this machine."""
    if provider == "llama_cpp":
        return "this machine"
    parts = urlsplit(base_url or OLLAMA)
    return parts.netloc.rpartition("@")[2] or "an unknown address"


def _build(provider: str, model: str, base_url: str | None, api_key: str | None, timeout_s: float) -> LLM:
    if provider == "ollama":
        from llama_index.llms.ollama import Ollama  # type: ignore[import-not-found,unused-ignore]

        local: LLM = Ollama(model=model, base_url=base_url or OLLAMA, request_timeout=timeout_s, temperature=0.0)
        return local
    if provider == "llama_cpp":
        from llama_index.llms.llama_cpp import LlamaCPP  # type: ignore[import-not-found,unused-ignore]

        file: LLM = LlamaCPP(
            model_path=model,
            temperature=0.0,
            max_new_tokens=MAX_TOKENS,
            context_window=CONTEXT_TOKENS,
            verbose=False,
        )
        return file
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-not-found,unused-ignore]

    options: dict[str, Any] = {
        "model": model,
        "api_base": base_url,
        "api_key": api_key or "none",
        "is_chat_model": True,
        "temperature": 0.0,
        "max_tokens": MAX_TOKENS,
        "timeout": timeout_s,
        "max_retries": RETRIES,
        "context_window": CONTEXT_TOKENS,
    }
    served: LLM = OpenAILike(**options)
    return served
