"""Commands that bring data out: check, release, serve, claims."""

from __future__ import annotations

import json
import os
from collections.abc import Collection

import click
from sqlalchemy import Engine

from cli.collect import declared, prepared, whole_registry
from cli.main import Refused
from cli.progress import say
from ingest.checks import check as check_sources
from ingest.claims import check_claims, claims_report, load_claims
from ingest.installation import Installation, now
from ingest.requests.entering import fold
from ingest.requests.events import journal_at
from ingest.requests.fill import fill_from_journal
from ingest.requests.proofs import keep_proofs
from ingest.retract import Retraction, named_run, read_retractions, write_retraction
from ingest.salt import kept_salt
from ingest.settle import settle
from ingest.source import Source
from publish.corrections import read_corrections, standing
from publish.release import ReleaseResult, build_release
from publish.remembered import remember_releases


def checked(
    installation: Installation, engine: Engine, sources: dict[str, Source], only: Collection[str] = ()
) -> bool:
    """Bring the registry to rest and hold every source against its expectations; False when a finding is fatal.

    With `only`, findings of other sources are neither told nor looked at.
    """
    settled(installation, engine, sources)
    accepted = {line.target for line in read_retractions(installation.accepted)}
    findings = [one for one in check_sources(engine, sources, accepted) if not only or one.source in only]
    for finding in findings:
        say(f"{finding.level}: {finding.source}: {finding.rule}: {finding.message}")
    return not any(finding.level == "fatal" for finding in findings)


def settled(installation: Installation, engine: Engine, sources: dict[str, Source]) -> None:
    """Resolve identities, decide what counts, and tell what a person could decide."""
    outcome = settle(engine, sources, installation.home)
    fill_from_journal(engine, installation.home)
    for kind in outcome.identities:
        if kind.moved or kind.questions:
            say(
                f"{kind.kind}: {kind.spellings} spellings are {kind.entities} entities; {kind.moved} moved, "
                f"{len(kind.questions)} pairs wait for a person"
            )
    if outcome.ministries:
        say(f"{outcome.ministries} records stand under another ministry or akimat than before")
    if outcome.links.links:
        say(f"links between parties that stay two: {outcome.links.links}")
    for note in outcome.links.notes:
        say(note)
    judged = outcome.relevance
    if any(judged.counts.values()):
        told = ", ".join(f"{records} {relevance}" for relevance, records in sorted(judged.counts.items()))
        say(f"media or not, where the source does not say: {told}")
    for line in judged.unmet:
        say(
            f"{line.place}: names no record of the registry; if it is written wrong, take it back with "
            f"`mediacontracts judge --undo {line.id}`"
        )


def released(
    installation: Installation, engine: Engine, sources: dict[str, Source], *, allow_mixed: bool = False
) -> ReleaseResult:
    """Set the published figures beside ours, bring proofs up to date, then build, verify and show a release."""
    with engine.begin() as connection:
        load_claims(connection)
        check_claims(connection)
    corrections = installation.home / "corrections" / "corrections.jsonl"
    proofs = keep_proofs(
        installation.home / "proofs",
        installation.archive,
        fold(journal_at(installation.home).events()),
        sources,
        withdrawn=[word for one in standing(read_corrections(corrections)) for word in one.words],
        progress=say,
    )
    remember_releases(engine, installation.releases)
    result = build_release(
        engine,
        installation.releases,
        slugs=installation.slugs,
        salt=kept_salt(installation.home),
        corrections=corrections,
        proofs=proofs,
        allow_mixed=allow_mixed,
    )
    state = "" if result.is_new else " (released before, shown again)"
    say(f"release {result.name}: {result.records} records, {result.other_records} others{state}")
    return result


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--accept", metavar="RUN", help="State that RUN rightly has fewer rows than the run before it.")
@click.option("--why", default="", help="The reason, with --accept.")
def check(sources: tuple[str, ...], accept: str | None, why: str) -> None:
    """Hold what is loaded against the expectations of each source; exit code 1 when it must not be published.

    \b
    Examples:
      mediacontracts check
      mediacontracts check rs_cofinancing
      mediacontracts check --accept rs_cofinancing-20261127T201942Z-750788 --why "the publisher took calls back"
    """
    installation = Installation.from_environment(os.environ)
    known = installation.sources()
    for name in sources:
        declared(known, name)
    if accept and not why:
        raise click.UsageError("--accept needs --why")
    with installation.locked():
        prepared(installation, known)
        engine = installation.engine()
        if accept:
            named_run(engine, accept)
            write_retraction(installation.accepted, Retraction(target=accept, why=why, at=now()))
        fit = checked(installation, engine, known, only=sources)
        engine.dispose()
    if not fit:
        raise Refused("not fit to publish; the last release stays")
    say("fit to publish")


@click.command()
def release() -> None:
    """Check, then build, verify and show a release; a bad run never replaces a good release.

    \b
    Example:
      mediacontracts release
    """
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        known = installation.sources()
        prepared(installation, known)
        engine = installation.engine()
        try:
            if not checked(installation, engine, known):
                raise Refused("not fit to publish; the last release stays")
            released(installation, engine, known)
        finally:
            engine.dispose()


@click.command()
@click.option(
    "--public", is_flag=True, help="Safe for everybody: no SQL of visitors, bounded facets, no file listing."
)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def serve(public: bool, port: int, host: str) -> None:
    """Serve the current release.

    \b
    Example:
      mediacontracts serve --public --port 8001
    """
    from publish.serve import serve as serve_release  # noqa: PLC0415 - brings in Datasette

    installation = Installation.from_environment(os.environ)
    serve_release(installation.releases / "current", public=public, port=port, host=host, starting=say)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def claims(as_json: bool) -> None:
    """Set published figures beside ours: PASS, MISMATCH or DIFFERENT SCOPE, with the arithmetic.

    \b
    Example:
      mediacontracts claims --json
    """
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        engine = whole_registry(installation)
        with engine.begin() as connection:
            load_claims(connection)
            check_claims(connection)
            report = claims_report(connection)
        engine.dispose()
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=1, default=str))
        return
    for claim in report:
        click.echo(f"{claim['verdict']:<16} {claim['ref']:<10} {claim['subject']}: {claim['arithmetic']}")
