"""Who may read `unheap watch`: watch_access.py UNHEAP SCRATCH

With client certificates, with a token, and with both, over TLS: whoever has neither gets no figure, on
whatever path and by whatever method; a certificate of another authority, one that has expired and
one that nobody signed are none; near misses of the token are none.
"""
import http.client
import re
import socket
import ssl
import subprocess
import sys

import tap
from tap import check

UNHEAP, SCRATCH = sys.argv[1:3]
PATIENCE = 300
TOKEN = "a-long-and-secret-word"
PATHS = ("/", "/metrics", "/metrics?x=1", "//metrics", "/./metrics", "/%6detrics", "/metrics/",
         "/metrics/..", "/nothing", "/favicon.ico", "/..%2f..%2fetc/passwd", "*", "metrics")
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "DELETE", "FOO")


# ---- certificates ----

def openssl(*words):
    subprocess.run(["openssl", *words], cwd=SCRATCH, check=True, capture_output=True)


def key_and(name, *words):
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", f"{name}.key", "-subj", f"/CN={name}", *words)


def make_authority(name):
    openssl("req", "-x509", *key_and(name), "-out", f"{name}.pem", "-days", "2")


def make_signed(name, authority, *validity):
    with open(f"{SCRATCH}/{name}.ext", "w") as file:
        file.write("subjectAltName=IP:127.0.0.1\n")
    openssl("req", *key_and(name), "-out", f"{name}.csr")
    with open(f"{SCRATCH}/{authority}.cnf", "w") as file:
        file.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={authority}.db\nserial={authority}.srl\n"
                   f"new_certs_dir=.\ncertificate={authority}.pem\nprivate_key={authority}.key\n"
                   "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n")
    open(f"{SCRATCH}/{authority}.db", "a").close()
    openssl("ca", "-batch", "-config", f"{authority}.cnf", "-in", f"{name}.csr", "-out",
            f"{name}.pem", "-extfile", f"{name}.ext", "-rand_serial", "-notext", *validity)


def make_certificates():
    make_authority("ours")
    make_authority("theirs")
    make_authority("lonely")
    make_signed("server", "ours", "-days", "2")
    make_signed("client", "ours", "-days", "2")
    make_signed("foreign", "theirs", "-days", "2")
    make_signed("expired", "ours", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")


# ---- asking ----

def context(client, version=None):
    tls = ssl.create_default_context(cafile=f"{SCRATCH}/ours.pem")
    if client:
        tls.load_cert_chain(f"{SCRATCH}/{client}.pem", f"{SCRATCH}/{client}.key")
    if version:
        tls.minimum_version = tls.maximum_version = version
    return tls


def ask(port, path="/metrics", method="GET", client=None, header=None, version=None):
    """Status and all that was said; 0 when the other side would not."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE,
                                             context=context(client, version))
    try:
        connection.putrequest(method, path)
        if header:
            connection.putheader("Authorization", header)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, str(answer.headers) + answer.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def tells(answer):
    status, text = answer
    return status not in (0, 400, 401) or "unheap_" in text or "go_" in text


class Watch:
    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [UNHEAP, "watch", "-listen", "0.0.0.0:0", "-match", "^no such program$", "-tls-cert",
             f"{SCRATCH}/server.pem", "-tls-key", f"{SCRATCH}/server.key", *flags],
            stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)/", self.process.stderr.readline())[1])

    def __enter__(self):
        return self.port

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        self.process.stderr.close()


def check_closed(what, port):
    told = [(method, path) for path in PATHS for method in METHODS
            if tells(ask(port, path, method))]
    check(f"{what}: {len(PATHS) * len(METHODS)} requests without it tell nothing", not told, told)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as one:
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answer = one.recv(1000)
        except OSError:
            answer = b""
    check(f"{what}: nor does one without TLS", b"unheap_" not in answer and b"200" not in answer,
          answer)


def test_certificates(port, what):
    for client in ("foreign", "lonely", "expired"):
        answers = [ask(port, client=client, version=version)
                   for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]
        check(f"{what}: the certificate '{client}' is none", not any(map(tells, answers)), answers)
    answers = [ask(port, client="client", version=version)
               for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]
    check(f"{what}: one of our authority is served",
          all(status == 200 and "unheap_targets 0" in text for status, text in answers), answers)


def test_token(port, what):
    wrong = ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer ",
             f"Bearer  {TOKEN}", f"Bearer {TOKEN.upper()}", f"Bearer {TOKEN} {TOKEN}"]
    told = [header for header in wrong if tells(ask(port, header=header))]
    check(f"{what}: {len(wrong)} headers that are almost right tell nothing", not told, told)
    check(f"{what}: a token in the query is none", not tells(ask(port, f"/metrics?token={TOKEN}")))
    status, text = ask(port, header=f"Bearer {TOKEN}")
    check(f"{what}: the token is served", status == 200 and "unheap_targets 0" in text, text)


def main():
    make_certificates()
    with open(f"{SCRATCH}/token", "w") as file:
        file.write(TOKEN + "\n")
    authority, token = ("-tls-client-ca", f"{SCRATCH}/ours.pem"), ("-token-file", f"{SCRATCH}/token")
    with Watch(*authority) as port:
        check_closed("certificates", port)
        test_certificates(port, "certificates")
    with Watch(*token) as port:
        check_closed("token", port)
        test_token(port, "token")
    with Watch(*authority, *token) as port:
        check_closed("either", port)
        test_certificates(port, "either")
        test_token(port, "either")
    tap.plan()


main()
