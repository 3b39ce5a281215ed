"""A Chroma server or Chroma Cloud, over HTTP. One of the files that know Chroma.

`chromadb.HttpClient` has no timeout and asks the server in its constructor, so that a server that accepts and never
answers hangs it for good. This goes one step below, to the same API object with timeouts set, and constructing
asks nothing. A collection holds ids and vectors alone: no text leaves this machine. Chroma's telemetry and its
embedding functions stay off (the latter are what CVE-2026-45829 needs).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
from chromadb.api.fastapi import FastAPI
from chromadb.api.models.Collection import Collection
from chromadb.auth.token_authn import TokenTransportHeader
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, System
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import NotFoundError

from mayshare.chroma_read import Reader
from mayshare.collection import HNSW, Metadata
from mayshare.config import Chroma
from mayshare.errors import VectorServerError

CLOUD_HOST, CLOUD_PORT = "api.trychroma.com", 443
CLOUD_WRITE = 300  # records a write, by docs.trychroma.com/cloud/quotas-limits
WRITE = 2000


def client_settings(chosen: Chroma) -> ChromaSettings:
    """What `chromadb.HttpClient` and `chromadb.CloudClient` would set for these settings."""
    cloud = chosen.mode == "cloud"
    values: dict[str, Any] = {
        "chroma_api_impl": "chromadb.api.fastapi.FastAPI",
        "anonymized_telemetry": False,
        "chroma_server_host": CLOUD_HOST if cloud else chosen.host,
        "chroma_server_http_port": CLOUD_PORT if cloud else chosen.port,
        "chroma_server_ssl_enabled": cloud or chosen.ssl,
    }
    if chosen.api_key:
        values["chroma_client_auth_provider"] = "chromadb.auth.token_authn.TokenAuthClientProvider"
        values["chroma_client_auth_credentials"] = chosen.api_key
        header = TokenTransportHeader.X_CHROMA_TOKEN if cloud else TokenTransportHeader.AUTHORIZATION
        values["chroma_auth_token_transport_header"] = header
    return ChromaSettings(**values)


class Server:
    """Collections of one tenant and database. Every request ends within `timeout` seconds of silence."""

    def __init__(self, chosen: Chroma, timeout: float) -> None:
        self._chosen = chosen
        self._system = System(client_settings(chosen))
        self._api: Any = self._system.instance(FastAPI)
        self._api._session.timeout = httpx.Timeout(timeout)
        self._place: dict[str, str] | None = None

    def close(self) -> None:
        """Close the connections; a request that still waits ends with an error."""
        self._api._session.close()

    def names(self, prefix: str) -> list[str]:
        """Names of the collections that begin so."""
        found: list[str] = []
        while True:
            page = self._api.list_collections(limit=100, offset=len(found), **self._where())
            found += [str(model.name) for model in page]
            if len(page) < 100:
                return sorted(name for name in found if name.startswith(prefix))

    def collection(self, name: str) -> RemoteCollection:
        """The collection of this name. Raises VectorServerError where there is none."""
        try:
            return self._wrap(self._api.get_collection(name, **self._where()))
        except NotFoundError:
            raise VectorServerError("it doesn't hold this index") from None

    def create(self, name: str, metadata: Metadata) -> RemoteCollection:
        """A new, empty collection with cosine distance."""
        # the cloud's index is SPANN
        configuration = {"spann": {"space": "cosine"}} if self._chosen.mode == "cloud" else {"hnsw": HNSW}
        return self._wrap(
            self._api.create_collection(name, configuration=configuration, metadata=metadata, **self._where())
        )

    def delete(self, name: str) -> None:
        """Remove a collection; one that isn't there is no error."""
        try:
            self._api.delete_collection(name, **self._where())
        except NotFoundError:
            return

    def write_size(self) -> int:
        """Records that one write may hold."""
        most = int(self._api.get_max_batch_size())
        wanted = CLOUD_WRITE if self._chosen.mode == "cloud" else WRITE
        return min(wanted, most) if most > 0 else wanted

    def _wrap(self, model: Any) -> RemoteCollection:
        return RemoteCollection(Collection(client=self._api, model=model, embedding_function=None))

    def _where(self) -> dict[str, str]:
        """Tenant and database; in the cloud those of the key, unless they are set."""
        if self._place is None:
            tenant, database = self._chosen.tenant, self._chosen.database
            if self._chosen.mode == "cloud" and not (tenant and database):
                identity = self._api.get_user_identity()
                tenant = tenant or identity.tenant
                database = database or next(iter(identity.databases or ()), None)
            self._place = {"tenant": tenant or DEFAULT_TENANT, "database": database or DEFAULT_DATABASE}
        return self._place


class RemoteCollection(Reader):
    """Vectors by id on the server."""

    @property
    def metadata(self) -> Metadata:
        """What was written beside the vectors."""
        return dict(self._collection.metadata or {})

    def add(self, ids: Sequence[str], vectors: Sequence[Sequence[float]]) -> None:
        """Add vectors by id."""
        self._collection.add(ids=list(ids), embeddings=[list(vector) for vector in vectors])


def reason(error: BaseException) -> str:
    """Why the server doesn't serve, in a few words that hold nothing of a question or a key."""
    if isinstance(error, VectorServerError):
        return str(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "it doesn't answer in time"
    if isinstance(error, httpx.TransportError):
        return "it can't be reached"
    if isinstance(error, NotFoundError):
        return "it doesn't hold this index"
    if isinstance(error, json.JSONDecodeError | KeyError | TypeError | ValueError):
        return f"what it says is no answer ({type(error).__name__})"
    return f"it refuses ({type(error).__name__})"
