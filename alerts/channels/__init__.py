"""The ways to tell people, by kind; each takes one message and returns the other side's receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alerts.channels import mail, service
from alerts.outbox import MAIL, ChannelError, Send, Waiting
from collector.inventory.model import Channel, Inventory

Way = Callable[[Channel, str, Waiting], str]
"""Channel, its URL with the secret in it, message; the receipt comes back."""

SERVICES: dict[str, tuple[str, ...]] = {
    "telegram": ("tgram",),
    "zalo": ("zalo",),
    "ntfy": ("ntfy", "ntfys"),
    "teams": ("msteams", "workflow", "workflows"),
    "webhook": ("json", "jsons"),
    "apprise": (),
}
"""How a channel's URL begins, by kind; `apprise` takes all that the library of that name knows."""


def ids(inventory: Inventory) -> tuple[str, ...]:
    """Every channel that messages may wait for, papers first."""
    return (MAIL, *(one.id for one in inventory.notices.channels))


def sender(inventory: Inventory, state_folder: Path) -> Send:
    """Hands each message to its own channel. Raises ChannelError where the office has none."""
    declared = {one.id: one for one in inventory.notices.channels}

    def send(one: Waiting) -> str:
        channel = declared.get(one.message.channel)
        if channel is None or channel.kind == "mail":
            return _by_mail(inventory, state_folder, channel, one)
        url = secret(state_folder, channel.url_file or "")
        return service.send(url, SERVICES[channel.kind], one)

    return send


def _by_mail(
    inventory: Inventory, state_folder: Path, channel: Channel | None, one: Waiting
) -> str:
    if channel is None and one.message.channel != MAIL:
        raise ChannelError(f"inventory.yaml has no channel {one.message.channel} any more")
    if inventory.mail is None:
        raise ChannelError("inventory.yaml has no mail server: write the group mail")
    own = inventory.contacts.it_officer.email
    recipients = (
        one.message.recipients or (channel.to if channel else ()) or ((own,) if own else ())
    )
    password = inventory.mail.password_file and secret(state_folder, inventory.mail.password_file)
    ca = state_folder / inventory.mail.ca_file if inventory.mail.ca_file else None
    return mail.send(inventory.mail, password, ca, recipients, one)


def secret(state_folder: Path, name: str) -> str:
    """What stands in a file of secrets; a relative path lies in the state folder."""
    try:
        return (state_folder / name).read_text("utf-8").strip()
    except OSError as error:
        raise ChannelError(f"{name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ChannelError(f"{name} is no text") from error
