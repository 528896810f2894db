"""Mends pygls' protocol; the only module that touches its private names. Each override says which fault it closes."""

# ruff: noqa: ANN401 - what pygls hands on is any JSON value

from __future__ import annotations

import asyncio
import enum
import logging
import uuid
from concurrent.futures import Future
from types import NoneType
from typing import TYPE_CHECKING, Any, Protocol, cast

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol, default_converter

from goescape_lsp.editor.stdio import encoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

log = logging.getLogger(__name__)

NOT_INITIALIZED = -32002

# The session keeps the texts of open files and hears of notebooks nothing, so pygls' own copies are not made: they
# cost a pass over the text for every key that is pressed.
UNUSED_BUILTINS = (
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.NOTEBOOK_DOCUMENT_DID_OPEN,
    lsp.NOTEBOOK_DOCUMENT_DID_CHANGE,
    lsp.NOTEBOOK_DOCUMENT_DID_SAVE,
    lsp.NOTEBOOK_DOCUMENT_DID_CLOSE,
)


class Sink(Protocol):
    """Takes whole messages, header and body, towards the client."""

    def write(self, data: bytes) -> None:
        """Take `data`; must not block."""
        ...

    def close(self) -> None:
        """Send what is left and take no more."""
        ...


def tolerant_converter() -> Converter:
    """Return a converter that keeps enum values which this lsprotocol does not know.

    A newer client announces newer values in `initialize`; without this the server would never start.
    """
    converter = cast("Callable[[], Converter]", default_converter)()  # pygls leaves it untyped

    def keep_unknown(value: Any, kind: type[enum.Enum]) -> Any:
        try:
            return kind(value)
        except ValueError:
            return value

    for kind in vars(lsp).values():  # one hook per class: a predicate hook is not asked for int enums
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            converter.register_structure_hook(kind, keep_unknown)
    return converter


class GoescapeProtocol(LanguageServerProtocol):
    """pygls 2.1.1 without its leak, its silences and its slow writer, and with the order of the session's life."""

    is_exited: bool = False
    _is_initialize_seen: bool = False

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        for method in UNUSED_BUILTINS:
            cast("dict[str, Any]", self.fm.builtin_features).pop(method, None)  # pyright: ignore[reportUnknownMemberType]

    @property
    def is_shut_down(self) -> bool:
        """Say whether the client's `shutdown` was answered."""
        return self._shutdown

    def take(self, message: object) -> None:
        """Deal with one decoded body; what is not a message of JSON-RPC 2.0 is logged in one line and dropped."""
        if not isinstance(message, dict) or cast("dict[str, Any]", message).get("jsonrpc") != "2.0":
            log.warning("dropped a body that is not a JSON-RPC 2.0 message")
            return
        message = cast("dict[str, Any]", message)
        if self._is_out_of_order(message):
            return
        try:
            structured = self.structure_message(message)
        except JsonRpcException:
            return  # answered and logged
        self.handle_message(structured)

    def _is_out_of_order(self, message: dict[str, Any]) -> bool:
        """Answer or drop what may not come now or at all, and note `exit`."""
        method, ident = message.get("method"), message.get("id")
        if isinstance(ident, (dict, list)) or not isinstance(method, (str, NoneType)):
            log.warning("dropped a message whose id or method has the wrong type")
            return True
        if method == lsp.EXIT:
            self.is_exited = True
            return True
        return method is not None and self._is_before_its_time(method, ident)

    def _is_before_its_time(self, method: str, ident: Any) -> bool:
        """Refuse requests before `initialize` and after `shutdown`, which pygls leaves unanswered, and a second one."""
        is_first = method == lsp.INITIALIZE and ident is not None and not self._is_initialize_seen
        if is_first:
            self._is_initialize_seen = True
        elif not self._is_initialize_seen:
            if ident is not None:
                self._refuse(ident, NOT_INITIALIZED, "the server is not initialized yet")
            return True
        elif ident is not None and (method == lsp.INITIALIZE or self._shutdown):
            words = "the server is shutting down" if self._shutdown else "the server is initialized already"
            self._refuse(ident, JsonRpcInvalidRequest.CODE, words)
            return True
        return False

    def _refuse(self, ident: Any, code: int, message: str) -> None:
        self._send_data({"jsonrpc": "2.0", "id": ident, "error": {"code": code, "message": message}})

    def _execute_handler(
        self,
        msg_id: Any,
        handler: Any,
        callback: Any,
        args: Any = None,
        kwargs: Any = None,
    ) -> None:
        """Forget a handler's future when it is done: pygls keeps those of notifications for ever."""

        def done(future: Future[Any]) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, done, args, kwargs)

    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """Drop a late reply to something that we stopped waiting for: pygls raises in its reader."""
        waiting = self._request_futures.get(msg_id)
        if waiting is not None and waiting.done():
            self._request_futures.pop(msg_id, None)
            return
        super()._handle_response(msg_id, result, error)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return the typed message; a request that does not fit its type is answered, as its sender waits."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            log.warning("the parameters of %s do not fit", data.get("method", "a reply"))
            if data.get("method") == lsp.INITIALIZE:
                self._is_initialize_seen = False
            if "id" in data and "method" in data:
                self._refuse(data["id"], JsonRpcInvalidParams.CODE, JsonRpcInvalidParams.MESSAGE)
            raise

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """Send plain values as they are, and leave tracebacks out of errors: some editors show them to the user."""
        if error is not None:
            self._refuse(msg_id, error.code, error.message)
            return
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})

    def _send_data(self, data: Any) -> None:
        """Write with orjson, without logging each body, and count the bytes, not the letters."""
        if not data or self.writer is None or self.is_exited:
            return
        body = encoded(data, self._serialize_message)
        cast("Sink", self.writer).write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def send_plain(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification whose parameters are plain dictionaries, several times as fast as typed ones."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: dict[str, Any]) -> asyncio.Future[Any]:
        """Send a request with plain parameters and return its reply as plain values; safe to stop waiting for.

        Errors: JsonRpcException when the client answers with an error; cancelled at shutdown.
        """
        ident = str(uuid.uuid4())
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._request_futures[ident] = cast("Future[Any]", reply)
        self._send_data({"jsonrpc": "2.0", "id": ident, "method": method, "params": params})
        return asyncio.shield(reply)

    async def ask_or_none(self, method: str, params: dict[str, Any]) -> Any:
        """Return the reply to a request, None when the client answers with an error."""
        try:
            return await self.ask(method, params)
        except JsonRpcException as error:
            log.info("the client refused %s: %s", method, error.message)
            return None
