"""`mediacontracts demo`: the whole path on a bundled sample, without network and without a token.

A sample portal is started on loopback and crawled by the real spider; invented requests are entered and their replies
taken, which name outlets; the published figures, which are real, are ingested; then come checks, a release and the
site. Every page says that this is a sample and which rows are real.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from cli.collect import prepared
from cli.progress import say
from cli.publishing import checked, released
from cli.sample.answers import answer_source, take_sample_answers
from cli.sample_portal import sample_portal, sample_source
from db.archive import RunStarted
from ingest.files import ingest_files
from ingest.installation import Installation, now
from ingest.load import Loader
from ingest.source import Source

_LOOPBACK_PER_SECOND = 400.0
"""The sample portal is this machine's own, so nobody has to be spared."""

PUBLISHED = "kz_published"


@click.command()
@click.option(
    "--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="Port of the site on this machine."
)
@click.option("--no-serve", is_flag=True, help="Stop when the release is built.")
def demo(port: int, no_serve: bool) -> None:
    """Crawl a sample portal, ingest published figures, check, release and serve; nothing leaves this machine.

    \b
    Example:
      mediacontracts demo
    """
    home = Path(os.environ.get("MEDIACONTRACTS_HOME", ".demo")).resolve()
    installation = Installation(home)
    build_demo(installation)
    if no_serve:
        return
    from publish.serve import serve  # noqa: PLC0415 - brings in Datasette

    serve(
        installation.releases / "current",
        public=False,
        port=port,
        starting=lambda address: say(f"the sample is at {address} — stop it with Ctrl-C"),
    )


def build_demo(installation: Installation) -> None:
    """Collect and release the sample into an installation.

    Raises:
        click.UsageError: it holds anything but the sample.
    """
    from scrapers.crawl import crawl  # noqa: PLC0415 - brings in Scrapy
    from scrapers.job import Pace  # noqa: PLC0415

    sample, answers = sample_source(), answer_source()
    begun = {event.source for event in installation.archive.events() if isinstance(event, RunStarted)}
    held = begun - {sample.name, answers.name, PUBLISHED}
    if held:
        raise click.UsageError(
            f"{installation.home} holds {', '.join(sorted(held))}, and the invented sample must not be mixed with "
            "them; unset MEDIACONTRACTS_HOME, or name a new folder"
        )
    with installation.locked():
        sources: dict[str, Source] = {**installation.sources(), sample.name: sample, answers.name: answers}
        prepared(installation, sources)
        engine = installation.engine()
        with sample_portal() as address:
            say(f"sample portal on {address}; crawling it")
            result = crawl(
                sample,
                installation.home,
                lambda started: Loader(engine, sample, started),
                now=now,
                access="html",
                environment={"GOSZAKUP_PORTAL_URL": address},
                pace=Pace(per_second=_LOOPBACK_PER_SECOND),
            )
        say(f"{result.rows} sample records on {result.pages} pages ({result.state})")
        taken = take_sample_answers(installation, engine)
        say(f"{taken.held} records from sample answers to information requests, {taken.new} of them new")
        published = sources[PUBLISHED]
        figures = [published.bundled_file] if published.bundled_file else []
        counts = ingest_files(engine, installation.archive, published, figures, at=now()).counts
        say(f"{counts.rows} published figures")
        if not checked(installation, engine, sources):
            engine.dispose()
            raise click.ClickException("the sample is not fit to publish; this is a defect, please report it")
        released(installation, engine, sources, allow_mixed=True)
        engine.dispose()
