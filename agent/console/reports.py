"""The monthly reports: which there are, one of them on a page with its evidence, and as files to keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.addresses import Addresses
from agent.console.desk import office_of
from agent.console.papers import PDF, XLSX, give, press_of
from agent.console.render import language_of, page
from agent.services.report_month import list_months, read_month
from duty.operations import Month, MonthReport
from exporters.bars import Bar, bars
from exporters.papers.monthly_cells import minutes
from exporters.papers.monthly_report import monthly_file_name, monthly_paper, monthly_papers
from exporters.papers.paper import Paper
from exporters.papers.pdf import pdf
from exporters.papers.xlsx import workbook
from exporters.words import Say, words

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OfMonth(Addresses):
    """Where the pages are on which each figure of a report can be seen."""

    report: MonthReport

    def alerts(self, target: str = "", check: str = "") -> str:
        # From the newest alert of the month on; what is older than the month follows on later pages.
        site = self.report.site if self.report.several_sites else ""
        asked = {"show": "all", "site": site, "q": target, "check": check, "before": str(self.report.last_alert + 1)}
        return "/alerts?" + urlencode({name: value for name, value in asked.items() if value}, errors="replace")

    def night(self, day: date) -> str:
        return f"/nights/{quote(self.report.site, safe='')}/{day.isoformat()}"


async def show_list(request: Request) -> Response:
    """Show of which months there is a report."""
    listed = await list_months(office_of(request).station)
    newest = sorted({month for months in listed.months.values() for month in months}, reverse=True)
    return await page(request, "reports.html", listed, listed=listed, newest=newest)


async def show(request: Request) -> Response:
    """Show the report on one month."""
    async with press_of(request).turn():
        report = await _report(request)
        say = words(language_of(request))
        paper, plots = await run_in_threadpool(_laid_out, report, say)
    return await page(request, "report.html", report, report=report, paper=paper, plots=plots)


async def month_pdf(request: Request) -> Response:
    """Return the report on paper."""
    return await give(request, _report, monthly_file_name, lambda report, say: pdf(monthly_paper(report, say)), PDF)


async def month_xlsx(request: Request) -> Response:
    """Return the report as a workbook."""

    def printed(report: MonthReport, say: Say) -> bytes:
        return workbook(monthly_papers(report, say))

    return await give(request, _report, monthly_file_name, printed, XLSX)


async def _report(request: Request) -> MonthReport:
    """Return the report that an address names. HTTPException 404 where there is none."""
    try:
        first = date.fromisoformat(f"{request.path_params['month']}-01")
    except ValueError:
        raise HTTPException(404) from None
    site = str(request.path_params["site"])
    report = await read_month(office_of(request).station, site, Month(first.year, first.month))
    if report is None:
        raise HTTPException(404)
    return report


def _laid_out(report: MonthReport, say: Say) -> tuple[Paper, tuple[Markup, ...]]:
    return monthly_paper(report, say, OfMonth(report)), plots_of(report, say)


def plots_of(report: MonthReport, say: Say) -> tuple[Markup, ...]:
    """Draw the alerts and the minutes lost of each day."""

    def told(day: date, many: str) -> str:
        return say("monthly.plot_day", day=day.isoformat(), n=many)

    alerts = [
        Bar(d.day, (("critical", d.criticals), ("warning", d.warnings)), told(d.day, f"{d.criticals + d.warnings:,}"))
        for d in report.per_day
    ]
    lost = [Bar(d.day, (("lost", d.lost / MINUTE),), told(d.day, minutes(d.lost))) for d in report.per_day]
    drawn = (
        bars(say("monthly.plot_alerts"), alerts, say=say, name="bars-alerts"),
        bars(say("monthly.plot_lost"), lost, say=say, name="bars-lost"),
    )
    return tuple(Markup(picture) for picture in drawn)  # noqa: S704 escaped where it was drawn
