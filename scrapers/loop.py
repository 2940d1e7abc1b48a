"""Runs Scrapy in the calling process, as often as asked: Twisted's reactor is started once and never stopped.

`CrawlerProcess` owns its process and can run once; a command that crawls several sources, or a test, needs more. The
reactor shares its event loop, and the loop is run until one crawl is over.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from ingest.rare_collection import rare_collection
from scrapers.job import Job
from scrapers.portal import PortalSpider

_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def run_spider(spider: type[PortalSpider], settings: Mapping[str, Any], job: Job, ca_bundle: str = "") -> None:
    """Run one spider to its end; an interrupt or a request to terminate stops it in order.

    Args:
        spider: The spider's class.
        settings: Its settings.
        job: What it is to do; carries back what came of it.
        ca_bundle: A file of root certificates to trust, where the system's own do not suffice.
    """
    loop = _loop()
    asyncio.set_event_loop(loop)
    with _environment("SSL_CERT_FILE", ca_bundle), rare_collection():
        # leaving the pool waits for the page that is being stored or handed on when the crawl is stopped
        with ThreadPoolExecutor(thread_name_prefix="crawl") as pool:
            loop.set_default_executor(pool)
            loop.run_until_complete(_crawl(spider, settings, job))
        _rest_threads()


async def _crawl(spider: type[PortalSpider], settings: Mapping[str, Any], job: Job) -> None:
    runner = AsyncCrawlerRunner(dict(settings))
    crawler = runner.create_crawler(spider)
    loop = asyncio.get_running_loop()

    def stop(name: str) -> None:
        if isinstance(crawler.spider, PortalSpider):
            crawler.spider.stop(f"stopped by {name}; run it again to go on")

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop, number.name)
        except (ValueError, RuntimeError):
            break  # not the main thread: signals are its caller's
    try:
        await runner.crawl(crawler, job=job)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """The one event loop that the reactor lives on."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    install_reactor(_REACTOR)
    _reactor().startRunning(installSignalHandlers=False)
    return loop


def _reactor() -> Any:  # noqa: ANN401 - Twisted gives its reactor no usable type
    from twisted.internet import reactor  # noqa: PLC0415 - importing it earlier installs another one

    return reactor


def _rest_threads() -> None:
    """End the reactor's resolver threads, which would keep the process from ending; the next crawl makes new ones."""
    reactor = _reactor()
    if reactor.threadpool is not None:
        reactor.threadpool.stop()
        reactor.threadpool = None


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """OpenSSL reads its root certificates from the file that this variable names."""
    before = os.environ.get(name)
    if value:
        os.environ[name] = value
    try:
        yield
    finally:
        if value:
            os.environ.pop(name)
            if before is not None:
                os.environ[name] = before
