"""Who may come in: the token of this start, then a cookie; and only pages of our own, whatever name leads here."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

COOKIE = "hybridchat"
SHUT = "This page opens with the address that hybridchat serve printed in its terminal, as a whole."
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(host: str) -> str:
    """The content security policy of a page served as `host`: nothing from elsewhere, and nothing to elsewhere."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def loopback(host: str) -> bool:
    """Whether nobody but this machine reaches `host`. A name other than `localhost` counts as reached by others."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def own_name(header: str, bound: str) -> bool:
    """Whether the `Host` header is one that no foreign name server can lead here: an address, localhost, `bound` itself."""
    try:
        name = urlsplit(f"//{header}").hostname or ""
        if name in {"localhost", bound.lower()}:
            return True
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def same(one: str, other: str) -> bool:
    """Compares two secrets in a time that tells nothing."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


class Door:
    """The guard before every request. `host` is what the server is bound to; secrets are new with each start."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.token = secrets.token_urlsafe(32)
        self.place = f"/{secrets.token_urlsafe(9)}/"
        """Where everything lies. Cookies know no ports: on this path no other server of this machine is ever given ours."""
        self._cookie = secrets.token_urlsafe(32)

    def address(self, port: int) -> str:
        """What the user opens, token included."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}/?token={self.token}"

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets a request through, changes the token for the cookie, or answers 403."""
        response = await self._answered(request, handler)
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers["Content-Security-Policy"] = policy(request.host if own_name(request.host, self.host) else "")
        return response

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not own_name(request.host, self.host) or not self._from_here(request):
            return web.Response(status=403, text=SHUT)
        token = request.query.get("token")
        if request.path == "/" and token is not None and same(token, self.token):
            return self._let_in()
        if not same(request.cookies.get(COOKIE, ""), self._cookie):
            return web.Response(status=403, text=SHUT)
        try:
            return await handler(request)
        except web.HTTPException as error:
            return web.Response(status=error.status, text=error.reason)

    def _from_here(self, request: web.Request) -> bool:
        """A page of another origin has no business here; a websocket must say where it comes from."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.headers.get("Upgrade", "").lower() != "websocket"
        return origin.lower() == f"http://{request.host}".lower()

    def _let_in(self) -> web.Response:
        response = web.Response(status=303, headers={"Location": self.place})
        response.set_cookie(COOKIE, self._cookie, path=self.place, httponly=True, samesite="Strict")
        return response
