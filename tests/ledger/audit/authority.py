"""A time-stamping authority made with openssl, for tests."""

import subprocess
from pathlib import Path

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
"""
_MAKE = """
ecparam -name prime256v1 -genkey -noout -out ca.key
req -x509 -new -key ca.key -days 3650 -extensions root -config req.cnf -out ca.pem
ecparam -name prime256v1 -genkey -noout -out tsa.key
req -new -key tsa.key -subj /CN=Authority -config req.cnf -out tsa.csr
x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial {leaf} -out tsa.pem
"""


class OpensslAuthority:
    """Answers time-stamp queries as ``openssl ts`` does, under a root of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "serial").write_text("01\n")
        config = CONFIG.format(folder=folder)
        (folder / "tsa.cnf").write_text(config)
        plain = "[req]\ndistinguished_name = who\nprompt = no\n[who]\nCN = Root\n"
        (folder / "req.cnf").write_text(plain + config)
        leaf = "-days 3650 -extfile tsa.cnf -extensions leaf"
        for line in _MAKE.strip().format(leaf=leaf).splitlines():
            self.openssl(*line.split())

    @property
    def roots(self) -> bytes:
        """The root it is to be believed under, as PEM."""
        return (self.folder / "ca.pem").read_bytes()

    def openssl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )

    def answer(self, query: bytes) -> bytes:
        """Answer a query."""
        (self.folder / "query").write_bytes(query)
        words = "ts -reply -config tsa.cnf -queryfile query -out reply"
        self.openssl(*words.split())
        return (self.folder / "reply").read_bytes()

    def accepts(self, token: Path, of: Path) -> bool:
        """Tell whether openssl says that a token is of a file."""
        words = ["ts", "-verify", "-in", str(token), "-data", str(of), "-CAfile"]
        try:
            done = self.openssl(*words, "ca.pem", "-untrusted", "tsa.pem")
        except subprocess.CalledProcessError:
            return False
        return "Verification: OK" in done.stdout + done.stderr
