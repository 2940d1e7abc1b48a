"""Contracts of the procurement portal through GraphQL v3; the first way, with a token."""

from __future__ import annotations

from ingest.readers.goszakup_graphql import LOT_SELECTION, SELECTION
from scrapers.shapes.graphql_cursor import GraphqlCursorSpider


class GoszakupGraphqlSpider(GraphqlCursorSpider):
    """Contracts of the listed customers and suppliers, with parties, lines, plan points and shares of years."""

    name = "goszakup_graphql"
    reader = "goszakup_graphql"
    root = "Contract"
    selection = SELECTION
    filters = {"customer": "customerBin", "supplier": "supplierBiin"}  # noqa: RUF012 - declared, never changed
    lots_root = "Lots"
    lots_selection = LOT_SELECTION
    lots_filter = "nameDescriptionRu"
