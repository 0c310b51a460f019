#!/usr/bin/env python3
"""Plays the endpoints that test_http.c asks: good ones, bad ones, and ones that never answer.

Prints three ports of 127.0.0.1 on one line: plain HTTP, HTTPS, and HTTPS that wants a certificate from
the client. The certificate and its key are made in the folder that is the only argument, as cert.pem
and key.pem. Ends when standard input ends.
"""
import gzip
import http.server
import os
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

TEXT = "heap profile: {n}: {n} [{n}: 999999] @ heap/2\n{n}: {n} [{n}: {n}] @ 0x10\n# runtime.MemStats\n"


def profile(query):
    """A text heap profile with as many objects as seconds were asked for, or 1."""
    seconds = urllib.parse.parse_qs(query).get("seconds", ["1"])
    return TEXT.format(n="".join(seconds)).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, body, status=200, length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        name = address.path.split("/")[1:]
        getattr(self, "get_" + name[0], self.get_other)(name[1:], address.query)

    def get_other(self, rest, query):
        self.answer(b"404 page not found\n", 404)

    def get_debug(self, rest, query):
        if rest == ["pprof", "heap"]:
            self.answer(profile(query))
        elif rest == ["pprof", "allocs"]:
            self.answer(gzip.compress(TEXT.format(n=7).encode()))
        else:
            self.answer(b"<html>\n<head>\n<title>/debug/pprof/</title>\n")

    def get_redirect(self, rest, query):
        left = int(rest[0])
        target = "/redirect/%d" % (left - 1) if left else "/debug/pprof/heap?seconds=5"
        self.answer(b"", 302, Location=target)

    def get_to(self, rest, query):
        self.answer(b"", 302, Location=urllib.parse.unquote(query))

    def get_json(self, rest, query):
        self.answer(b'{"error": "not here"}')

    def get_error(self, rest, query):
        self.answer(b"Could not enable profiling:\n  in use\n", 500)

    def get_text(self, rest, query):
        self.answer(b"OK\n")

    def get_empty(self, rest, query):
        self.answer(b"")

    def get_nothing(self, rest, query):
        self.answer(b"", 204)

    def get_damaged(self, rest, query):
        self.answer(gzip.compress(profile(query))[:-5])

    def get_short(self, rest, query):
        self.answer(profile(query)[:20], length=5000)

    def get_garbage(self, rest, query):
        self.wfile.write(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
        self.close_connection = True

    def get_hang(self, rest, query):
        time.sleep(20)

    def get_drip(self, rest, query):
        self.answer(b"heap profile", length=5000)
        time.sleep(20)

    def get_big(self, rest, query):
        self.answer(TEXT.format(n=1).encode() + b"# comment\n" * 100000)


def serve(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def make_certificate(folder):
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", key, "-out", cert],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cert, key


def tls_context(cert, key, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    return context


def main():
    cert, key = make_certificate(sys.argv[1])
    ports = [serve(), serve(tls_context(cert, key)), serve(tls_context(cert, key, cert))]
    print(*ports, flush=True)
    sys.stdin.read()


main()
