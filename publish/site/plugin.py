"""The plugin: Datasette loads this one file, from here (`--plugins-dir publish/site`) or as a module."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request
from pluggy import HookimplMarker

from publish.site.web.errors import answer_exception, answer_forbidden
from publish.site.web.respond import prepare
from publish.site.web.routes import routes
from publish.site.web.security import App, around
from publish.site.web.stock import facet_sums

hookimpl = HookimplMarker("datasette")


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages of the site; what they do not answer stays Datasette's."""
    return routes()


@hookimpl
def startup() -> None:
    """Keep what visitors send out of the log: where Rich is installed, Datasette prints every local variable.

    That printing fails, too, where an answer of 404 comes from no exception.
    """
    # by its name: imported here at the top, before Datasette loads its own plugins, it would be registered half made
    vars(import_module("datasette.handle_exception"))["rich"] = None


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:  # noqa: ANN401 - Datasette's own environment
    """Our templates first."""
    prepare(env)


@hookimpl(trylast=True)
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Language, security headers and refusals around every answer."""
    return lambda app: around(app, datasette)


@hookimpl
def extra_template_vars(
    datasette: Datasette, request: Request | None, table: str | None, view_name: str | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Sums beside the facets of Datasette's own table page."""
    return facet_sums(datasette, request, table, view_name)


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Any:  # noqa: ANN401
    """An error page that tells the reader what to do, and nobody how the server is built."""
    return answer_exception(datasette, request, exception)


@hookimpl
def forbidden(datasette: Datasette, request: Request, message: str) -> Any:  # noqa: ANN401 - Datasette awaits it
    """The same where something is not allowed."""
    return answer_forbidden(datasette, request, message)
