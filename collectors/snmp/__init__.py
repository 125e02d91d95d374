"""SNMP: the port between our collector and an engine, and what stands on either side."""
