"""The page's routes: one HTML page, two files, and JSON for what changes. Nothing a client sends names a file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from jinja2 import Environment, select_autoescape
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.domains import BY_KEY
from pipeline.errors import DomainesError, UsageError
from pipeline.review.desk import Desk
from pipeline.review.doors import Doors
from pipeline.review.journal import annotator_name
from pipeline.review.rows import DISAGREEMENTS, DOUBTED, PAIR
from pipeline.review.rules import CASES, ORDER, PRINCIPLE
from pipeline.review.sessions import Session, Sessions
from pipeline.review.wording import WORDINGS, Wording

COOKIE = "domaines_review"
LONGEST_KEY, FOUND = 100, 20
_PAGES = files("pipeline.review") / "pages"

Answer = Callable[[Session, dict[str, Any]], dict[str, Any]]


class Page:
    """The application over a desk. ``annotator`` spares the question of the name; the cookie bears ``port``.

    Cookies do not tell ports apart: without it, two reviews on one machine would close one another's session.
    """

    def __init__(self, desk: Desk, token: str, port: int, lang: str = "fr", annotator: str = "") -> None:
        self._desk, self._words, self._annotator = desk, WORDINGS[lang], annotator
        self._sessions, self._cookie = Sessions(token), f"{COOKIE}_{port}"
        pages = Environment(autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True)
        self._templates = {
            name: pages.from_string((_PAGES / name).read_text(encoding="utf-8"))
            for name in ("page.html", "name.html", "closed.html")
        }
        self._static = {
            "/review.js": ((_PAGES / "review.js").read_bytes(), "text/javascript"),
            "/review.css": ((_PAGES / "review.css").read_bytes(), "text/css"),
        }

    def application(self, hosts: Collection[str]) -> Starlette:
        """Give the ASGI application, behind its doors."""
        routes = [
            Route("/", self._home),
            Route("/favicon.ico", self._icon),
            Route("/name", self._name, methods=["POST"]),
            *(Route(path, self._file) for path in self._static),
            Route("/api/start", self._reading(self._start)),
            Route("/api/next", self._reading(self._next)),
            Route("/api/ahead", self._reading(self._ahead)),
            Route("/api/row", self._reading(self._row)),
            Route("/api/search", self._reading(self._search)),
            Route("/api/decide", self._writing(self._decide), methods=["POST"]),
            Route("/api/undo", self._writing(self._undo), methods=["POST"]),
        ]
        return Starlette(routes=routes, middleware=[Middleware(Doors, hosts=hosts)])

    async def _home(self, request: Request) -> Response:
        token = request.query_params.get("token")
        if token is not None:
            return self._enter(token)
        session = self._session(request)
        if session is None:
            return self._html("closed.html", status=403)
        if not session.annotator:
            return self._html("name.html", csrf=session.csrf)
        return self._html("page.html", **self._page_context(session))

    def _enter(self, token: str) -> Response:
        secret = self._sessions.open(token, self._annotator)
        if secret is None:
            return self._html("closed.html", status=403)
        # Away from the address that holds the token, so that it stays out of screenshots and histories.
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, secret, httponly=True, samesite="strict")
        return answer

    async def _name(self, request: Request) -> Response:
        session = self._session(request)
        form = await request.form(max_files=0, max_fields=5)
        if session is None or not _same(str(form.get("csrf", "")), session.csrf):
            return self._html("closed.html", status=403)
        try:
            name = annotator_name(str(form.get("name", "")))
        except UsageError as error:
            return self._html("name.html", status=400, csrf=session.csrf, problem=str(error))
        known = [each for each in self._desk.names() if each.casefold() == name.casefold()]
        if (known or self._sessions.in_use(name, session)) and not form.get("mine"):
            problem = self._words.taken.format(name=name)
            return self._html("name.html", status=409, csrf=session.csrf, problem=problem, name=name)
        session.annotator = known[0] if known else name
        return RedirectResponse("/", 303)

    async def _file(self, request: Request) -> Response:
        content, kind = self._static[request.url.path]
        return Response(content, media_type=kind)

    async def _icon(self, request: Request) -> Response:
        return Response(status_code=204)

    def _reading(self, answer: Answer) -> Callable[[Request], Any]:
        async def respond(request: Request) -> Response:
            session = self._session(request)
            if session is None or not session.annotator:
                return _problem(self._words.bad_link, 403)
            asked = dict(request.query_params)
            return self._getting_ready(await run_in_threadpool(_answered, answer, session, asked), session, asked)

        return respond

    def _writing(self, answer: Answer) -> Callable[[Request], Any]:
        async def respond(request: Request) -> Response:
            session = self._session(request)
            if session is None or not session.annotator:
                return _problem(self._words.bad_link, 403)
            if not _same(request.headers.get("x-csrf-token", ""), session.csrf):
                return _problem("Jeton CSRF absent ou périmé : recharger la page.", 403)
            try:
                asked = json.loads(await request.body())
            except (ValueError, RecursionError):
                asked = None
            if not isinstance(asked, dict):
                return _problem("Requête illisible : un objet JSON est attendu.", 400)
            return self._getting_ready(await run_in_threadpool(_answered, answer, session, asked), session, asked)

        return respond

    def _getting_ready(self, response: Response, session: Session, asked: dict[str, Any]) -> Response:
        """Have the following row explained once this answer is sent."""
        response.background = BackgroundTask(self._desk.prepare, session.annotator, str(asked.get("queue", "")))
        return response

    def _start(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        return {"csrf": session.csrf, "annotator": session.annotator}

    def _next(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        queue = str(asked.get("queue", ""))
        return self._shown(session, self._desk.next(session.annotator, queue), queue)

    def _ahead(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        queue = str(asked.get("queue", ""))
        position = self._desk.ahead(session.annotator, queue, self._position(asked))
        return {"row": None if position is None else self._row_shown(session, position, queue)}

    def _row(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        return self._shown(session, self._position(asked), str(asked.get("queue", "")))

    def _search(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        words = str(asked.get("q", "")).strip()[:200]
        found = self._desk.rows.find(words, FOUND) if words else []
        return {"found": [[position + 1, self._desk.rows.identity(position)[1][:160]] for position in found]}

    def _decide(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        label, queue = asked.get("label"), str(asked.get("queue", ""))
        if label is not None and not isinstance(label, str):
            raise UsageError("Étiquette illisible : un texte est attendu.")
        position = self._position(asked)
        saved = self._desk.decide(session.annotator, _key(asked), position, label, queue)
        following = self._desk.next(session.annotator, queue)
        return self._shown(session, following, queue) | {"saved": {"number": position + 1, "label": saved.after}}

    def _undo(self, session: Session, asked: dict[str, Any]) -> dict[str, Any]:
        queue = str(asked.get("queue", ""))
        position = self._desk.undo(session.annotator, _key(asked))
        shown = self._desk.next(session.annotator, queue) if position is None else position
        return self._shown(session, shown, queue) | {"undone": None if position is None else position + 1}

    def _position(self, asked: dict[str, Any]) -> int:
        number, size = asked.get("number"), len(self._desk.rows)
        try:
            position = int(str(number)) - 1
        except ValueError:
            position = -1
        if not 0 <= position < size:
            raise UsageError(f"Ligne « {str(number)[:20]} » : donner un numéro de 1 à {size}.")
        return position

    def _shown(self, session: Session, position: int | None, queue: str) -> dict[str, Any]:
        progress = self._desk.progress(session.annotator, queue).as_json()
        if position is None:
            return {"row": None, "progress": progress}
        return {"row": self._row_shown(session, position, queue), "progress": progress}

    def _row_shown(self, session: Session, position: int, queue: str) -> dict[str, Any]:
        found = self._desk.rows.row(position)
        row = found.as_json()
        if queue == DOUBTED and found.doubt and not found.blind:
            row["reason"] = found.doubt
        row["chosen"] = self._desk.label(session.annotator, position)
        row["others"] = self._desk.others(session.annotator, position) if queue == DISAGREEMENTS else []
        return row

    def _session(self, request: Request) -> Session | None:
        return self._sessions.of(request.cookies.get(self._cookie, ""))

    def _html(self, template: str, *, status: int = 200, **values: Any) -> Response:
        text = self._templates[template].render(w=self._words, **values)
        return Response(text, status, media_type="text/html")

    def _page_context(self, session: Session) -> dict[str, Any]:
        lang, labels = self._words.lang, self._desk.rows.labels
        names = {label: _domain_name(label, lang) for label in labels}
        return {
            "annotator": session.annotator,
            "source": self._desk.rows.source,
            "model": self._desk.rows.model,
            "read_only": self._desk.read_only,
            "labels": [(key, names[key]) for key in labels],
            "queues": [(queue, _queue_name(queue, names, self._words)) for queue in self._desk.queues],
            "rules": [(_domain_name(r.label, lang), r.french if lang == "fr" else r.english) for r in ORDER],
            "cases": [(_domain_name(r.label, lang), r.french if lang == "fr" else r.english) for r in CASES],
            "principle": PRINCIPLE[lang],
            "settings": json.dumps(
                {"words": asdict(self._words), "labels": names, "csrf": session.csrf, "readOnly": self._desk.read_only}
            ),
        }


def _domain_name(key: str, lang: str) -> str:
    domain = BY_KEY.get(key)
    return key if domain is None else domain.name if lang == "fr" else domain.name_en


def _queue_name(queue: str, names: dict[str, str], words: Wording) -> str:
    if queue.startswith(PAIR):
        one, other = queue.removeprefix(PAIR).split("|")
        return words.pair.format(one=names[one], other=names[other])
    return str(getattr(words, queue))


def _key(asked: dict[str, Any]) -> str:
    key = asked.get("key")
    if not isinstance(key, str) or not 8 <= len(key) <= LONGEST_KEY or not key.isascii():
        raise UsageError(f"Clé de décision illisible : de 8 à {LONGEST_KEY} caractères sont attendus.")
    return key


def _answered(answer: Answer, session: Session, asked: dict[str, Any]) -> JSONResponse:
    """Turn what a person can cause into a sentence: 400 for a wrong question, 503 when the store refuses."""
    try:
        return JSONResponse(answer(session, asked))
    except UsageError as error:
        return _problem(str(error), 400)
    except DomainesError as error:
        return _problem(str(error), 503)


def _problem(sentence: str, status: int) -> JSONResponse:
    # JSON may hold half a character, which a sentence quotes and UTF-8 refuses.
    return JSONResponse({"problem": sentence.encode("utf-8", "replace").decode()}, status)


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())
