"""Settings: production refuses to start with anything unsafe, and says all of it at once."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import config, create_app
from webapp.config import SettingsError

ROOT = Path(__file__).parent.parent
KEY = "u8Zr1kQy-3mVtN0wXcB5sLhJ2dFgA7eP9iRoTqYz"
VAULT = "k1:" + base64.b64encode(bytes(range(7, 39))).decode()
PRODUCTION = {
    "BERTH_ENV": "production",
    "BERTH_SECRET_KEYS": KEY,
    "BERTH_VAULT_KEYS": VAULT,
    "BERTH_PUBLIC_URL": "https://berth.example.com/",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Sets variables on top of a production that starts; `None` unsets one."""

    def put(**variables: str | None) -> None:
        for name, value in {**PRODUCTION, "BERTH_INSTANCE": str(tmp_path), **variables}.items():
            monkeypatch.delenv(name, raising=False)
            if value is not None:
                monkeypatch.setenv(name, value)

    return put


def refused() -> str:
    with pytest.raises(SettingsError) as caught:
        config.load()
    return str(caught.value)


def test_production_starts_with_keys_and_a_public_address(environment):
    environment()
    settings = config.load()
    assert settings.https
    assert settings.public_url == "https://berth.example.com"
    app = create_app(settings)
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-berth"
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["TRUSTED_HOSTS"] == ["berth.example.com"]
    assert not list(settings.instance.glob("*_key")), "keys are made in development only"


@pytest.mark.parametrize("missing", ["BERTH_SECRET_KEYS", "BERTH_VAULT_KEYS", "BERTH_PUBLIC_URL"])
def test_production_does_not_start_without(environment, missing: str):
    for value in (None, ""):
        environment(**{missing: value})
        assert refused() == f"{missing} is needed in production."


@pytest.mark.parametrize(
    "key",
    [
        "dev",
        "changeme",
        "thisISmyScretKey",
        "YOUR_SECRET_KEY_HERE",
        "\\2\\1thisismyscretkey\\1\\2\\e\\y\\y\\h",
        "k" * 64,
        "abcd" * 16,
        secrets.token_urlsafe(20),
        f"{KEY},changeme",
        f"changeme,{KEY}",
    ],
)
def test_production_does_not_start_with_a_weak_key(environment, key: str):
    environment(BERTH_SECRET_KEYS=key)
    message = refused()
    assert "BERTH_SECRET_KEYS holds a weak key" in message
    assert key not in message, "what was refused is not repeated"


@pytest.mark.parametrize(
    "keys",
    [
        "dev",
        "k1:changeme",
        "k1:" + base64.b64encode(bytes(32)).decode(),
        "k1:" + base64.b64encode(b"k" * 32).decode(),
        "k1:" + base64.b64encode(os.urandom(16)).decode(),
        "k1:" + base64.b64encode(os.urandom(33)).decode(),
        "k.1:" + VAULT.removeprefix("k1:"),
        ":" + VAULT.removeprefix("k1:"),
        "k" * 40 + ":" + VAULT.removeprefix("k1:"),
        VAULT.removeprefix("k1:"),
        VAULT + ",k2:short",
    ],
)
def test_production_does_not_start_with_a_vault_key_of_another_form(environment, keys: str):
    environment(BERTH_VAULT_KEYS=keys)
    message = refused()
    assert "BERTH_VAULT_KEYS must hold entries of the form name:base64 of 32 random bytes." in message
    assert keys not in message


def test_two_vault_keys_of_one_name_are_refused_because_one_would_hide_the_other(environment):
    environment(BERTH_VAULT_KEYS=f"{VAULT},k1:{base64.b64encode(os.urandom(32)).decode()}")
    assert "BERTH_VAULT_KEYS names two keys alike" in refused()


def test_several_keys_are_taken_in_their_order(environment):
    second = "k2:" + base64.b64encode(os.urandom(32)).decode()
    environment(BERTH_VAULT_KEYS=f"{second} , {VAULT}", BERTH_SECRET_KEYS=f"{KEY[::-1]},{KEY}")
    settings = config.load()
    assert settings.vault_keys == (second, VAULT)
    app = create_app(settings)
    assert app.config["SECRET_KEY"] == KEY[::-1]
    assert app.config["SECRET_KEY_FALLBACKS"] == [KEY]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"BERTH_SIMULATOR_URL": "http://127.0.0.1:8001"}, "BERTH_SIMULATOR_URL is for development"),
        ({"BERTH_PUBLIC_URL": "http://berth.example.com"}, "BERTH_PUBLIC_URL must begin with https://"),
        ({"BERTH_PUBLIC_URL": "berth.example.com"}, "BERTH_PUBLIC_URL must be a whole address"),
        ({"BERTH_PUBLIC_URL": "https://"}, "BERTH_PUBLIC_URL must be a whole address"),
        ({"BERTH_PUBLIC_URL": "https://berth.example.com/berth"}, "BERTH_PUBLIC_URL must be a whole address"),
        ({"BERTH_PUBLIC_URL": "https://me:secret@berth.example.com"}, "BERTH_PUBLIC_URL must be a whole address"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG must not be set in production."),
        ({"FLASK_DEBUG": "true"}, "FLASK_DEBUG must not be set in production."),
        ({"BERTH_ENV": "prodution"}, "BERTH_ENV"),
        ({"BERTH_SYNC_MINUTES": "often"}, "BERTH_SYNC_MINUTES"),
        ({"BERTH_TRUSTED_PROXIES": "-1"}, "BERTH_TRUSTED_PROXIES"),
        ({"BERTH_ALLOW_PRIVATE_HOSTS": "0.0.0.0/0"}, "0.0.0.0/0 is too wide"),
        ({"BERTH_ALLOW_PRIVATE_HOSTS": "10.1.0.0/99"}, "BERTH_ALLOW_PRIVATE_HOSTS"),
    ],
)
def test_production_does_not_start_with(environment, variables: dict[str, str], sentence: str):
    environment(**variables)
    assert sentence in refused()


def test_debugging_that_is_off_is_no_reason(environment):
    environment(FLASK_DEBUG="0")
    assert config.load().env == "production"


def test_a_simulator_elsewhere_than_on_this_machine_is_refused_in_development_too(environment):
    environment(BERTH_ENV="development", BERTH_SIMULATOR_URL="http://simulator.example.com/")
    assert "the simulator runs on this machine" in refused()


def test_all_that_is_wrong_is_said_at_once(environment):
    environment(
        BERTH_SECRET_KEYS="changeme",
        BERTH_VAULT_KEYS=None,
        BERTH_PUBLIC_URL="http://berth.example.com",
        BERTH_SIMULATOR_URL="http://127.0.0.1:8001",
        BERTH_SYNC_MINUTES="often",
        BERTH_WORKER_THREADS="0",
        FLASK_DEBUG="1",
    )
    message = refused()
    for name in ("SECRET_KEYS", "VAULT_KEYS", "PUBLIC_URL", "SIMULATOR_URL", "SYNC_MINUTES", "WORKER_THREADS"):
        assert f"BERTH_{name}" in message, name
    assert "FLASK_DEBUG" in message
    lines = message.splitlines()
    assert len(lines) == len(set(lines)) == 7, lines


def test_the_program_ends_with_the_sentences_and_no_trace(environment, tmp_path: Path):
    environment(BERTH_SECRET_KEYS="changeme", BERTH_PUBLIC_URL=None)
    started = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "routes"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert "BERTH_PUBLIC_URL is needed in production." in started.stderr
    assert "BERTH_SECRET_KEYS holds a weak key" in started.stderr
    assert "Traceback" not in started.stderr


# Values from files ------------------------------------------------------------------------------------------------


def test_secrets_can_come_from_files(environment, tmp_path: Path):
    (tmp_path / "secret").write_text(f"{KEY}\n")
    (tmp_path / "vault").write_text(f"  {VAULT}\n")
    environment(
        BERTH_SECRET_KEYS=None,
        BERTH_SECRET_KEYS_FILE=str(tmp_path / "secret"),
        BERTH_VAULT_KEYS=None,
        BERTH_VAULT_KEYS_FILE=str(tmp_path / "vault"),
    )
    settings = config.load()
    assert settings.secret_keys == (KEY,)
    assert settings.vault_keys == (VAULT,)


def test_a_variable_counts_more_than_its_file(environment, tmp_path: Path):
    (tmp_path / "secret").write_text("changeme")
    environment(BERTH_SECRET_KEYS_FILE=str(tmp_path / "secret"))
    assert config.load().secret_keys == (KEY,)


def test_a_weak_key_in_a_file_is_refused_too(environment, tmp_path: Path):
    (tmp_path / "secret").write_text("changeme")
    environment(BERTH_SECRET_KEYS=None, BERTH_SECRET_KEYS_FILE=str(tmp_path / "secret"))
    assert "BERTH_SECRET_KEYS holds a weak key" in refused()


def test_a_file_that_cannot_be_read_is_named(environment, tmp_path: Path):
    environment(BERTH_SECRET_KEYS=None, BERTH_SECRET_KEYS_FILE=str(tmp_path / "nowhere"))
    assert f"{tmp_path / 'nowhere'} cannot be read" in refused()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    environment(BERTH_SECRET_KEYS=None, BERTH_SECRET_KEYS_FILE=str(tmp_path / "binary"))
    assert f"{tmp_path / 'binary'} holds no text" in refused()


# Keys that development makes --------------------------------------------------------------------------------------


def test_development_makes_keys_that_only_their_owner_can_read(environment, tmp_path: Path):
    environment(BERTH_ENV="development", BERTH_SECRET_KEYS=None, BERTH_VAULT_KEYS=None, BERTH_PUBLIC_URL=None)
    first = config.load()
    for name in ("secret_key", "vault_key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600, name
    again = config.load()
    assert (again.secret_keys, again.vault_keys) == (first.secret_keys, first.vault_keys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret_key", "vault_key"], "nothing else is left"


def test_processes_that_start_together_agree_on_the_keys(environment, tmp_path: Path):
    environment(BERTH_ENV="development", BERTH_SECRET_KEYS=None, BERTH_VAULT_KEYS=None, BERTH_PUBLIC_URL=None)
    script = (
        "import os, sys, time\n"
        "from webapp import config\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "made = config.load(); print(made.secret_keys[0], made.vault_keys[0])\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # they have imported everything: from here on they race
        process.stdin.write("\n")
        process.stdin.flush()
    made = {process.communicate(timeout=60)[0] for process in processes}
    assert len(made) == 1, "two processes signed with different keys"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret_key", "vault_key"]


def test_an_instance_folder_that_cannot_be_made_is_named(environment, tmp_path: Path):
    (tmp_path / "file").write_text("")
    environment(
        BERTH_ENV="development",
        BERTH_SECRET_KEYS=None,
        BERTH_VAULT_KEYS=None,
        BERTH_INSTANCE=str(tmp_path / "file" / "instance"),
    )
    assert str(tmp_path / "file") in refused()
