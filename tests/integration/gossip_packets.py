# SPDX-License-Identifier: MIT
"""Encodes gossip packets of libcluster and authenticated ones of kith, implemented from their descriptions alone; and sockets that send and
receive them in the multicast group.

AES is that of libcrypto.so.3 (Debian package libssl3), because Python's standard library has none.
"""

import ctypes
import hashlib
import os
import socket
import struct
import time

GROUP = "233.252.1.32"
PREFIX = b"heartbeat::"
VECTORS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vectors", "gossip.txt")


def term(name, tag=100):
    """Encodes %{node: name} as an external term; tag: the tag of its atoms."""
    def atom(text):
        size = struct.pack(">H" if tag in (100, 118) else "B", len(text))
        return bytes([tag]) + size + text
    return b"\x83t" + struct.pack(">I", 1) + atom(b"node") + atom(name.encode())


def plain(name, tag=100):
    return PREFIX + term(name, tag)


def sealed(name, secret, vector=None):
    """Returns the IV, then the plain packet in AES-256-CBC with PKCS#7 padding."""
    vector = vector or os.urandom(16)
    return vector + _encrypted("aes_256_cbc", hashlib.sha256(secret.encode()).digest(), vector, plain(name))


def authenticated(name, secret, counter=None, age=0, goodbye=False):
    """Encodes a packet that was sent `age` seconds ago. counter: default: the time in microseconds, as a sender without stored counter
    uses."""
    now = time.time() - age
    counter = int(now * 1e6) if counter is None else counter
    key = hashlib.sha256(b"kith gossip authenticated 1" + secret.encode()).digest()
    beside = b"kth1" + hashlib.sha256(b"kith gossip key id 1" + key).digest()[:8]
    nonce = os.urandom(12)
    body = struct.pack(">BBHQQ", 2 if goodbye else 1, 0, len(name), counter, int(now * 1000)) + name.encode()
    return beside + nonce + _encrypted("aes_256_gcm", key, nonce, body, beside)


def packet(name, secret=None):
    return plain(name) if secret is None else sealed(name, secret)


def vectors():
    """(name, secret or None, packet) of each recorded packet of libcluster."""
    with open(VECTORS) as file:
        for line in file:
            if not line.startswith("#"):
                name, secret, data = line.rstrip("\n").split("\t")
                yield name, secret or None, bytes.fromhex(data)


def _encrypted(cipher, key, vector, text, beside=None):
    """With `beside`, additional authenticated data, the tag of 16 bytes follows."""
    crypto = _crypto()
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    out, size, rest = ctypes.create_string_buffer(len(text) + 32), ctypes.c_int(), ctypes.c_int()
    tag = ctypes.create_string_buffer(16 if beside is not None else 0)
    try:
        good = crypto.EVP_EncryptInit_ex(context, ctypes.c_void_p(getattr(crypto, "EVP_" + cipher)()), None, key, vector) == 1
        if beside is not None:
            good = good and crypto.EVP_EncryptUpdate(context, None, ctypes.byref(size), beside, len(beside)) == 1
        good = good and crypto.EVP_EncryptUpdate(context, out, ctypes.byref(size), text, len(text)) == 1
        good = good and crypto.EVP_EncryptFinal_ex(context, ctypes.byref(out, size.value), ctypes.byref(rest)) == 1
        if beside is not None:
            good = good and crypto.EVP_CIPHER_CTX_ctrl(context, 0x10, 16, tag) == 1  # EVP_CTRL_AEAD_GET_TAG
    finally:
        crypto.EVP_CIPHER_CTX_free(context)
    if not good:
        raise RuntimeError("libcrypto does not encrypt")
    return out.raw[:size.value + rest.value] + tag.raw


def _crypto(loaded=[]):
    if not loaded:
        library = ctypes.CDLL("libcrypto.so.3")
        for function in (library.EVP_CIPHER_CTX_new, library.EVP_aes_256_cbc, library.EVP_aes_256_gcm):
            function.restype = ctypes.c_void_p
        loaded.append(library)
    return loaded[0]


class Mouth:
    """A socket that sends arbitrary packets to the group by the interface with this address."""

    def __init__(self, port, address="127.0.0.1", group=GROUP, host=None):
        self.port, self.group = port, group
        self._socket = (host or socket).socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))

    def say(self, data):
        self._socket.sendto(data, (self.group, self.port))

    def close(self):
        self._socket.close()


class Ear(Mouth):
    """It is also a member of the group and receives all packets, including its own."""

    def __init__(self, port, address="127.0.0.1", group=GROUP, host=None):
        super().__init__(port, address, group, host)
        member = socket.inet_aton(group) + socket.inet_aton(address)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        self._socket.bind(("", port))
        self._socket.setblocking(False)

    def hear(self):
        """Returns one datagram; None if none is queued."""
        try:
            return self._socket.recv(65536)
        except BlockingIOError:
            return None

    def drain(self):
        """Returns all queued datagrams."""
        return list(iter(self.hear, None))
