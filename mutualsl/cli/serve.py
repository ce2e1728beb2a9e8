"""`mutualsl serve`: the page. `app.py` is the same command."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import DEFAULT_CHECKPOINT, Checkpoint, Device
from mutualsl.cli.starting import share_heaps, starting

ASSETS = Path(__file__).resolve().parents[2] / "assets"
MAX_PORT = 65535


def _of_this_machine(host: str | None) -> str | None:
    """The address as the server takes it, refused where nothing can listen there."""
    if host is None:
        return None
    bare = host.removeprefix("[").removesuffix("]")
    try:
        family, kind, _, _, address = socket.getaddrinfo(bare, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.bind(address)
    except (OSError, UnicodeError) as error:
        raise typer.BadParameter(
            f"--host {host}: not an address of this machine ({error}); leave it out for "
            "127.0.0.1, or give 0.0.0.0 for all addresses"
        ) from error
    return f"[{bare}]" if ":" in bare else bare


def serve(
    checkpoint: Checkpoint = DEFAULT_CHECKPOINT,
    device: Device = "auto",
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on (127.0.0.1).", callback=_of_this_machine),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_PORT, help="Port to listen on (the first free from 7860)."),
    ] = None,
    data_root: Annotated[
        Path | None, typer.Option(help="Folder of data sets on this machine, or one of them.")
    ] = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Offer the endpoints as MCP tools too.")
    ] = False,
) -> None:
    """Serve the page: video, question, clip. Prints one line, `URL: ...`."""
    if mcp and find_spec("mcp") is None:
        raise typer.BadParameter("--mcp needs a package: pip install 'mutualsl[mcp]'")
    if data_root is not None and not data_root.is_dir():
        raise typer.BadParameter(f"--data-root {data_root}: not a folder; name an existing one")
    share_heaps()
    with starting():
        from mutualsl.ui.limits import READY_WORKERS
        from mutualsl.video.process import SPARES

        SPARES.keep(READY_WORKERS)  # interpreters that start while this one is importing

        from mutualsl.ui.analyse.catalogue import read_catalogue
        from mutualsl.ui.app import build_app, launch, stay
        from mutualsl.ui.shelf import Shelf, read_models

        shelf = Shelf(read_models(checkpoint), device)
        shelf.open_before_serving()
        catalogue = read_catalogue(data_root) if data_root is not None else None
        page = build_app(shelf, ASSETS, catalogue)
    url = launch(page, ASSETS, host=host, port=port, catalogue=catalogue, mcp=mcp)
    print(f"URL: {url}", flush=True)

    def load() -> None:
        with starting():
            shelf.open()

    stay(page, load)
