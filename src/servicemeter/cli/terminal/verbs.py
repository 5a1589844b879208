"""The command itself: finds its verbs by name, and ends with a status and a plain message, never a traceback of ours."""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import pkgutil
import sys
from collections.abc import Sequence
from typing import Any

import click

from servicemeter import __version__
from servicemeter.cli.terminal.words import remark
from servicemeter.ground.errors import ServicemeterError

__all__ = ["Verbs"]

_INTERRUPTED = 130
_HELP = """Measure customer service: right numbers, explained, from the data you already have.

\b
Examples:
  servicemeter demo                         a made-up shop with a year of data, and its pages
  servicemeter import tickets.csv           take a file, whatever its shape
  servicemeter scorecard                    every figure at one look
"""


class Verbs(click.Group):
    """A group whose commands are the modules of a package (`import_` is the verb `import`), besides those added to it."""

    def __init__(self, name: str, package: str, about: str = _HELP) -> None:
        super().__init__(name, help=about, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
        self._package = package
        if about is _HELP:
            self.params.append(_version_option())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs."""
        folder = importlib.import_module(self._package).__path__
        found = (m.name.rstrip("_").replace("_", "-") for m in pkgutil.iter_modules(folder) if not m.ispkg)
        return sorted({*self.commands, *found})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One verb; only its module is imported."""
        if cmd_name in self.commands or cmd_name not in self.list_commands(ctx):
            return self.commands.get(cmd_name)
        name = cmd_name.replace("-", "_")
        for module in (name, name + "_"):
            if importlib.util.find_spec(f"{self._package}.{module}"):
                verb: click.Command = importlib.import_module(f"{self._package}.{module}").verb
                return verb
        return None

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command line and end the process: 0 done, 1 no answer or nothing taken, 2 wrong call, 130 interrupted."""
        extra["standalone_mode"] = False
        sys.exit(self._status(args, prog_name or "servicemeter", extra))

    def _status(self, args: Sequence[str] | None, prog_name: str, extra: dict[str, Any]) -> int:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign shows its number instead of failing
                stream.reconfigure(errors="backslashreplace")
        try:
            status = super().main(args, prog_name, **extra)
            sys.stdout.flush()
        except (click.Abort, KeyboardInterrupt):
            remark("Stopped. Nothing half-done stays in the book.")
            return _INTERRUPTED
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except ServicemeterError as error:
            remark(str(error))
            return error.exit_status
        except BrokenPipeError:
            # Whoever read us (`| head`) has enough; nothing more can be written, not even when the process ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            if error.filename is None:
                raise
            remark(f"{error.filename} cannot be read or written: {error.strerror}.")
            return 1
        return status if isinstance(status, int) else 0


def _version_option() -> click.Option:
    def show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(f"servicemeter {__version__}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=show, help="Show the version and end."
    )
