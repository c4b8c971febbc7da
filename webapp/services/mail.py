"""Mail by SMTP, from a background task that tries again; without `BERTH_SMTP_URL` nothing is sent."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from webapp.extensions import settings, wake
from webapp.i18n import _
from webapp.models import ActivationRequest, Connection, User
from webapp.models.accounts import RELINK
from webapp.models.people import MANAGE_INTEGRATIONS
from webapp.services import people


def is_set_up() -> bool:
    """Whether mail can be sent; where it cannot, pages show what to pass on."""
    return bool(settings().smtp_url)


def post(to: str, subject: str, text: str) -> None:
    """Hand a message to the background; without SMTP, a development machine prints it on the console."""
    if is_set_up():
        wake("mail", to, subject, text)
    elif settings().env == "development" and not settings().testing:
        print(f"\n  Mail that is not sent, since BERTH_SMTP_URL is not set\n  To: {to}\n  {subject}\n", flush=True)
        print("  " + text.replace("\n", "\n  "), flush=True)


def send(to: str, subject: str, text: str) -> None:
    """Send one message now. Raises `OSError` or `smtplib.SMTPException`, for which the task tries again."""
    url = urlsplit(settings().smtp_url or "")
    message = EmailMessage()
    message["From"], message["To"] = settings().mail_from, to
    message["Subject"] = " ".join(subject.split())
    message.set_content(text)
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname or "", url.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(url.hostname or "", url.port or 25, timeout=20)
    with server:
        server.ehlo_or_helo_if_needed()  # else no extension is known, and the password would go out in the clear
        if url.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


def invite(email: str, organisation: str, address: str) -> None:
    """Send an invitation's address to the invited person."""
    text = _(
        "You are invited to Berth, for %(organisation)s. This address works once, for seven days:\n\n%(address)s\n",
        organisation=organisation,
        address=address,
    )
    post(email, _("Your invitation to Berth"), text)


def needs_relink(connection: Connection, sentence: str) -> None:
    """Tell the admins that an ATS needs new credentials; positions stay as they were read last."""
    text = _(
        "%(sentence)s\n\nThe positions of “%(name)s” stay on the page as they were read last. To read them again, use "
        "Relink Flow in Administration > Integrations > ATS.\n",
        sentence=sentence,
        name=connection.name,
    )
    for user in _admins(connection):
        post(user.email, _("%(name)s needs to be relinked", name=connection.name), text)


def to_desk(request: ActivationRequest) -> None:
    """Tell the service desk that something about a request has changed; the page says what."""
    text = _(
        "%(organisation)s: %(ats)s (%(purpose)s).\n\nSee the service desk page for what is next.\n",
        organisation=request.organisation.name,
        ats=request.ats_text,
        purpose=_("relink") if request.purpose == RELINK else _("activation"),
    )
    for user in people.service_desk():
        post(user.email, _("Berth: the request of %(name)s", name=request.organisation.name), text)


def magic_link(request: ActivationRequest, address: str) -> None:
    """Send the magic link to the contact that the request names."""
    text = _(
        "%(organisation)s would like to show your open positions on its intranet. Link %(ats)s here, within seven "
        "days:\n\n%(address)s\n",
        organisation=request.organisation.name,
        ats=request.ats_text,
        address=address,
    )
    post(request.email, _("Your link to connect %(ats)s", ats=request.ats_text), text)


def shared(request: ActivationRequest) -> None:
    """Tell the admins that ID and token wait for them; neither is in the mail."""
    text = _(
        "%(ats)s is linked. Open your request in Administration > Integrations > ATS, show ID and token, and use Add "
        "connection.\n",
        ats=request.ats_text,
    )
    for user in people.who_may(request.organisation_id, MANAGE_INTEGRATIONS):
        post(user.email, _("%(ats)s is ready to be added", ats=request.ats_text), text)


def _admins(connection: Connection) -> list[User]:
    return people.who_may(connection.organisation_id, MANAGE_INTEGRATIONS)
