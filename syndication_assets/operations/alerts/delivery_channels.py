"""The channels of alerts: mail by SMTP, incoming webhooks as Slack has them, and signed webhooks for programs.

Own code of a few lines each instead of Apprise: its plugins open their connections by themselves, with other bounds,
and quote URLs with their tokens in their logs.
"""

import json
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from syndication_assets.database.connection import Connection
from syndication_assets.database.secret_box import SecretError
from syndication_assets.database.stored_settings import read_secret_setting, read_setting
from syndication_assets.operations.alerts.messages import Message
from syndication_assets.operations.outgoing import (
    SECONDS,
    SHOWN_OF_AN_ANSWER,
    DeliveryError,
    post,
    signed_headers,
    variable,
)
from syndication_assets.settings import Settings
from syndication_assets.text.outside import clean

_LONGEST_TITLE = 200


def send(connection: Connection, channel: str, address: str, secret_name: str | None, message: Message) -> None:
    """Delivers a message. DeliveryError if the channel did not accept it."""
    sender: Callable[[], None] = {
        "mail": lambda: _send_mail(connection, address, message),
        "slack": lambda: post(variable(address), {"text": f"*{message.title}*\n{message.text}"}, {}),
        "webhook": lambda: _post_signed(variable(address), variable(secret_name or ""), message),
    }[channel]
    sender()


def _post_signed(url: str, key: str, message: Message) -> None:
    body = json.dumps({"title": message.title, "text": message.text, **message.data}).encode()
    post(url, body, signed_headers(key, message.delivery_id, body))


def _send_mail(connection: Connection, address: str, message: Message) -> None:
    url, sender = _mail_server(connection)
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())[:_LONGEST_TITLE]
    mail["From"] = sender
    mail["To"] = address
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = make_msgid(message.delivery_id, domain="syndication-assets.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    parts = urlsplit(url.get_secret_value())
    try:
        with _server(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif parts.scheme == "smtp" and parts.username:
                raise DeliveryError("The mail server offers no encryption (STARTTLS), so no password is sent to it.")
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)
    except smtplib.SMTPAuthenticationError:
        raise DeliveryError("The mail server rejects the login: set mail.server, or SYNDICATION_SMTP_URL.") from None
    except smtplib.SMTPRecipientsRefused:
        raise DeliveryError(f"The mail server rejects the address {address}.") from None
    except smtplib.SMTPResponseException as error:
        reason = clean(
            error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        )
        raise DeliveryError(f"The mail server answered {error.smtp_code}: {reason[:SHOWN_OF_AN_ANSWER]}") from None
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(f"The mail server was not reached: {type(error).__name__}: {error}") from None


def _mail_server(connection: Connection) -> tuple[SecretStr, str]:
    """The URL of the mail server and the sender: those of the database, else those of the environment."""
    settings = Settings.from_environment()
    try:
        url = read_secret_setting(connection, settings.secret_keys, "mail.server") or settings.smtp_url
    except SecretError as error:
        raise DeliveryError(str(error)) from None
    sender = read_setting(connection, "mail.sender") or settings.mail_from
    if url is None or sender is None:
        raise DeliveryError(
            "Mail needs a server and a sender: `syndication settings set mail.server` and `… mail.sender`, or "
            "SYNDICATION_SMTP_URL and SYNDICATION_MAIL_FROM where Dagster runs."
        )
    return url, sender


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 587, timeout=SECONDS)
