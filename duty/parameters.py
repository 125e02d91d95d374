"""Every parameter that can be read, with its unit. Collectors give no other, metrics and words know each.

Units: ``%`` per cent, ``B`` bytes, ``s`` seconds, ``Cel`` degrees Celsius, ``rpm``, ``V``, ``A``, ``W``, ``Hz``,
``dBm``, ``1`` a plain count, ``bool`` (1 good or yes, 0 not), ``health`` (0 well, 1 warning, 2 critical), and rates of
these (``B/s``, ``1/s``, ``bit/s``). A name that ends in ``_total`` is a counter; ``derive`` makes a ``_rate`` of it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PARAMETERS: Final = MappingProxyType(
    {
        # the look itself
        "ping_loss": "%",
        "ping_time": "s",
        "tcp_time": "s",
        "http_time": "s",
        "http_status": "1",
        "http_status_good": "bool",
        "http_match": "bool",
        "http_bytes": "B",
        "snmp_time": "s",
        "certificate_left": "s",
        "certificate_life": "s",
        # the machine
        "uptime": "s",
        "clock_offset": "s",
        "clock_synchronised": "bool",
        "cpu_used": "%",
        "cpu_core_used": "%",
        "cpu_count": "1",
        "cpu_busy_total": "s",
        "cpu_busy_rate": "s/s",
        "load_1": "1",
        "load_5": "1",
        "load_15": "1",
        "memory_size": "B",
        "memory_available": "B",
        "memory_used": "%",
        "memory_free": "%",
        # memory set aside, or a pool within the memory: full by nature, so that nothing judges it
        "pool_size": "B",
        "pool_used": "%",
        "swap_size": "B",
        "swap_used": "%",
        "swap_in_total": "B",
        "swap_out_total": "B",
        "swap_in_rate": "B/s",
        "swap_out_rate": "B/s",
        "process_count": "1",
        "user_count": "1",
        # disks
        "disk_size": "B",
        "disk_free": "B",
        "disk_used": "%",
        "inodes_used": "%",
        # of what cannot be written to and is full by nature
        "image_used": "%",
        "disk_read_total": "B",
        "disk_write_total": "B",
        "disk_read_rate": "B/s",
        "disk_write_rate": "B/s",
        "disk_reads_total": "1",
        "disk_writes_total": "1",
        "disk_reads_rate": "1/s",
        "disk_writes_rate": "1/s",
        "disk_busy_total": "s",
        "disk_busy_rate": "s/s",
        # ports
        "port_up": "bool",
        "port_enabled": "bool",
        "port_speed": "bit/s",
        "port_full_duplex": "bool",
        "port_mtu": "B",
        "port_in_total": "B",
        "port_out_total": "B",
        "port_in_rate": "B/s",
        "port_out_rate": "B/s",
        "port_in_used": "%",
        "port_out_used": "%",
        "port_in_packets_total": "1",
        "port_out_packets_total": "1",
        "port_in_packets_rate": "1/s",
        "port_out_packets_rate": "1/s",
        "port_in_errors_total": "1",
        "port_out_errors_total": "1",
        "port_in_errors_rate": "1/s",
        "port_out_errors_rate": "1/s",
        "port_in_errors_share": "%",
        "port_out_errors_share": "%",
        "port_in_discards_total": "1",
        "port_out_discards_total": "1",
        "port_in_discards_rate": "1/s",
        "port_out_discards_rate": "1/s",
        "port_in_discards_share": "%",
        "port_out_discards_share": "%",
        "port_discontinuity": "s",
        # the light in a port's fibre; a module of several lanes has one for each
        "optical_rx": "dBm",
        "optical_tx": "dBm",
        "optical_temperature": "Cel",
        # sensors
        "temperature": "Cel",
        # of chips, processors and disks: well at 90 degrees, so that only the device's own limits judge it
        "part_temperature": "Cel",
        "humidity": "%",
        "fan_speed": "rpm",
        "fan_level": "%",
        "fan_health": "health",
        "power_health": "health",
        "battery_charge": "%",
        "battery_time_left": "s",
        "on_battery": "bool",
        "ups_load": "%",
        "voltage": "V",
        "current": "A",
        "power": "W",
        "apparent_power": "VA",
        "power_factor": "1",
        "frequency": "Hz",
        "energy": "kWh",
        # whatever else a device judges of its parts, counts, or tells as a share; the instance says of what
        "health": "health",
        "count": "1",
        "share": "%",
        # neighbours
        "peer_health": "health",
        # chosen processes and services
        "process_running": "1",
        "process_memory": "B",
        "process_cpu": "%",
        "service_running": "bool",
    }
)

FACTS: Final = frozenset(
    {
        "name",
        "description",
        "object_id",
        "location",
        "contact",
        "system",
        "vendor",
        "family",
        "version",
        "model",
        "serial",
        "processor",
        "port_alias",
        "port_state",
        "port_address",
        "port_index",
        "disk_device",
        "disk_type",
        "resolved_address",
        "service_state",
        "server",
        "certificate_names",
        "certificate_issuer",
        "certificate_serial",
        "certificate_ends",
        "neighbour",
        "neighbour_port",
        # the device's own words for its states
        *(parameter for parameter, unit in PARAMETERS.items() if unit == "health"),
    }
)
"""The names a ``Fact`` may have."""
