"""Certificates: an own authority, a leaf for each host, and leaves that are wrong on purpose."""

import datetime
import ipaddress
import os
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """Writes `ca.pem` into `folder` and makes server contexts for hosts."""

    def __init__(self, folder):
        self.folder = folder
        self.lock = threading.Lock()
        self.contexts = {}
        self.leaf_key = ec.generate_private_key(ec.SECP256R1())
        self.ca = make_ca("Double Test CA")
        self.other_ca = make_ca("Other Test CA")
        self.path = os.path.join(folder, "ca.pem")
        write(self.path, self.ca[1].public_bytes(serialization.Encoding.PEM))

    def context(self, host, variant):
        with self.lock:
            if (host, variant) not in self.contexts:
                self.contexts[host, variant] = self._context(host, variant)
            return self.contexts[host, variant]

    def _context(self, host, variant):
        path = os.path.join(self.folder, f"{host}-{variant}.pem")
        private = self.leaf_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption())
        write(path, private + self._leaf(host, variant).public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.set_alpn_protocols(["http/1.1"])
        if variant == "tls1.1":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def _leaf(self, host, variant):
        names = ["wrong.example.com"] if variant == "wrong_host" else [host]
        if names == ["127.0.0.1"]:
            names.append("localhost")
        signer_key, signer = self.other_ca if variant == "unknown_ca" else self.ca
        issuer = signer.subject
        if variant == "self_signed":
            signer_key, issuer = self.leaf_key, common_name(names[0])
        now = datetime.datetime.utcnow()
        end = now - DAY if variant == "expired" else now + 30 * DAY
        builder = start(common_name(names[0]), issuer, self.leaf_key, now - 3 * DAY, end)
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative(name) for name in names]), False)
        builder = builder.add_extension(x509.BasicConstraints(False, None), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key.public_key()), False)
        return builder.sign(signer_key, hashes.SHA256())


def make_ca(name):
    """(private key, certificate) of a new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.utcnow()
    builder = start(common_name(name), common_name(name), key, now - 3 * DAY, now + 30 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), True)
    builder = builder.add_extension(
        x509.KeyUsage(digital_signature=True, content_commitment=False, key_encipherment=False,
                      data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
                      encipher_only=False, decipher_only=False), True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    return key, builder.sign(key, hashes.SHA256())


def start(subject, issuer, key, begin, end):
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end))


def common_name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def write(path, data):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
