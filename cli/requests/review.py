"""The command that opens the review page: `mediacontracts requests review`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.progress import say
from cli.requests.desk import desk_of
from db.archive import name_of
from ingest.installation import Installation
from ingest.requests.desk import Desk
from ingest.requests.events import RegisterError
from ingest.requests.register import Request
from ingest.requests.reviewing import Sheet, lay_out

if TYPE_CHECKING:
    from cli.proofreading.sitting import Sitting


@click.command()
@click.argument("ref", metavar="REQUEST")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--who", default="", help="Who reviews; corrections are signed with it, and it is published.")
@click.option("--scan", is_flag=True, help="Read pictures of pages of new FILES with character recognition.")
@click.option("--source", default="", help="The source that the records belong to; kz_answers when left out.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port to listen on; a free one when left out.")
@click.option("--load", "only_load", is_flag=True, help="Open no page; load the corrections that wait.")
def review(
    ref: str, files: tuple[Path, ...], *, who: str, scan: bool, source: str, port: int, only_load: bool
) -> None:
    """Compare the documents of an answer with what was read, on a page of this machine alone.

    New FILES are laid out first, the documents already taken after them. The page ends with Ctrl-C; documents with
    something decided or corrected are loaded then, if the page has not done so before.

    \b
    Examples:
      mediacontracts requests review 2026-0001 --who "A. B."
      mediacontracts requests review 2026-0001 answer.pdf --who "A. B."
      mediacontracts requests review 2026-0001 --load
    """
    from cli.proofreading.sitting import Sitting  # noqa: PLC0415 - brings in what draws and serves pages
    from cli.requests.showing import show_taken  # noqa: PLC0415

    if not (who.strip() or only_load):
        raise click.UsageError("give --who: every correction says who read it so")
    installation = Installation.from_environment(os.environ)
    with desk_of(installation, source) as desk:
        desk.scan = scan
        sheets = _laid_out(desk, desk.register.find(ref), files)
        chosen = desk.source
    sitting = Sitting(installation, chosen, ref, who.strip(), sheets)
    if not only_load:
        _serve(sitting, port)
    for sheet in sheets:
        undecided = [number for number in range(1, len(sheet.tables) + 1) if sheet.open_question(number)]
        if sitting.touched(sheet) and not undecided:
            show_taken(sitting.load(sheet))
        elif sitting.waits(sheet):
            why = f"table {undecided[0]} is not decided" if undecided else "nothing was decided"
            say(f"{sheet.name}: not loaded, since {why}; forms and corrections are kept")


def _laid_out(desk: Desk, request: Request, files: tuple[Path, ...]) -> list[Sheet]:
    if request.sent is None:
        raise RegisterError(f"{request.ref}: it was never sent; enter that first: mediacontracts requests sent")
    sheets = [lay_out(desk, request, name_of(path), path.read_bytes()) for path in files]
    known = {sheet.sha256 for sheet in sheets}
    for digest, document in list(request.documents.items()):
        if digest not in known:
            sheets.append(lay_out(desk, request, document.file_name, desk.archive.get(digest)))
    if not sheets:
        raise click.UsageError(f"{request.ref} has no documents yet; name them: requests review {request.ref} FILE…")
    return sheets


def _serve(sitting: Sitting, port: int) -> None:
    from cli.proofreading.server import PageServer  # noqa: PLC0415 - brings in the templates

    with PageServer(sitting, port) as server:
        try:
            say(f"{server.address} (for you alone; Ctrl-C ends it)")
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            say("ended")
