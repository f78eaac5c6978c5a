// SPDX-License-Identifier: MIT
#include "openssl_failure.hpp"

#include "openssl_objects.hpp"
#include "read_peer_certificate.hpp"

#include <kith/plugin.h>

#include <openssl/err.h>

namespace kith::app {

namespace {

std::string time_text(const ASN1_TIME *time) {
    const Bio out(BIO_new(BIO_s_mem()));
    char text[64];
    if (!out || ASN1_TIME_print(out.get(), time) != 1) return "an unknown time";
    const int size = BIO_read(out.get(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "an unknown time";
}

// The first names of a certificate.
std::string names_of(X509 *certificate) {
    std::string out;
    auto *names = static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
    for (int i = 0; i < count && i < 8; ++i) {
        const GENERAL_NAME *one = sk_GENERAL_NAME_value(names, i);
        std::string text;
        if (one->type == GEN_DNS) {
            text.assign(reinterpret_cast<const char *>(ASN1_STRING_get0_data(one->d.dNSName)),
                        static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName)));
        } else if (one->type == GEN_IPADD) {
            char *address = i2s_ASN1_OCTET_STRING(nullptr, one->d.iPAddress);
            text = address == nullptr ? "" : std::string("address ") + address;
            OPENSSL_free(address);
        }
        if (!text.empty()) out += (out.empty() ? "" : ", ") + text;
    }
    GENERAL_NAMES_free(names);
    return out.empty() ? "no host at all" : out;
}

// Describes the rejected certificate, which may be an authority of the chain.
std::string what_was_rejected(const TlsWords &words, X509 *certificate) {
    if (words.web) return "the server's certificate";
    if (certificate == nullptr) return "a certificate of " + words.other;
    const std::string subject = distinguished_name(X509_get_subject_name(certificate));
    return "the certificate " + (subject.empty() ? "without a subject" : subject) + " of " + words.other;
}

// This side has rejected the certificate of the other one.
std::string rejection(long verdict, const TlsWords &words, X509 *certificate, const std::string &name) {
    const std::string reason = X509_verify_cert_error_string(verdict);
    const std::string what = what_was_rejected(words, certificate);
    // An Erlang node sends the certificate of its authority too.
    if (!words.web && verdict == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN && certificate != nullptr) {
        return "the authority " + distinguished_name(X509_get_subject_name(certificate)) + ", at which the chain of " +
               words.other + " ends, is none that we trust; configure it if it shall be";
    }
    switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return what + " has expired" +
               (certificate == nullptr ? "" : " (it was valid until " + time_text(X509_get0_notAfter(certificate)) + ")") +
               "; have it renewed, or look at this machine's clock";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return what + " is not valid yet" +
               (certificate == nullptr ? "" : " (from " + time_text(X509_get0_notBefore(certificate)) + ")") +
               "; look at this machine's clock";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return what + " is not for `" + name + "`" + (certificate == nullptr ? "" : " but for " + names_of(certificate)) +
               "; ask for it by one of its names, or configure the name to expect";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return what +
               (certificate == nullptr ? "" : ", issued by " + distinguished_name(X509_get_issuer_name(certificate)) + ",") +
               " is signed by an authority that is not trusted (" + reason + "); configure the authority that signed it";
    default: return what + " is not accepted: " + reason;
    }
}

// The other side has sent an alert: it rejects our certificate, or requires one.
bool refuses_us(int reason) {
    switch (reason) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return true;
    default: return false;
    }
}

// It speaks no TLS, or none that fits.
TlsFailure protocol_failure(int reason, const TlsWords &words, const std::string &text) {
    switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        return {KITH_PROTOCOL, words.other + " does not speak TLS there (" + text + ")" +
                                   (words.web ? "; is it http://, or another port?" : "")};
    default: break;
    }
    if (reason >= SSL_AD_REASON_OFFSET && !words.web) return {KITH_PROTOCOL, words.other + " ended TLS by an alert: " + text};
    return {KITH_PROTOCOL, "TLS failed: " + text};
}

} // namespace

std::string openssl_text() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    const char *reason = error == 0 ? nullptr : ERR_reason_error_string(error);
    return reason == nullptr ? "no reason was given" : reason;
}

TlsFailure failure_of(SSL *ssl, const TlsWords &words, const std::string &name, X509 *rejected, bool asked) {
    const int reason = ERR_GET_REASON(ERR_peek_error());
    const long verdict = SSL_get_verify_result(ssl);
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK) {
        ERR_clear_error();
        return {KITH_UNAUTHORIZED, rejection(verdict, words, rejected, name)};
    }
    const std::string text = openssl_text();
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
        return {KITH_UNAUTHORIZED, words.other + " has sent no certificate, and " + words.authorities + " requires one"};
    if (refuses_us(reason) || (asked && reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)) {
        const bool has_one = SSL_get_certificate(ssl) != nullptr;
        if (has_one) return {KITH_UNAUTHORIZED, words.other + " does not accept our certificate (" + text + ")"};
        return {KITH_UNAUTHORIZED, words.other +
                                       (asked || reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED
                                            ? " requires a client certificate ("
                                            : " refuses us, possibly for want of a certificate (") +
                                       text + "); configure one and its key"};
    }
    return protocol_failure(reason, words, text);
}

TlsFailure shared_key_failure(const TlsWords &words, const SharedKeyAttempt &attempt) {
    const int reason = ERR_GET_REASON(ERR_peek_error());
    const std::string text = openssl_text();
    const std::string remedy = "; give both sides the same key";
    switch (reason) {
    case SSL_R_BINDER_DOES_NOT_VERIFY:
        return {KITH_UNAUTHORIZED,
                words.other + " has another key of the identity `" + attempt.identity + "` (" + text + ")" + remedy};
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return {KITH_UNAUTHORIZED,
                words.other + " presents a certificate, and does not use the shared key `" + attempt.identity + "`" + remedy};
    // A server without a certificate fails so where no key was found.
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_CERTIFICATE_SET:
        if (!attempt.server || attempt.known) break;
        if (attempt.identity.empty()) return {KITH_UNAUTHORIZED, words.other + " offers no shared key, and one is required"};
        return {KITH_UNAUTHORIZED,
                words.other + " offers the shared key `" + attempt.identity + "`, which is none of ours" + remedy};
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
    case SSL_AD_REASON_OFFSET + SSL_AD_UNKNOWN_PSK_IDENTITY:
        if (attempt.server) break;
        return {KITH_UNAUTHORIZED,
                words.other + " does not accept our shared key `" + attempt.identity + "` (" + text + ")" + remedy};
    default: break;
    }
    return protocol_failure(reason, words, text);
}

} // namespace kith::app
