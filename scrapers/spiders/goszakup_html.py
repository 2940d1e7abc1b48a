"""Contracts of the procurement portal from its public register; the way without a token."""

from __future__ import annotations

from scrapers.shapes.public_register import PublicRegisterSpider


class GoszakupHtmlSpider(PublicRegisterSpider):
    """Contract cards of the listed customers and suppliers."""

    name = "goszakup_html"
    reader = "goszakup_html"
    cannot_search = "the public register of contracts is searched by customer, supplier and date, not by words"
    list_path = "/ru/registry/contract"
    filters = {"customer": "filter[customer]", "supplier": "filter[supplier]"}  # noqa: RUF012 - declared
    card_paths = {  # noqa: RUF012 - declared
        "card": "/ru/egzcontract/cpublic/show/{}",
        "parties": "/ru/egzcontract/cpublic/customer_n_supplier/{}",
        "units": "/ru/egzcontract/cpublic/units/{}",
    }
