"""The command `mediacontracts`: assembles what the rooms offer and turns errors into exit codes.

Exit codes: 0 done; 1 data refused (the message says by which rule); 2 wrong use; 3 could not finish, may be tried
again.
"""

from __future__ import annotations

import importlib
import sys

import click

_COMMANDS = {
    "demo": "cli.demo",
    "crawl": "cli.collect",
    "ingest": "cli.collect",
    "rebuild": "cli.collect",
    "check": "cli.publishing",
    "release": "cli.publishing",
    "serve": "cli.publishing",
    "claims": "cli.publishing",
    "sources": "cli.declaring",
    "new-source": "cli.declaring",
    "retract": "cli.keeping",
    "correct": "cli.correcting",
    "backup": "cli.keeping",
    "restore": "cli.keeping",
    "requests": "cli.requests",
    "tables": "cli.looking",
    "names": "cli.looking",
    "topics": "cli.looking",
    "decide": "cli.deciding",
    "ties": "cli.tying",
    "judge": "cli.judging",
    "review": "cli.reviewing",
}


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
