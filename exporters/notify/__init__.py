"""Tell people. A notifier speaks to one kind of channel and says whether the message was taken, not merely sent.

Adding one: its file, its test, its model in ``config/channels.py``, its line in ``exporters/notify/registry.py``.
"""
