"""A loopback server that counts who comes, and a certificate made on the spot."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest


class Listener:
    """Accepts, counts, keeps what it is sent, and says only what it was told to.

    `greeting` is sent at once, or when `after` has come in; then TLS, if there is any. `ended` counts connections that are over.
    """

    def __init__(self, *, greeting: bytes = b"", after: bytes = b"", tls: ssl.SSLContext | None = None) -> None:
        self.greeting, self.after, self.tls = greeting, after, tls
        self.accepted = 0
        self.ended = 0
        self.head = b""
        self.received = b""
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # closing alone does not wake an accept that is waiting on Linux
        for sock in (self._server, *self._open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                sock.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(client)
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        try:
            while self.after not in self.head:
                self.head += client.recv(4096)
            client.sendall(self.greeting)
            if self.tls is not None:
                client = self.tls.wrap_socket(client, server_side=True)
            while piece := client.recv(4096):
                # a client's hello, on a server that is to stay silent, is no content
                if piece[0] != 22:
                    self.received += piece
        except OSError:
            # the other side left, which is what is being tested
            pass
        finally:
            client.close()
            self.ended += 1


def dead_port() -> int:
    """A port of this device where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def certificate(folder: Path, *names: str) -> Path:
    """A self-signed certificate with its key, in one file. Skips the test where the library for it is missing."""
    pytest.importorskip("cryptography", reason="no library here to make a certificate with")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "identity.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
