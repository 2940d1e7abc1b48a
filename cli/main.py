"""The command `mediacontracts`: assembles what the rooms offer and turns errors into exit codes.

Exit codes: 0 done; 1 data refused (the message says by which rule); 2 wrong use; 3 could not finish, may be tried
again.
"""

from __future__ import annotations

import gc
import importlib
import sys

import click

_SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Begin": {
        "demo": ("cli.demo", "Crawl a bundled sample portal and serve what comes of it."),
        "sources": ("cli.declaring", "List the declared sources and what was last read of each."),
        "new-source": ("cli.declaring", "Draft the declaration of a new source from one of its files."),
    },
    "Bring data in": {
        "ingest": ("cli.collect", "Read files of a source into the registry."),
        "crawl": ("cli.collect", "Crawl portal sources into the registry."),
        "requests": ("cli.requests", "Information requests: draw up, send, follow, take the answers."),
        "tables": ("cli.looking", "Print the tables found in a document; loads nothing."),
    },
    "Bring it out": {
        "check": ("cli.publishing", "Hold what is loaded against the expectations of each source."),
        "release": ("cli.publishing", "Check, build, verify and show a release."),
        "serve": ("cli.publishing", "Serve the current release as a site."),
        "claims": ("cli.publishing", "Set published figures beside ours."),
    },
    "Decide": {
        "review": ("cli.reviewing", "Decide pairs of names that wait for a person."),
        "decide": ("cli.deciding", "Say whether two printed names are one."),
        "ties": ("cli.tying", "Keep the ties that a register of media states."),
        "entries": ("cli.entering", "Keep apart what a register of media enters as different outlets."),
        "judge": ("cli.judging", "Say whether a record is money for media and what it is about."),
        "names": ("cli.looking", "Measure how well names are resolved."),
        "topics": ("cli.looking", "Measure how well media contracts are told."),
    },
    "Keep it right and safe": {
        "correct": ("cli.correcting", "Set a value of a record right, or withdraw words."),
        "retract": ("cli.keeping", "Take a wrong load out of the totals."),
        "rebuild": ("cli.collect", "Make the registry anew from the archive."),
        "backup": ("cli.keeping", "Copy the installation to a folder."),
        "restore": ("cli.keeping", "Bring an installation back from a backup."),
    },
}
_COMMANDS = {name: module for section in _SECTIONS.values() for name, (module, _) in section.items()}


class _Lazy(click.Group):
    """Imports a command's room only when the command is called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for title, section in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, told) for name, (_, told) in section.items()])
        formatter.write_paragraph()
        formatter.write_text("`mediacontracts COMMAND --help` explains each with an example.")


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mediacontracts")
def main_group() -> None:
    """Which media the state pays, for what, and how much.

    \b
    Example:
      mediacontracts demo
    """


class Refused(click.ClickException):
    """Data that must not be taken or published: exit code 1."""

    exit_code = 1


class TryAgain(click.ClickException):
    """Something outside that may be well later: exit code 3."""

    exit_code = 3


def main() -> None:
    """Entry point of the command."""
    try:
        main_group.main(prog_name="mediacontracts", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(3)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        # errors of the rooms become exit codes here, so that the rooms need not know of a command line
        from cli.outcomes import outcome_of  # noqa: PLC0415 - imports all rooms, which no other path needs

        outcome = outcome_of(error)
        if outcome is None:
            # Datasette installs a hook that prints local variables, a token or a password among them
            sys.excepthook = sys.__excepthook__
            raise
        outcome.show()
        sys.exit(outcome.exit_code)
    finally:
        # else Python looks for cycles among all that was imported before it ends: a fifth of a second a command
        gc.freeze()
