"""The log routes: for an admin's key alone, and only where a setting lets them be. What they show is `ring`'s."""

import collections
import resource
import shutil
import time
from collections.abc import Iterable, Mapping

from aiohttp import web

from kubeocr_contract import jobs, ocr_server, settings
from kubeocr_runtime import errors
from kubeocr_runtime.requests import queries, reception, ring

_RING = web.AppKey("ring", ring.Ring)
_MOST_LINES = 10_000
_MOST_FOUND = 1000
_LONGEST_TERM = 200
_ALL = "all"


def install(app: web.Application, chosen: settings.Settings) -> list[web.RouteDef]:
    """The routes; where the setting leaves them off they are not found, and nothing is kept for them."""
    if chosen.log_routes == "admin":
        app[_RING] = ring.Ring()
        app.cleanup_ctx.append(ring.listening(app[_RING]))
    return [
        web.get(ocr_server.LOGS, list_files),
        web.get(f"{ocr_server.LOGS}/stats", tell_figures),
        web.get(f"{ocr_server.LOGS}/search", search),
        web.get(f"{ocr_server.LOGS}/{{filename}}", show),
    ]


async def list_files(request: web.Request) -> web.Response:
    """GET of the days of which lines are kept."""
    lines = _lines(request)
    level, date = _level(request.query), request.query.get("date")
    listed = [
        _file(name, found)
        for name, found in ring.by_file(lines).items()
        if date in {None, ring.day(name)} and (level == _ALL or any(line.level == level for line in found))
    ]
    return web.json_response({"log_files": listed, "total_files": len(listed)})


async def show(request: web.Request) -> web.Response:
    """GET of a day's last lines."""
    lines = _lines(request)
    name = request.match_info["filename"]
    found = ring.by_file(lines).get(name)
    if found is None:
        raise errors.LogNotFound(f"no log is called {name[:64]!r}", filename=name[:64])
    term = request.query.get("search", "").casefold()[:_LONGEST_TERM]
    wanted = [line for line in _of_level(found, _level(request.query)) if term in line.content.casefold()]
    count = queries.whole(request.query, "lines", 100, (1, _MOST_LINES))
    told = [line.content for line in wanted[-count:]]
    return web.json_response({"filename": name, "content": told, "total_lines": len(found), "filtered_lines": len(wanted)})


async def tell_figures(request: web.Request) -> web.Response:
    """GET of how much is kept, and how the pod does."""
    lines = _lines(request)
    levels = collections.Counter(line.level for line in lines)
    days = sorted({line.day for line in lines})
    told = {
        "total_log_files": len(days),
        "total_size_bytes": ring.size(lines),
        "oldest_log": days[0] if days else None,
        "newest_log": days[-1] if days else None,
        "log_levels": {level: levels[level] for level in ring.LEVELS},
        "system_info": {
            "uptime": _duration(time.time() - request.app[_RING].began),
            "memory_usage": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}MB",
            "disk_usage": f"{shutil.disk_usage('/').used / 2**30:.1f}GB",
        },
    }
    return web.json_response(told)


async def search(request: web.Request) -> web.Response:
    """GET of lines that have a text in them, the newest first."""
    begin = time.monotonic()
    lines = _lines(request)
    term = queries.line(request.query, "query", "", _LONGEST_TERM)
    since = queries.moment(request.query, "start_date", 0.0)
    until = queries.moment(request.query, "end_date", float("inf"))
    limit = queries.whole(request.query, "limit", 50, (1, _MOST_FOUND))
    found = [
        line
        for line in _of_level(lines, _level(request.query))
        if since <= line.at < until and term.casefold() in line.content.casefold()
    ]
    told = {"query": term, "results": [_hit(line) for line in found[: -limit - 1 : -1]], "total_results": len(found)}
    return web.json_response({**told, "search_time_ms": round((time.monotonic() - begin) * 1000)})


def _lines(request: web.Request) -> list[ring.Line]:
    """Raises `errors.Forbidden`, and `errors.LogNotFound` where the setting leaves the routes off."""
    reception.refuse_all_but_admins(request)
    if _RING not in request.app:
        raise errors.LogNotFound("this service keeps no log for its API; KUBEOCR_LOG_ROUTES=admin has it kept")
    return request.app[_RING].lines()


def _level(query: Mapping[str, str]) -> str:
    return queries.choice(query, "level", _ALL, ring.LEVELS)


def _of_level(lines: Iterable[ring.Line], level: str) -> list[ring.Line]:
    return [line for line in lines if level in {_ALL, line.level}]


def _file(name: str, lines: list[ring.Line]) -> dict[str, object]:
    return {
        "filename": name,
        "size_bytes": ring.size(lines),
        "last_modified": jobs.moment(lines[-1].at),
        "log_levels": [level for level in ring.LEVELS if any(line.level == level for line in lines)],
    }


def _hit(line: ring.Line) -> dict[str, object]:
    told = {"filename": f"app_{line.day}.log", "line_number": line.number, "content": line.content}
    return {**told, "timestamp": jobs.moment(line.at)}


def _duration(seconds: float) -> str:
    days, hours = divmod(int(seconds // 3600), 24)
    return f"{days} days, {hours} hours"
