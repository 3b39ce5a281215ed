"""`--workers` of `mayshare ingest`, as settings. Imports nothing heavy: the command line does at its start."""

from __future__ import annotations

import typer

HELP = "Where texts are embedded: `local`, `ray` (workers on this machine) or `ray:ADDRESS` (a cluster)."


def runner(workers: str | None) -> dict[str, str] | None:
    """The settings under `ingest` that `--workers` asks for, or None where it isn't given.

    Raises:
        typer.BadParameter: it is something else.
    """
    if workers is None:
        return None
    name, _, address = workers.partition(":")
    if name not in ("local", "ray") or (name == "local" and address):
        raise typer.BadParameter("give local, ray or ray:ADDRESS.", param_hint="--workers")
    return {"runner": name, "ray_address": address} if address else {"runner": name}
