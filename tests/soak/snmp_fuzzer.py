"""What atheris runs: every reader of SNMP datagrams at once; anything but DecodeError ends it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["collectors.snmp"]):
    from collectors.snmp.ber import DecodeError, bindings
    from tests.collectors.snmp.mutants import doors


def main() -> None:
    """Fuzz until told to stop by the arguments of libFuzzer."""
    readers = [door for _, _, door in doors()]

    def test(data: bytes) -> None:
        with suppress(DecodeError):
            bindings(data, 0, len(data))
        for read in readers:
            with suppress(DecodeError):
                read(data)

    atheris.Setup([*sys.argv, f"-artifact_prefix={os.environ.get('TMPDIR', '/tmp')}/"], test)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
