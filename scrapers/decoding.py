"""Bodies that came compressed, or say that they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class DecodingMiddleware:
    """Scrapy's decompression, which raises whatever a decoder raises, past all patience.

    Here what cannot be decoded as its header says stays as it came: what is no page then is asked for again.
    """

    def __init__(self, decoding: HttpCompressionMiddleware) -> None:
        self._decoding = decoding

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Decode as the crawl's settings say."""
        return cls(HttpCompressionMiddleware.from_crawler(crawler))

    def process_request(self, request: Request) -> None:
        """Say which compressions are understood."""
        self._decoding.process_request(request)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Decode a body.

        Raises:
            DownloadCancelledError: decoded it is larger than any page.
        """
        try:
            return self._decoding.process_response(request, response)
        except IgnoreRequest:
            raise DownloadCancelledError(f"its {len(response.body)} bytes are too many when decompressed") from None
        except Exception:  # noqa: BLE001 - each of four decoders has errors of its own
            return response
