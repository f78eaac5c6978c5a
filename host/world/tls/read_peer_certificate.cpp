// SPDX-License-Identifier: MIT
#include "read_peer_certificate.hpp"

#include "openssl_objects.hpp"

#include <kith/service/draft/tls.h>

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

TlsCertificate certificate_of(X509 *certificate) {
    TlsCertificate out;
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

void add_common_names(X509 *certificate, std::vector<TlsPeer::Name> &out) {
    X509_NAME *subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        unsigned char *text = nullptr;
        const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        if (size >= 0)
            out.push_back({KITH_TLS_COMMON_NAME, {reinterpret_cast<const char *>(text), static_cast<std::size_t>(size)}});
        OPENSSL_free(text);
    }
}

void add_alternative_names(X509 *certificate, std::vector<TlsPeer::Name> &out) {
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

std::string distinguished_name(const X509_NAME *name) {
    const Bio out(BIO_new(BIO_s_mem()));
    if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    std::string text(BIO_ctrl_pending(out.get()), '\0');
    const int got = text.empty() ? 0 : BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

TlsPeer peer_of(SSL *ssl) {
    TlsPeer out;
    out.version = static_cast<std::uint32_t>(SSL_version(ssl));
    out.verified = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0 && SSL_get_verify_result(ssl) == X509_V_OK;
    if (const char *cipher = SSL_get_cipher_name(ssl)) out.cipher = cipher;
    const STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i)
        out.chain.push_back(certificate_of(sk_X509_value(chain, i)));
    if (X509 *own = SSL_get0_peer_certificate(ssl)) {
        add_common_names(own, out.names);
        add_alternative_names(own, out.names);
    }
    return out;
}

} // namespace kith::app
