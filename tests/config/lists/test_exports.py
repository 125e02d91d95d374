"""What Zabbix and Prometheus have: hosts and targets in each form, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.lists.entry import Asked, Entry, Listed
from config.lists.opening import read_list
from duty.errors import SettingsError

HOSTS: list[dict[str, Any]] = [
    {
        "host": "core-1",
        "name": "核心 1",
        "description": "main",
        "templates": [{"name": "Cisco IOS by SNMP"}],
        "groups": [{"name": "Switches/Core"}, {"name": "IDC A"}],
        "interfaces": [
            {"ip": "10.9.9.9", "interface_ref": "if2"},
            {"type": "SNMP", "ip": "10.0.0.1", "port": "161", "details": {"community": "{$SNMP_COMMUNITY}"}},
        ],
        "inventory": {"location": "Room 3", "asset_tag": "ZC-1", "serialno_a": "S1", "model": "S5735"},
    },
    {
        "host": "access-2",
        "interfaces": [
            {
                "type": "SNMP", "useip": "NO", "dns": "access-2.example.com", "port": "1161",
                "details": {
                    "version": "SNMPV3", "securityname": "nightduty", "securitylevel": "AUTHPRIV",
                    "authprotocol": "SHA256", "authpassphrase": "{$AUTH}", "privprotocol": "AES128",
                    "privpassphrase": "pl41n-s3cret", "contextname": "vlan-5",
                },
            }
        ],
        "macros": [{"macro": "{$AUTH}", "value": "very-s3cret"}],
    },
    {"host": "web-1", "groups": [{"name": "Linux servers"}], "interfaces": [{"ip": "10.0.0.3"}]},
    {"host": "plain", "interfaces": [{"type": "SNMP", "ip": "10.0.0.4", "details": {"community": "n0t-public"}}]},
    {"host": "off", "status": "DISABLED"},
    {"host": "java", "interfaces": [{"type": "JMX", "ip": "10.0.0.9"}]},
]  # fmt: skip


def xml_of(tag: str, value: Any) -> str:
    inner = {"hosts": "host", "groups": "group", "interfaces": "interface", "macros": "macro", "templates": "template"}
    if isinstance(value, list):
        return f"<{tag}>{''.join(xml_of(inner[tag], each) for each in value)}</{tag}>"
    if isinstance(value, dict):
        return f"<{tag}>{''.join(xml_of(key, each) for key, each in value.items())}</{tag}>"
    return f"<{tag}>{value}</{tag}>"


EXPORT = {"zabbix_export": {"version": "6.4", "hosts": HOSTS, "templates": [{"template": "T"}]}}
FORMS = {
    "export.yaml": yaml.safe_dump(EXPORT, allow_unicode=True),
    "export.json": json.dumps(EXPORT),
    "export.xml": '<?xml version="1.0" encoding="UTF-8"?>\n' + xml_of("zabbix_export", EXPORT["zabbix_export"]),
}


def listed(folder: Path, name: str, content: str) -> Listed:
    (folder / name).write_text(content, "utf-8")
    return read_list(folder / name)


@pytest.mark.parametrize("form", FORMS)
def test_the_hosts_of_zabbix_in_each_form(tmp_path: Path, form: str) -> None:
    found = listed(tmp_path, form, FORMS[form])
    core, access, web, plain = found.entries
    assert core == Entry(
        "host core-1", "核心 1", "10.0.0.1", "161", kind="snmp", asked=Asked("SNMP_COMMUNITY"), remark="main",
        groups=("Switches/Core", "IDC A"), room="Room 3", asset="ZC-1", serial="S1", model="S5735",
    )  # fmt: skip
    assert (access.address, access.port) == ("access-2.example.com", "1161")
    assert access.asked is not None
    assert (access.asked.name, dict(access.asked.settings), access.asked.needs) == (
        "AUTH",
        {"version": "3", "user": "nightduty", "auth": "sha256", "priv": "aes", "context": "vlan-5"},
        ("auth_password", "priv_password"),
    )
    assert "s3cret" not in repr(access)
    assert (web.kind, web.address, web.asked) == (None, "10.0.0.3", None)
    assert plain.asked == Asked(secret="n0t-public")
    assert [str(problem) for problem in found.problems] == [
        f"{form}: host java: no interface of SNMP or of an agent, expected one with an address; the host is left out"
    ]
    assert found.dropped == {"hosts that are disabled": 1, "templates": 1, "further interfaces of a host": 1}


FILE_SD = [
    {"targets": ["10.0.0.1", "[2001:db8::1]:161"], "labels": {"site": "hz1", "auth": "switches", "name": "core"}},
    {"targets": ["10.0.0.3:9100"], "labels": {"job": "node", "rack": "A01", "env": "prod"}},
    {"targets": ["10.0.0.4:5432", 7, ""], "labels": {}},
    "nothing",
    {"labels": {}},
]


@pytest.mark.parametrize("form", ["targets.json", "targets.yml"])
def test_a_file_of_targets(tmp_path: Path, form: str) -> None:
    text = json.dumps(FILE_SD) if form.endswith("json") else yaml.safe_dump(FILE_SD)
    found = listed(tmp_path, form, text)
    core, six, node, database, *rest = found.entries
    assert (core.kind, core.asked, core.site, core.name) == ("snmp", Asked("switches"), "hz1", "core")
    assert (six.kind, six.address) == ("snmp", "[2001:db8::1]:161")
    assert (node.kind, node.url, node.rack, node.groups) == (
        "exposition", "http://10.0.0.3:9100/metrics", "A01", ("prod",),
    )  # fmt: skip
    assert (database.kind, database.address) == ("tcp", "10.0.0.4:5432")
    said = [problem.what for problem in found.problems]
    assert said[-2:] == ["not a group of targets", "a group without targets"]
    assert "a target that is no text" in said
    assert len(rest) <= 1  # YAML read as texts has no numbers


PROMETHEUS = """
global: {scrape_interval: 15s}
scrape_configs:
  - job_name: switches
    metrics_path: /snmp
    params: {auth: [switches_v2], module: [if_mib]}
    static_configs:
      - targets: [10.0.0.1, 'core-2.example.com:1161']
        labels: {room: A}
    relabel_configs:
      - source_labels: [__address__]
        target_label: __param_target
  - job_name: pages
    metrics_path: /probe
    params: {module: [http_2xx]}
    static_configs: [{targets: ['https://www.example.com/health']}]
  - job_name: pings
    metrics_path: /probe
    params: {module: [icmp]}
    static_configs: [{targets: [10.0.0.5]}]
  - job_name: kube
    kubernetes_sd_configs: [{role: node}]
"""


def test_the_static_targets_of_a_prometheus(tmp_path: Path) -> None:
    found = listed(tmp_path, "prometheus.yml", PROMETHEUS)
    assert [(e.kind, e.address or e.url) for e in found.entries] == [
        ("snmp", "10.0.0.1"),
        ("snmp", "core-2.example.com:1161"),
        ("http", "https://www.example.com/health"),
        ("icmp", "10.0.0.5"),
    ]
    assert found.entries[0].asked == Asked("switches_v2")
    assert (found.entries[0].model, found.entries[0].room) == ("if_mib", "A")
    assert found.dropped == {"targets that are found by kubernetes_sd_configs": 1}


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]><zabbix_export>&a;</zabbix_export>'
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.xml", ENTITIES, "document type", id="entities"),
        pytest.param("a.xml", "<zabbix_export><hosts>", "not XML", id="half an XML"),
        pytest.param("a.xml", "<other/>", "no export of Zabbix", id="another XML"),
        pytest.param("a.xml", "<a>" * 100 + "</a>" * 100, "nested too deep", id="a deep XML"),
        pytest.param("a.yaml", "a: &x [1]\nb: *x\n", "an alias", id="an alias"),
        pytest.param("a.yaml", "[" * 100 + "]" * 100, "nested too deep", id="a deep YAML"),
        pytest.param("a.yaml", "a: [", "a.yaml:2: neither YAML nor JSON", id="half a YAML"),
        pytest.param("a.yaml", "a: !!python/object/apply:os.system [x]", "no list that is known", id="a tag"),
        pytest.param("a.json", '{"a":', "neither YAML nor JSON", id="half a JSON"),
        pytest.param("a.json", "[" * 100_000, "neither YAML nor JSON", id="a deep JSON"),
        pytest.param("a.json", "7", "no list that is known here", id="a number"),
        pytest.param("a.yaml", "sites: {}\n", "no list that is known here", id="our own settings"),
    ],
)
def test_what_is_none_of_them_gets_one_line(tmp_path: Path, name: str, content: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        listed(tmp_path, name, content)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.yaml", "zabbix_export: {version: '7.0', templates: [{template: T}]}", "no hosts", id="no host"),
        pytest.param("a.yml", "scrape_configs: [{job_name: a}]", "no static targets", id="no target"),
        pytest.param("a.yml", "scrape_configs: none", "no static targets", id="no list"),
    ],
)
def test_an_empty_export_is_told(tmp_path: Path, name: str, content: str, said: str) -> None:
    assert said in str(listed(tmp_path, name, content).problems[0])
