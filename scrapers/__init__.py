"""Fetch it: Scrapy spiders by shape of access, and the declared sources. Every response is archived before it is read."""
