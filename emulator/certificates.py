"""The emulator's own certification authority: it stands in for the one that signs RDS and ElastiCache."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from emulator.files import write_private
from emulator.paths import State

PrivateKey = ec.EllipticCurvePrivateKey
AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
RENEW_DAYS = 30
"""A certificate with less than this left is made anew at the next run."""

_MAKING = threading.RLock()  # two threads must not make two authorities


def clock() -> dt.datetime:
    """The machine's time, right or wrong."""
    return dt.datetime.now(dt.UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(subject: str, issuer: str, key: PrivateKey, days: int) -> x509.CertificateBuilder:
    now = clock()
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _fresh(path: Path) -> bool:
    """True if the certificate is there, holds already (the clock was ahead and is right again) and does not
    run out soon."""
    if not path.exists():
        return False
    certificate, now = x509.load_pem_x509_certificate(path.read_bytes()), clock()
    left = certificate.not_valid_after_utc - now
    return certificate.not_valid_before_utc <= now and left > dt.timedelta(days=RENEW_DAYS)


class Certificates:
    """Makes the authority once and server certificates on demand, all below the state's folder."""

    def __init__(self, state: State) -> None:
        self._folder = state.certificates
        self._common_name = f"Airflow emulator {state.stack}"

    @property
    def authority(self) -> Path:
        """The authority's certificate in PEM; made at first use."""
        with _MAKING:
            return self._authority()

    def _authority(self) -> Path:
        path, key_path = self._folder / "ca.pem", self._folder / "ca.key"
        if not (_fresh(path) and key_path.exists()):
            key = ec.generate_private_key(ec.SECP256R1())
            certificate = (
                _builder(self._common_name, self._common_name, key, AUTHORITY_DAYS)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(_usage(authority=True), critical=True)
                .sign(key, hashes.SHA256())
            )
            write_private(key_path, _pem(key))
            write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
        return path

    @property
    def trust(self) -> Path:
        """The system's authorities and ours in one file, for clients that trust public certificates."""
        system = ssl.get_default_verify_paths().cafile
        public = Path(system).read_bytes() if system and Path(system).exists() else b""
        path = self._folder / "trust.pem"
        write_private(path, public.rstrip() + b"\n" + self.authority.read_bytes())
        return path

    def server(self, name: str, host: str = "localhost") -> tuple[Path, Path]:
        """(certificate, key) for a server that is reached as `host`, or by the loopback address."""
        with _MAKING:
            return self._server(name, host)

    def _server(self, name: str, host: str) -> tuple[Path, Path]:
        authority_path = self.authority
        path, key_path = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        if _fresh(path) and key_path.exists() and _issued_by(path, authority_path):
            return path, key_path
        authority_key = serialization.load_pem_private_key((self._folder / "ca.key").read_bytes(), None)
        assert isinstance(authority_key, PrivateKey), "written above as an EC key"
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (
            _builder(host, self._common_name, key, SERVER_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            # Python 3.13 checks strictly and refuses a chain without this one.
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )
        write_private(key_path, _pem(key))
        write_private(path, certificate.public_bytes(serialization.Encoding.PEM))
        return path, key_path


def _issued_by(path: Path, authority: Path) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.read_bytes()))
    except Exception:  # the library raises ValueError, TypeError or InvalidSignature
        return False
    return True
