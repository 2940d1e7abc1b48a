"""Scrapy's settings for every crawl: one polite, honest client that checks certificates and obeys robots.txt."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from scrapers.job import Pace
from scrapers.robots import PRODUCT

USER_AGENT = PRODUCT + "/{version} (public register of state payments to media; robots.txt obeyed)"
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes, decompressed; the largest page of the portal, 2000 rows of a list, has about three million."""


def settings_for(pace: Pace) -> dict[str, Any]:
    """The settings of one crawl.

    Archiving stands at 545: below decompression (590) and below the patience that takes the place of Scrapy's
    retrying (550), so that it sees decoded bodies and final answers. The throttle is nearest to the downloader.
    """
    return {
        "USER_AGENT": USER_AGENT.format(version=version("mediacontracts")),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": PRODUCT,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REDIRECT_ENABLED": False,  # a redirect of the portal leads to a log-in or a maintenance page, never to data
        "CONCURRENT_REQUESTS": 2,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "DOWNLOAD_DELAY": 0,  # the throttle paces all requests together, retries and robots.txt included
        "DOWNLOAD_TIMEOUT": pace.timeout,
        "DOWNLOAD_MAXSIZE": LARGEST_BODY,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "scrapers.robots.RobotsMiddleware": 100,
            "scrapers.decoding.DecodingMiddleware": 590,
            "scrapers.archiving.ArchiveMiddleware": 545,
            "scrapers.patience.PatienceMiddleware": 550,
            "scrapers.throttle.ThrottleMiddleware": 950,
        },
    }
