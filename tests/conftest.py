"""What holds for every test: no test times itself, so that a busy machine fails none."""

from hypothesis import settings

settings.register_profile("nightduty", deadline=None)
settings.load_profile("nightduty")
