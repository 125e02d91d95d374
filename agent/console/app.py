"""The console as a whole: its pages, who may ask for them, and what is said when something fails."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from agent.console import (
    alert,
    alerts,
    duty_log,
    handover,
    hooks,
    incident,
    incident_deeds,
    incident_files,
    incident_lead,
    incident_report,
    incidents,
    limit,
    link,
    nights,
    papers,
    plans,
    reports,
    roster,
    round,
    round_review,
    sheet,
    sign_in,
    silences,
    target,
    targets,
    tasks,
    tonight,
    watch,
)
from agent.console.gates import Gates
from agent.console.guard import Deed, Page, act, enter, see
from agent.console.headers import SECURITY, SecurityHeaders
from agent.console.office import Office
from agent.console.render import error_page, open_templates
from duty.rights import Right

ERRORS: Final = MappingProxyType(
    {403: "forbidden", 404: "not_found", 405: "method", 408: "slow", 413: "large", 415: "method", 429: "busy"}
)
"""What is said of a status; a refusal that knows better says which words itself."""
SAID: Final = frozenset({"old_page", "foreign", "damaged"})


INCIDENTS: Final = (
    Route("/incidents", see(incidents.show_list)),
    Route("/incidents", act(incidents.make, Right.RECORD), methods=["POST"]),
    Route("/incidents/new", see(incidents.show_form)),
    Route("/incidents/{number}", see(incident.show)),
    Route("/incidents/{number}/note", act(incident_deeds.write, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/bulletin", act(incident_deeds.report, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/skip", act(incident_deeds.leave_out, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/files", act(incident_deeds.leave_file, Right.RECORD, with_file=True), methods=["POST"]),
    Route("/incidents/{number}/files/{file}", see(incident_files.give)),
    Route("/incidents/{number}/plan", act(incident_lead.start, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/title", act(incident_lead.title, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/grade", act(incident_lead.grade, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/name", act(incident_lead.name, Right.COMMAND), methods=["POST"]),
    Route("/incidents/{number}/ask", act(incident_lead.ask, Right.COMMAND), methods=["POST"]),
    Route("/incidents/{number}/finish", act(incident_deeds.finish, Right.RECORD), methods=["POST"]),
    Route("/incidents/{number}/reopen", act(incident_deeds.reopen, Right.RECORD), methods=["POST"]),
    Route("/plans", see(plans.show)),
    Route("/plans/rehearse", act(plans.practise, Right.RECORD), methods=["POST"]),
)
"""Incidents and plans; grading down is looked at where it is done, for to raise needs another right."""


def create_app(office: Office, gates: Gates | None = None) -> Starlette:
    """Return the console. Every page is behind ``see`` and every deed behind ``act``, but for those that let in.

    ``gates`` have guards of their own: links in messages, hooks of other programs. Without them they stay shut.
    """
    app = Starlette(
        routes=[
            Route("/", see(tonight.show, screens=True)),
            Route("/rounds/{number}.pdf", see(papers.round_pdf)),
            Route("/rounds/{number}.xlsx", see(papers.round_xlsx)),
            Route("/rounds/{number}", see(round.show)),
            Route("/rounds/{number}/read", act(round_review.read, Right.RECORD), methods=["POST"]),
            Route("/rounds/{number}/lines", act(round_review.add, Right.RECORD), methods=["POST"]),
            Route("/rounds/{number}/{target:path}", see(sheet.show)),
            Route("/nights", see(nights.show_list)),
            Route("/nights/{site}/{day}.pdf", see(papers.night_pdf)),
            Route("/nights/{site}/{day}.xlsx", see(papers.night_xlsx)),
            Route("/nights/{site}/{day}", see(nights.show)),
            Route("/nights/{site}/{day}/read", act(nights.read, Right.RECORD), methods=["POST"]),
            Route("/alerts", see(alerts.show)),
            Route("/alerts/take", act(alerts.take_shown, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}", see(alert.show)),
            Route("/alerts/{number}/take", act(alert.take_it, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}/give-back", act(alert.give_back, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}/hand", act(alert.hand, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}/snooze", act(alert.snooze, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}/comment", act(alert.comment, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}/close", act(alert.close, Right.TAKE), methods=["POST"]),
            Route("/alerts/{number}/task", act(alert.make_task, Right.RECORD), methods=["POST"]),
            Route("/alerts/{number}/incident", act(incidents.join, Right.RECORD), methods=["POST"]),
            *INCIDENTS,
            Route("/tasks", see(tasks.show)),
            Route("/tasks", act(tasks.make, Right.RECORD), methods=["POST"]),
            Route("/tasks/{number}/change", act(tasks.change, Right.RECORD), methods=["POST"]),
            Route("/tasks/{number}/close", act(tasks.close, Right.RECORD), methods=["POST"]),
            Route("/tasks/{number}/reopen", act(tasks.reopen, Right.RECORD), methods=["POST"]),
            Route("/log", see(duty_log.show)),
            Route("/log", act(duty_log.write, Right.RECORD), methods=["POST"]),
            Route("/silences", see(silences.show)),
            Route("/silences", act(silences.make, Right.SILENCE), methods=["POST"]),
            Route("/silences/{number}/end", act(silences.end, Right.SILENCE), methods=["POST"]),
            Route("/targets", see(targets.show)),
            Route("/targets/{name:path}/limit", act(limit.raise_, Right.SILENCE), methods=["POST"]),
            Route("/targets/{name:path}/limit/end", act(limit.end, Right.SILENCE), methods=["POST"]),
            Route("/targets/{name:path}", see(target.show)),
            Route("/handover", see(handover.show_list)),
            Route("/handover/{number}.pdf", see(papers.form_pdf)),
            Route("/handover/{number}.xlsx", see(papers.form_xlsx)),
            Route("/handover/{number}", see(handover.show)),
            Route("/handover/{number}/fill", act(handover.fill, Right.RECORD), methods=["POST"]),
            Route("/handover/{number}/arrive", act(handover.come, Right.RECORD), methods=["POST"]),
            Route("/handover/{number}/sign", act(handover.sign, Right.SIGN), methods=["POST"]),
            Route("/incidents/{number}/report", see(incident_report.show)),
            Route("/incidents/{number}/report.pdf", see(papers.report_pdf)),
            Route("/incidents/{number}/report.docx", see(papers.report_docx)),
            Route("/incidents/{number}/course.txt", see(papers.course)),
            Route("/incidents/{number}/watch", act(watch.offer, Right.COMMAND), methods=["POST"]),
            Route("/incidents/{number}/report/write", _report(incident_report.write, Right.RECORD), methods=["POST"]),
            Route("/incidents/{number}/report/assign", _report(incident_report.give, Right.RECORD), methods=["POST"]),
            Route("/incidents/{number}/report/submit", _report(incident_report.submit, Right.RECORD), methods=["POST"]),
            Route("/incidents/{number}/report/sign", act(incident_report.sign, Right.SIGN), methods=["POST"]),
            Route("/reports", see(reports.show_list)),
            Route("/reports/{site}/{month}.pdf", see(reports.month_pdf)),
            Route("/reports/{site}/{month}.xlsx", see(reports.month_xlsx)),
            Route("/reports/{site}/{month}", see(reports.show)),
            Route("/roster", see(roster.show)),
            Route("/roster/put", act(roster.put, Right.ROSTER), methods=["POST"]),
            Route("/roster/substitute", act(roster.substitute, Right.ROSTER), methods=["POST"]),
            Route("/roster/withdraw", act(roster.withdraw, Right.ROSTER), methods=["POST"]),
            Route("/sign-in", sign_in.show),
            Route("/sign-in", enter(sign_in.enter), methods=["POST"]),
            Route("/sign-out", act(sign_in.leave, Right.SEE, unchanged=True), methods=["POST"]),
            Route("/password", see(sign_in.show_password, unchanged=True)),
            Route("/password", act(sign_in.change, Right.SEE, unchanged=True), methods=["POST"]),
            Route("/screen/{token}", sign_in.admit_screen),
            *hooks.ROUTES,
            *link.ROUTES,
            *watch.ROUTES,
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(office.terms.hosts), www_redirect=False),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.state.office = office
    app.state.gates = gates
    app.state.press = papers.Press()
    app.state.templates = open_templates()
    return app


def _report(deed: Deed, right: Right) -> Page:
    return act(deed, right, largest=incident_report.LARGEST)


def _refused(request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    response = error_page(request, status, detail if detail in SAID else ERRORS.get(status, "method"))
    response.headers.update((error.headers if isinstance(error, HTTPException) else None) or {})
    return response


def _failed(request: Request, error: Exception) -> Response:
    # This answer is made outside of every middleware, so it brings its headers itself. The server logs the traceback.
    response = error_page(request, 500, "failed")
    response.headers.update(SECURITY)
    return response
