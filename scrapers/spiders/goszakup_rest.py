"""Contracts of the procurement portal through REST v3; the second way, with a token."""

from __future__ import annotations

from scrapers.shapes.rest_list import RestListSpider


class GoszakupRestSpider(RestListSpider):
    """Contracts of the listed customers and suppliers."""

    name = "goszakup_rest"
    reader = "goszakup_rest"
    cannot_search = "REST gives lists by BIN and has no search by words"
    lists = {"customer": "/v3/contract/customer/{}", "supplier": "/v3/contract/supplier/{}"}  # noqa: RUF012 - declared
    parts = {"subject": "/v3/subject/biin/{}", "units": "/v3/contract/{}/units", "plan": "/v3/plans/view/{}"}  # noqa: RUF012 - declared
