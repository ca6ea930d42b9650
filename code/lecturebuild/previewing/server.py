"""Show the book while it is written: serve it, render it after every change, reload the page.

The pages are those of the output folder; only what is sent to the browser has, in addition, a
script that listens for news of builds. Nothing but this machine can connect.
"""

import asyncio
import errno
import html
import json
import mimetypes
import signal
import sys
import time
from asyncio.subprocess import Process
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, StaticFileHandler

from lecturebuild.previewing.watch import changes, end, standby
from lecturebuild.reading.project import find_root, read_project
from lecturebuild.steps.errors import LectureError

HERE = Path(__file__).parent
HOST = "127.0.0.1"
OWN = "_lecture"
"""The address of the preview's own files; no page of a book lies there."""

SCRIPT = f'<link rel="stylesheet" href="/{OWN}/preview.css">' + (
    f'<script src="/{OWN}/preview.js" data-build="{{build}}" defer></script>'
)
MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""
for suffix, kind in {".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml",
                     ".wasm": "application/wasm", ".woff2": "font/woff2"}.items():  # fmt: skip
    mimetypes.add_type(kind, suffix)  # not every system knows them
INTERRUPTED = 130  # the exit code of `lecture`


@dataclass
class State:
    """What the browser is told: which build the site is, and what is wrong with a later one.

    The build's name tells runs of the preview apart, so that a page left open from an earlier one
    reloads.
    """

    site: Path
    run: int = field(default_factory=time.time_ns)
    count: int = 0
    error: str = ""
    ended: bool = False
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def build(self) -> str:
        """The name of the build that is served."""
        return f"{self.run}-{self.count}"

    def message(self) -> str:
        """Return what the browser is told, as a server-sent event."""
        return f"data: {json.dumps({'build': self.build, 'error': self.error})}\n\n"

    async def finished(self, error: str) -> None:
        """Tell all pages that a build has ended."""
        async with self.news:
            self.count += not error
            self.error = error
            self.news.notify_all()

    async def close(self) -> None:
        """Let connections that wait for news end."""
        async with self.news:
            self.ended = True
            self.news.notify_all()


class _Local(RequestHandler):
    """Answers only a browser that was sent to this machine, not one that was led here."""

    @property
    def state(self) -> State:
        """What the browser is told."""
        state: State = self.settings["state"]
        return state

    def prepare(self) -> None:
        local = self.request.host_name in (HOST, "localhost")
        if not local or "%00" in self.request.path:  # which no file can have in its name
            self.send_error(403)

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")


class Events(_Local):
    """Sends the state, and again whenever a build has ended."""

    async def get(self) -> None:
        """Keep the connection open until the browser or the preview ends it."""
        self.set_header("Content-Type", "text/event-stream")
        with suppress(StreamClosedError):
            while not self.state.ended:
                sent = self.state.message()
                self.write(sent)
                await self.flush()
                async with self.state.news:
                    while self.state.message() == sent and not self.state.ended:
                        await self.state.news.wait()


class Files(_Local, StaticFileHandler):
    """Sends the files of a folder, and nothing from outside of it; pages get the preview's script.

    That of Tornado follows no link out of the folder either.
    """

    def get_content_size(self) -> int:
        """Return the size of what is sent."""
        assert self.absolute_path is not None
        content = Path(self.absolute_path).read_bytes()
        is_page = self.absolute_path.endswith(".html")
        self.content = self._with_script(content) if is_page else content
        return len(self.content)

    def get_content(  # type: ignore[override]  # of one request: it tells of the build
        self, abspath: str, start: int | None = None, end: int | None = None
    ) -> bytes:
        """Return what is sent."""
        return self.content[start:end]

    def compute_etag(self) -> None:
        """Nothing is kept by the browser, so nothing needs a name."""

    def _with_script(self, page: bytes) -> bytes:
        script = SCRIPT.format(build=self.state.build).encode()
        return page.replace(b"</head>", script + b"</head>", 1)

    def write_error(self, status_code: int, **_: object) -> None:
        """Answer with a page that is reloaded as well, since it may be there after a build."""
        title = "Not in the book" if status_code == 404 else "Refused"
        text = f"There is no <code>{html.escape(self.request.path)}</code> in the book."
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self._with_script(MISSING.format(title=title, text=text).encode()))


async def build(waiting: Process, state: State) -> None:
    """Let a waiting process render; tell the terminal and the pages how it ended."""
    start = time.perf_counter()
    _, printed = await waiting.communicate(b"go\n")
    error = printed.decode(errors="replace").strip().removeprefix("lecture: ")
    if waiting.returncode in (INTERRUPTED, -signal.SIGINT):
        return  # by a newer change, or by the end
    if waiting.returncode:
        error = error or f"the build ended with exit code {waiting.returncode}"
        print(f"\n{error}\n\nwaiting for a change", file=sys.stderr, flush=True)
        await state.finished(error)
    else:
        print(f"ready after {time.perf_counter() - start:.1f} s", flush=True)
        await state.finished("")


def listen(state: State, port: int) -> tuple[HTTPServer, int]:
    """Start to serve, to this machine alone; return the server and its port."""
    handlers: list[Any] = [
        (f"/{OWN}/events", Events),
        (rf"/{OWN}/(preview\.(?:css|js))", Files, {"path": HERE}),
        ("/(.*)", Files, {"path": state.site, "default_filename": "index.html"}),
    ]
    try:
        sockets = bind_sockets(port, HOST)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        reason = "in use" if error.errno == errno.EADDRINUSE else "not allowed"
        message = f"port {port} is {reason}; choose another one with --port, or 0 for any free one"
        raise LectureError(message) from None
    server = HTTPServer(Application(handlers, log_function=lambda _: None, state=state))
    server.add_sockets(sockets)
    return server, sockets[0].getsockname()[1]


async def serve(root: Path, site: Path, page: str, port: int) -> None:
    """Serve and rebuild until interrupted."""
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    state = State(site)
    server, port = listen(state, port)
    print(f"preview at http://{HOST}:{port}/{page} (the book alone; Ctrl-C ends it)", flush=True)
    waiting, current = await standby(root), None
    task = None
    try:
        async for batch in changes(root, site, stop):
            await end(current)
            if task:
                await task
            if any(HERE.parent in path.parents for path in batch):  # it waits with the old renderer
                await end(waiting)
                waiting = await standby(root)
            current = waiting
            task = asyncio.create_task(build(current, state))
            waiting = await standby(root)
    finally:
        await end(current)
        await end(waiting)
        await state.close()
        server.stop()
        await server.close_all_connections()
    print("preview ended", flush=True)


def preview(path: Path, port: int) -> None:
    """Preview the project that `path`, a folder or a document, lies in, until interrupted.

    Raises
    ------
    LectureError
        There is no such project, or the port is not free.
    """
    root = find_root(path)
    project = read_project(root)
    document = path.resolve().relative_to(root)
    page = document.with_suffix(".html").as_posix() if document in project.pages else ""
    asyncio.run(serve(root, project.output, page, port))
