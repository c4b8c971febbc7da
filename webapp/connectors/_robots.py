"""robots.txt: what a site asks programs not to read. RFC 9309, https://www.sitemaps.org/protocol.html."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

MOST = 500 * 1024


class Robots:
    """The rules that a robots.txt has for one program, and the sitemaps that it names."""

    def __init__(self, body: bytes, agent: str) -> None:
        self.sitemaps: list[str] = []
        self.rules: list[tuple[str, bool]] = []
        name = agent.partition("/")[0].lower()
        groups: dict[str, list[tuple[str, bool]]] = {}
        named: list[str] = []
        in_rules = True
        for line in body[:MOST].decode("utf-8", "replace").lstrip("\ufeff").splitlines():
            key, _colon, value = (part.strip() for part in line.partition("#")[0].partition(":"))
            match key.lower():
                case "sitemap" if value:
                    self.sitemaps.append(value)
                case "user-agent":
                    named = [*([] if in_rules else named), value.lower()]
                    in_rules = False
                    groups.setdefault(value.lower(), [])
                case "allow" | "disallow":
                    in_rules = True
                    for each in named if value else ():
                        groups[each].append((unquote(value), key.lower() == "allow"))
        self.rules = groups.get(name, groups.get("*", []))

    def allows(self, address: str) -> bool:
        """Whether this page may be read: the longest rule that fits it counts, and of two the one that allows."""
        parts = urlsplit(address)
        path = unquote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        return max(((len(rule), allow) for rule, allow in self.rules if _fits(rule, path)), default=(0, True))[1]


def _fits(rule: str, path: str) -> bool:
    """Whether a path begins as the rule says; `*` stands for anything, `$` for the end."""
    first, *further = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at, last = len(first), further.pop() if rule.endswith("$") and further else None
    for piece in further:
        if (found := path.find(piece, at)) < 0:
            return False
        at = found + len(piece)
    if last is not None:
        return len(path) - len(last) >= at and path.endswith(last)
    return at == len(path) or not rule.endswith("$")
