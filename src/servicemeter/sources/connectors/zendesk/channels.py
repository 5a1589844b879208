"""Zendesk's channels in our words."""

from __future__ import annotations

__all__ = ["channel_of"]

_CHANNELS = {
    "voice": "phone",
    "phone": "phone",
    "twitter": "social",
    "twitter_dm": "social",
    "facebook": "social",
    "facebook_post": "social",
    "facebook_message": "social",
    "instagram_dm": "social",
    "any_channel": "social",
    "native_messaging": "messaging",
    "whatsapp": "messaging",
    "line": "messaging",
    "sms": "sms",
    "mobile": "web",
    "mobile_sdk": "web",
    "help_center": "web",
    "web_widget": "web",
    "web_form": "web",
    "chat": "chat",
}


def channel_of(via: str | None) -> str | None:
    """The channel of a `via`; one we have no word for keeps its name."""
    return None if not via else _CHANNELS.get(via.lower(), via.lower())
