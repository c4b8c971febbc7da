"""Every setting, read from the environment here and nowhere else. docs/settings.md is held against this file.

A setting `x` is the variable `BERTH_X`; a secret can come from a file named by `BERTH_X_FILE` instead.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).parent.parent
HTMX_VERSION = "4.0.1"
#: Computed from the package htmx.org@4.0.1 (its README prints the hash of 4.0.0).
HTMX_INTEGRITY = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"
HTMX_CDN = f"https://cdn.jsdelivr.net/npm/htmx.org@{HTMX_VERSION}/dist/htmx.min.js"
#: Words of keys that others shipped as an example, and that were then found in production.
_WEAK = ("changeme", "change_me", "secret", "password", "thisismyscretkey")

Words = Annotated[tuple[str, ...], NoDecode]


class SettingsError(Exception):
    """Settings that Berth does not start with; each line of the text is one sentence."""


class Network(BaseSettings):
    """What the network client needs; read without an app, so that connectors work by themselves."""

    model_config = SettingsConfigDict(env_prefix="BERTH_", extra="ignore")

    allow_private_hosts: Words = Field(
        (),
        description="Host names and networks (`10.1.0.0/16`), separated by commas, "
        "that connectors may ask although they are private. Plain http is allowed only there.",
    )
    ca_bundle: str | None = Field(None, description="A file with a company's own certificate authorities, in PEM form.")
    simulator_url: str | None = Field(
        None, description="Development only: every outgoing request goes to this address, keeping host and path."
    )

    @field_validator("allow_private_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return _words(value)

    @field_validator("allow_private_hosts")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if "/" in entry and ipaddress.ip_network(entry).num_addresses > 2**24:
                raise ValueError(f"{entry} is too wide; name the hosts or a network of at most 2^24 addresses")
        return value

    @field_validator("ca_bundle")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value and not os.access(value, os.R_OK):
            raise ValueError(f"{value} cannot be read")
        return value

    @field_validator("simulator_url")
    @classmethod
    def _slash(cls, value: str | None) -> str | None:
        if value and urlsplit(value).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("the simulator runs on this machine: use an address at 127.0.0.1")
        return value.rstrip("/") + "/" if value else None

    @property
    def simulator_hosts(self) -> frozenset[str]:
        """The host that may be dialled although it is this machine."""
        return frozenset({urlsplit(self.simulator_url).hostname or ""}) if self.simulator_url else frozenset()


class Settings(Network):
    """All settings of the site and its worker."""

    env: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start without keys, a public address and safe values."
    )
    instance: Path = Field(ROOT / "instance", description="The folder for the database, the queue and generated keys.")
    database_url: str | None = Field(
        None, description="`postgresql+psycopg://user@host/name`; SQLite in `instance` if unset."
    )
    redis_url: str | None = Field(None, description="Queue and rate limits at scale; files in `instance` if unset.")
    public_url: str | None = Field(
        None,
        description="The address under which people reach Berth, such as "
        "`https://berth.example.com`. Every address that Berth hands out begins with it.",
    )
    secret_keys: Words = Field(
        (),
        description="Keys that sign cookies and links, separated by commas: the first signs, "
        "all verify. At least 32 characters each. In development made in `instance`.",
    )
    vault_keys: Words = Field(
        (),
        description="Keys that seal credentials, `name:base64 of 32 bytes`, separated by "
        "commas: the first seals, all open. In development made in `instance`.",
    )
    htmx_url: str | None = Field(
        None,
        description="Another place for htmx than the CDN, such as `/static/vendor/htmx.min.js` behind your own proxy.",
    )
    smtp_url: str | None = Field(
        None,
        description="`smtp://user:password@host:587` or `smtps://…`; without it, mail is shown in the page to copy.",
    )
    mail_from: str = Field("berth@example.com", description="The sender of mail.")
    merge_api_key: str | None = Field(
        None, description="The merge.dev key of this installation; without it nothing of merge.dev is offered."
    )
    merge_base_url: str = Field(
        "https://api.merge.dev/api",
        description="merge.dev's address: `api-eu.`, `api-ap.` or "
        "`api-sandbox.merge.dev/api` for the regions and the sandbox.",
    )
    merge_webhook_secrets: Words = Field(
        (), description="Secrets that sign merge.dev's webhooks, separated by commas: any of them is accepted."
    )
    sync_minutes: int = Field(30, ge=1, le=1440, description="How often an account is read.")
    worker_threads: int = Field(4, ge=1, le=64, description="Accounts that one worker process reads at the same time.")
    lease_seconds: int = Field(60, ge=1, le=3600, description="How long a worker that died keeps an account.")
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="How many proxies in front may be believed about the client's address and https."
    )
    session_idle_minutes: int = Field(120, ge=5, description="A session ends after so long without use.")
    session_hours: int = Field(12, ge=1, description="A session ends after so long in any case.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged.")
    testing: bool = Field(False, exclude=True, description="Set by the tests: no background threads.")

    @field_validator("secret_keys", "vault_keys", "merge_webhook_secrets", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        return _words(value)

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        if self.env == "development":
            self._make_keys()
        faults = []
        if self.env == "production":
            faults += [
                f"{name} is needed in production."
                for name, value in (
                    ("BERTH_SECRET_KEYS", self.secret_keys),
                    ("BERTH_VAULT_KEYS", self.vault_keys),
                    ("BERTH_PUBLIC_URL", self.public_url),
                )
                if not value
            ]
            if self.simulator_url:
                faults.append("BERTH_SIMULATOR_URL is for development: unset it.")
            if self.public_url and self.public_url.startswith("http://"):
                faults.append("BERTH_PUBLIC_URL must begin with https:// in production.")
            if os.environ.get("FLASK_DEBUG") not in (None, "", "0"):
                faults.append("FLASK_DEBUG must not be set in production.")
        if self.public_url and not re.fullmatch(r"https?://[^/?#@\\\s]+/?", self.public_url):
            faults.append("BERTH_PUBLIC_URL must be a whole address without a path, such as https://berth.example.com.")
        for key in self.secret_keys:
            if len(key) < 32 or any(word in key.lower() for word in _WEAK) or len(set(key)) < 8:
                faults.append("BERTH_SECRET_KEYS holds a weak key: use 32 random characters or more.")
        for entry in self.vault_keys:
            name, _colon, key = entry.partition(":")
            try:
                right = re.fullmatch("[A-Za-z0-9]{1,32}", name) and len(base64.b64decode(key, validate=True)) == 32
            except ValueError:
                right = False
            if not right or len(set(key)) < 8:
                faults.append("BERTH_VAULT_KEYS must hold entries of the form name:base64 of 32 random bytes.")
        names = [entry.partition(":")[0] for entry in self.vault_keys]
        if len(names) != len(set(names)):
            faults.append("BERTH_VAULT_KEYS names two keys alike: give each its own name.")
        if faults:
            raise ValueError("\n".join(dict.fromkeys(faults)))
        if self.public_url:
            self.public_url = self.public_url.rstrip("/")
        return self

    def _make_keys(self) -> None:
        self.instance.mkdir(parents=True, exist_ok=True)
        if not self.secret_keys:
            self.secret_keys = (_kept(self.instance / "secret_key", lambda: secrets.token_urlsafe(48)),)
        if not self.vault_keys:
            made = _kept(
                self.instance / "vault_key", lambda: "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
            )
            self.vault_keys = (made,)

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.instance / 'berth.db'}"

    @property
    def https(self) -> bool:
        """Whether people reach Berth by https, so that cookies can be bound to it."""
        return bool(self.public_url and self.public_url.startswith("https://"))


def _kept(path: Path, make: Any) -> str:
    """The content of a file with mode 0600, made once; two processes starting together agree on it."""
    if not path.exists():
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


def _words(value: Any) -> Any:
    return tuple(w.strip() for w in value.split(",") if w.strip()) if isinstance(value, str) else value


def _from_files() -> dict[str, str]:
    """Values of `BERTH_X_FILE`, for settings whose own variable is not set."""
    return {
        name.removeprefix("BERTH_").removesuffix("_FILE").lower(): _text(Path(path))
        for name, path in os.environ.items()
        if name.startswith("BERTH_") and name.endswith("_FILE") and name.removesuffix("_FILE") not in os.environ
    }


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except UnicodeDecodeError:
        raise SettingsError(f"{path} holds no text.") from None


def load(**overrides: Any) -> Settings:
    """The settings of this process. Raises `SettingsError` with one sentence per fault."""
    lines: list[str] = []
    try:
        values = {**_from_files(), **overrides}
        while True:
            try:
                settings = Settings(**values)
            except ValidationError as error:
                for fault in error.errors():
                    where = f"BERTH_{'_'.join(str(p) for p in fault['loc']).upper()}: " if fault["loc"] else ""
                    lines.append(where + fault["msg"].removeprefix("Value error, "))
                wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
                if not wrong:
                    break
                # What is wrong with the others shows only when these are right.
                values |= {name: Settings.model_fields[name].default for name in wrong}
            else:
                if not lines:
                    return settings
                break
    except OSError as error:
        raise SettingsError(f"{error.filename} cannot be read or written: {error.strerror}.") from None
    raise SettingsError("\n".join(lines))


@cache
def network() -> Network:
    """The network part of the settings, for connectors. `network.cache_clear()` after a change of the environment."""
    return Network()  # type: ignore[call-arg]


@cache
def asset(name: str) -> str:
    """The address of a file in `static/`, with its content's hash, so that it may be kept for a year."""
    content = (ROOT / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.blake2b(content, digest_size=6).hexdigest()}"
