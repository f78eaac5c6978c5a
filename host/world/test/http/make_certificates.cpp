// SPDX-License-Identifier: MIT
#include "make_certificates.hpp"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <functional>
#include <stdexcept>

namespace kith::test {

namespace {

constexpr long day = 24L * 3600;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

void must(bool good, const char *what) {
    if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

Key make_key() {
    Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    must(key != nullptr, "no key");
    return key;
}

std::string pem(const std::function<int(BIO *)> &write) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
    must(write(out.get()) == 1, "no PEM");
    std::string text(BIO_ctrl_pending(out.get()), '\0');
    must(BIO_read(out.get(), text.data(), static_cast<int>(text.size())) > 0, "no PEM");
    return text;
}

std::string pem(X509 *certificate) {
    return pem([&](BIO *out) { return PEM_write_bio_X509(out, certificate); });
}

void extend(X509 *certificate, X509 *issuer, int what, const std::string &value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "no extension");
    X509_EXTENSION_free(extension);
}

Certificate make_certificate(const std::string &name, EVP_PKEY *key, X509 *issuer) {
    Certificate made(X509_new(), X509_free);
    X509_set_version(made.get(), 2);
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char *>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial >> 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -day);
    X509_set_pubkey(made.get(), key);
    X509_NAME *subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer == nullptr ? made.get() : issuer));
    return made;
}

bool numeric(const std::string &name) {
    unsigned char ignored[16];
    return ::inet_pton(AF_INET, name.c_str(), ignored) == 1 || ::inet_pton(AF_INET6, name.c_str(), ignored) == 1;
}

} // namespace

struct Authority::Body {
    Key key = make_key();
    Certificate certificate{nullptr, X509_free};
};

Authority::Authority(const std::string &name) : body_(std::make_unique<Body>()) {
    body_->certificate = make_certificate(name, body_->key.get(), nullptr);
    X509 *raw = body_->certificate.get();
    X509_gmtime_adj(X509_getm_notAfter(raw), 30 * day);
    extend(raw, raw, NID_basic_constraints, "critical,CA:TRUE");
    extend(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign");
    must(X509_sign(raw, body_->key.get(), EVP_sha256()) > 0, "not signed");
    certificate_ = pem(raw);
}

Authority::~Authority() = default;

Identity Authority::sign(const std::string &common_name, const std::vector<std::string> &names, int days, int age) const {
    const Key key = make_key();
    const Certificate made = make_certificate(common_name, key.get(), body_->certificate.get());
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -age * day);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), days == 0 ? -3600 : days * day);
    std::string all;
    for (const auto &name : names) {
        const bool uri = name.find("://") != std::string::npos;
        all += (all.empty() ? "" : ",") + std::string(numeric(name) ? "IP:" : uri ? "URI:" : "DNS:") + name;
    }
    if (!all.empty()) extend(made.get(), body_->certificate.get(), NID_subject_alt_name, all);
    must(X509_sign(made.get(), body_->key.get(), EVP_sha256()) > 0, "not signed");
    return {pem(made.get()),
            pem([&](BIO *out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

} // namespace kith::test
