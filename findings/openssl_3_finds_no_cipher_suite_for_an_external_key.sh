#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# OpenSSL 3.0, TLS 1.3 with an external pre-shared key (RFC 8446, 4.2.11) whose hash is SHA-256, callbacks of TLS 1.3 on both sides, no certificate,
# default cipher suites: the handshake fails with "no suitable signature algorithm". The server chooses the cipher suite without a look at the key:
# the client's first is AES-256-GCM-SHA384, which does not fit, so the key is dropped and a certificate wanted. With a callback for TLS 1.2
# (SSL_CTX_set_psk_server_callback), which is never called, the server prefers suites of SHA-256, and the same key is accepted. The safe way is to
# leave only suites with the key's hash, on either side.
#
# Seen with libssl3 and libssl-dev 3.0.22-1~deb12u2 (Debian 12):
#   default suites: no suitable signature algorithm
#   default suites, and a callback of TLS 1.2 that is not called: accepted, TLS_CHACHA20_POLY1305_SHA256
#   only TLS_AES_128_GCM_SHA256 at the client: accepted, TLS_AES_128_GCM_SHA256
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q libssl3=3.0.22-1~deb12u2 libssl-dev=3.0.22-1~deb12u2 >/dev/null 2>&1 &&
    for package in *.deb; do dpkg -x "$package" root; done)
cat >"$work/handshake.c" <<'C'
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

static int called = 0;

static SSL_SESSION *key(SSL *ssl) {
    static const unsigned char secret[32] = {1}, suite[2] = {0x13, 0x01}; // TLS_AES_128_GCM_SHA256
    SSL_SESSION *session = SSL_SESSION_new();
    SSL_SESSION_set1_master_key(session, secret, sizeof secret);
    SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, suite));
    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION);
    return session;
}
static int use(SSL *ssl, const EVP_MD *digest, const unsigned char **id, size_t *size, SSL_SESSION **session) {
    (void)digest;
    return *id = (const unsigned char *)"group", *size = 5, *session = key(ssl), 1;
}
static int find(SSL *ssl, const unsigned char *id, size_t size, SSL_SESSION **session) {
    (void)id;
    return *session = size == 5 ? key(ssl) : NULL, 1;
}
static unsigned older(SSL *ssl, const char *id, unsigned char *secret, unsigned size) { return (void)ssl, (void)id, (void)secret, (void)size, called++, 0; }

static void handshake(const char *what, int with_older, const char *suites) {
    SSL_CTX *contexts[2] = {SSL_CTX_new(TLS_client_method()), SSL_CTX_new(TLS_server_method())};
    for (int i = 0; i < 2; ++i) SSL_CTX_set_min_proto_version(contexts[i], TLS1_3_VERSION);
    SSL_CTX_set_psk_use_session_callback(contexts[0], use);
    SSL_CTX_set_psk_find_session_callback(contexts[1], find);
    if (with_older) SSL_CTX_set_psk_server_callback(contexts[1], older);
    if (suites != NULL) SSL_CTX_set_ciphersuites(contexts[0], suites);
    SSL *client = SSL_new(contexts[0]), *server = SSL_new(contexts[1]);
    BIO *here, *there;
    BIO_new_bio_pair(&here, 0, &there, 0);
    SSL_set_bio(client, here, here), SSL_set_bio(server, there, there);
    SSL_set_connect_state(client), SSL_set_accept_state(server);
    for (int i = 0; i < 4 && ERR_peek_error() == 0; ++i) SSL_do_handshake(i % 2 == 0 ? client : server);
    const unsigned long error = ERR_get_error();
    printf("%s: %s%s\n", what, error != 0 ? ERR_reason_error_string(error) : "accepted, ", error != 0 ? "" : SSL_get_cipher(server));
    ERR_clear_error();
}

int main(void) {
    handshake("default suites", 0, NULL);
    handshake("default suites, and a callback of TLS 1.2 that is not called", 1, NULL);
    handshake("only TLS_AES_128_GCM_SHA256 at the client", 0, "TLS_AES_128_GCM_SHA256");
    return called;
}
C
libraries=$work/root/usr/lib/$(gcc -print-multiarch)
gcc -I"$work/root/usr/include" -I"$work/root/usr/include/$(gcc -print-multiarch)" -o "$work/handshake" "$work/handshake.c" -L"$libraries" -lssl -lcrypto
LD_LIBRARY_PATH=$libraries "$work/handshake" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
