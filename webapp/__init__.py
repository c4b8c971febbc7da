"""Berth. `create_app()` is where everything meets; importing the package alone imports no Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from webapp.config import Settings

__version__ = "1.0.0"


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. Raises `SettingsError` with one sentence per fault of the settings."""
    import logging
    from pathlib import Path

    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from webapp import cli, config, models, tasks, views
    from webapp import widget as widgets
    from webapp.extensions import csrf, db, limiter, login_manager, migrate

    settings = settings or config.load()
    root = Path(__file__).parent.parent
    app = Flask(__name__, template_folder=str(root / "templates"), static_folder=str(root / "static"))
    app.config.update(_flask_config(settings))
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    assert models  # every table is known from here on
    db.init_app(app)
    migrate.init_app(app, db, directory=str(root / "migrations"))
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    views.register(app)
    widgets.register(app)
    tasks.register(app)
    cli.register(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies, x_host=0
        )
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    from datetime import timedelta
    from urllib.parse import urlsplit

    hosts = ["127.0.0.1", "localhost"] if settings.env == "development" else []
    if settings.public_url:
        hosts.append(urlsplit(settings.public_url).hostname or "")
    pool = {} if settings.database.startswith("sqlite") else {"pool_pre_ping": True, "pool_recycle": 1800}
    return {
        "BERTH": settings,
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": pool,
        "SESSION_COOKIE_NAME": "__Host-berth" if settings.https else "berth",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "WTF_CSRF_TIME_LIMIT": None,
        "TRUSTED_HOSTS": hosts,
        "MAX_CONTENT_LENGTH": 64 * 1024,
        "PREFERRED_URL_SCHEME": "https" if settings.https else "http",
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(settings.redis_url),
        "RATELIMIT_IN_MEMORY_FALLBACK": ["10 per minute"] if settings.redis_url else [],
        "RATELIMIT_ENABLED": True,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),
    }
