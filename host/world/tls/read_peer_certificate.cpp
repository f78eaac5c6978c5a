// SPDX-License-Identifier: MIT
#include "read_peer_certificate.hpp"

#include "openssl_objects.hpp"

#include <kith/service/tls.h>

#include <arpa/inet.h>
#include <ctime>

namespace kith::app {

namespace {

std::int64_t seconds_of(const ASN1_TIME *time) {
    std::tm broken{};
    return time != nullptr && ASN1_TIME_to_tm(time, &broken) == 1 ? static_cast<std::int64_t>(::timegm(&broken)) : 0;
}

std::string text_of(const ASN1_STRING *value) {
    return {reinterpret_cast<const char *>(ASN1_STRING_get0_data(value)), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

std::string address_text(const ASN1_OCTET_STRING *address) {
    char text[INET6_ADDRSTRLEN] = "";
    const int size = ASN1_STRING_length(address);
    if (size != 4 && size != 16) return {};
    ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
    return text;
}

std::string hexadecimal(const unsigned char *bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < size; ++i) {
        out += digits[bytes[i] >> 4];
        out += digits[bytes[i] & 15];
    }
    return out;
}

void add_common_names(X509 *certificate, std::vector<TlsName> &out) {
    X509_NAME *subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        unsigned char *text = nullptr;
        const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        if (size >= 0)
            out.push_back({KITH_TLS_COMMON_NAME, {reinterpret_cast<const char *>(text), static_cast<std::size_t>(size)}});
        OPENSSL_free(text);
    }
}

void add_alternative_names(X509 *certificate, std::vector<TlsName> &out) {
    auto *names = static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME *one = sk_GENERAL_NAME_value(names, i);
        switch (one->type) {
        case GEN_DNS: out.push_back({KITH_TLS_DNS, text_of(one->d.dNSName)}); break;
        case GEN_IPADD: out.push_back({KITH_TLS_ADDRESS, address_text(one->d.iPAddress)}); break;
        case GEN_URI: out.push_back({KITH_TLS_URI, text_of(one->d.uniformResourceIdentifier)}); break;
        case GEN_EMAIL: out.push_back({KITH_TLS_EMAIL, text_of(one->d.rfc822Name)}); break;
        default: break;
        }
    }
    GENERAL_NAMES_free(names);
}

} // namespace

TlsCertificate certificate_of(X509 *certificate) {
    TlsCertificate out;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &digest_size) == 1) out.fingerprint = hexadecimal(digest, digest_size);
    unsigned char *der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size > 0) out.der.assign(reinterpret_cast<const char *>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    out.subject = distinguished_name(X509_get_subject_name(certificate));
    out.issuer = distinguished_name(X509_get_issuer_name(certificate));
    out.not_before = seconds_of(X509_get0_notBefore(certificate));
    out.not_after = seconds_of(X509_get0_notAfter(certificate));
    return out;
}

std::string distinguished_name(const X509_NAME *name) {
    const Bio out(BIO_new(BIO_s_mem()));
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    std::string text(BIO_ctrl_pending(out.get()), '\0');
    const int got = text.empty() ? 0 : BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

std::vector<TlsName> names_of_certificate(X509 *certificate) {
    std::vector<TlsName> out;
    add_common_names(certificate, out);
    add_alternative_names(certificate, out);
    return out;
}

TlsPeer peer_of(SSL *ssl) {
    TlsPeer out;
    out.version = static_cast<std::uint32_t>(SSL_version(ssl));
    out.verified = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0 && SSL_get_verify_result(ssl) == X509_V_OK;
    if (const char *cipher = SSL_get_cipher_name(ssl)) out.cipher = cipher;
    const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i)
        out.chain.push_back(certificate_of(sk_X509_value(chain, i)));
    X509 *own = SSL_get0_peer_certificate(ssl);
    if (own == nullptr) return out;
    // A server's list does not contain the client's own certificate, a client's list the server's one.
    if (SSL_is_server(ssl) == 1) out.chain.insert(out.chain.begin(), certificate_of(own));
    out.names = names_of_certificate(own);
    return out;
}

} // namespace kith::app
