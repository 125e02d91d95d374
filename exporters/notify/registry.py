"""Every kind of notifier by the name that a channel calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from exporters.notify.anything import AppriseNotifier
from exporters.notify.command import CommandNotifier
from exporters.notify.dingtalk import DingTalkNotifier
from exporters.notify.feishu import FeishuNotifier
from exporters.notify.port import Notifier
from exporters.notify.smtp import SmtpNotifier
from exporters.notify.webhook import WebhookNotifier
from exporters.notify.wecom import WecomAppNotifier, WecomRobotNotifier

NOTIFIERS: Final[Mapping[str, Callable[[Any, Callable[[], datetime]], Notifier]]] = MappingProxyType(
    {
        "apprise": AppriseNotifier,
        "command": CommandNotifier,
        "dingtalk": DingTalkNotifier,
        "feishu": FeishuNotifier,
        "smtp": SmtpNotifier,
        "webhook": WebhookNotifier,
        "wecom_app": WecomAppNotifier,
        "wecom_robot": WecomRobotNotifier,
    }
)
"""A notifier is made of one channel of its kind and of what tells the time, which signatures and mails carry."""
