"""Questions and answers as packets that people are told of."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from collectors.snmp import messages
from collectors.snmp.ber import decode_oid
from collectors.snmp.messages import Reply, names_of
from collectors.snmp.port import Packet
from collectors.snmp.session import Question
from collectors.snmp.tables import Answer, Missing, NoAnswer

STATUSES: Final = MappingProxyType(
    {
        1: "tooBig",
        2: "noSuchName",
        3: "badValue",
        4: "readOnly",
        5: "genErr",
        6: "noAccess",
        13: "resourceUnavailable",
        16: "authorizationError",
    }
)
"""Error statuses that an answer to a question may have, by their names in RFC 3416."""


def asked_packet(at: float, question: Question, size: int) -> Packet:
    """Tell of a question."""
    names = tuple((".".join(map(str, name)), None) for name in question.names)
    return Packet(at, question.kind.value, names, question.rows, size)


def answered_packet(at: float, answer: Answer | NoAnswer) -> Packet:
    """Tell of what came back. What says that no answer will come (a wrong user) is a report."""
    if isinstance(answer, NoAnswer):
        return Packet(at, "report", error=answer.code)
    bindings = tuple(
        (".".join(map(str, name)), None if isinstance(value, Missing) else value) for name, value in answer.bindings
    )
    error = STATUSES.get(answer.error, str(answer.error)) if answer.error else ""
    return Packet(at, "answer", bindings, size=answer.size, error=error)


def question_packet(at: float, asked: messages.Question, size: int) -> Packet:
    """Tell of a question of our own engine."""
    names = tuple((decode_oid(name), None) for name in names_of(asked))
    return Packet(at, messages.KINDS[asked.kind].value, names, asked.rows, size)


def reply_packet(at: float, reply: Reply) -> Packet:
    """Tell of what came back to our own engine."""
    bindings = tuple(
        (decode_oid(name), None if isinstance(value, Missing) else value)
        for name, value in zip(reply.names, reply.values, strict=True)
    )
    error = STATUSES.get(reply.error, str(reply.error)) if reply.error else ""
    return Packet(at, "answer", bindings, error=error)
