"""Fetch it: Scrapy spiders by shape of access, and declared sources. Every response is archived before it is read."""
