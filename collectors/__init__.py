"""Go and look. A collector asks one kind of target and writes down what it sees; the runner guards them all.

Adding one: its file, its test, its options in ``config/schema.py``, its line in ``collectors/registry.py``.
"""
