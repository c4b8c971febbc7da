"""Careers pages that stand at a label below the vendor's domain, or at a host of the customer's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from webapp.connectors._contract import Connector, typed_address

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"(?=.{{4,253}}$)(?:{LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]"


def label_or_host(domain: str, *reserved: str) -> str:
    """The pattern of a label that the vendor does not use itself, or of a host that is not below its domain."""
    label = rf"(?!(?:{'|'.join(reserved)})$){LABEL}"
    return rf"{label}|(?!(?:.*\.)?{re.escape(domain)}$){HOST}"


class OwnHost(Connector):
    """A way in whose first field takes a host, of the customer's own domain too."""

    @classmethod
    def check(cls, config: Mapping[str, str]) -> dict[str, str]:
        """An address that `addresses` do not know, on a domain of the customer's own, is cut to its host, too."""
        name = cls.fields[0].name
        whole = typed_address(str(config.get(name) or ""))
        if whole and cls.match_typed(whole) is None:
            config = {**config, name: urlsplit(whole).netloc}
        return super().check(config)


class CareersHost(OwnHost):
    """A way in by a careers page, whose first field takes `northwind` as well as `jobs.example.com`."""

    #: The vendor's own domain.
    domain: ClassVar[str]

    @classmethod
    def shown(cls, config: Mapping[str, str]) -> str:
        """The host of the careers page."""
        place = config.get(cls.fields[0].name, "")
        return place if "." in place or not place else f"{place}.{cls.domain}"

    @property
    def host(self) -> str:
        """The host that is asked."""
        return self.shown(self.config)

    @property
    def account_id(self) -> str:
        """The label below the vendor's domain, or the customer's own host."""
        return self.host.removesuffix(f".{self.domain}")

    def _allowed_hosts(self) -> tuple[str, ...]:
        return (self.host,)
