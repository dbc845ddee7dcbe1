"""Whether requests go through a proxy."""

from urllib.request import getproxies

HAS_PROXY = bool(getproxies())
"""Whether the environment or the system names one. Only then does aiohttp look for it, and for passwords in ~/.netrc:
that takes two threads for each request."""
