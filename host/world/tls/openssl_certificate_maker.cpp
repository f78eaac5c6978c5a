// SPDX-License-Identifier: MIT
//
// Makes certificates of elliptic curve P-256, for a small authority of one's own.
#include "openssl_certificate_maker.hpp"

#include "openssl_failure.hpp"
#include "openssl_objects.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace kith::app {

namespace {

constexpr long hour = 3'600, day = 86'400;
constexpr std::size_t most_in_common_name = 64;

template <class Write>
std::string pem_of(Write write) {
    const Bio out(BIO_new(BIO_s_mem()));
    if (!out || write(out.get()) != 1) return {};
    std::string text(BIO_ctrl_pending(out.get()), '\0');
    const int got = text.empty() ? 0 : BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

Bio read_bio(const std::string &text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

int no_prompt(char *, int, int, void *) { return 0; }

bool extend(X509 *certificate, X509 *issuer, int what, const std::string &value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    const bool good = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

bool random_serial(X509 *certificate) {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40); // positive, and of full length
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, nullptr);
    const bool good = number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
    BN_free(number);
    return good;
}

bool name_it(X509 *certificate, const std::string &name) {
    const std::string common = name.substr(0, most_in_common_name);
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char *>(common.c_str()), -1, -1, 0) == 1;
}

bool of_authority(X509 *made, X509 *issuer) {
    return extend(made, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           extend(made, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
}

bool of_member(X509 *made, X509 *issuer, const std::string &uri) {
    return extend(made, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           extend(made, issuer, NID_key_usage, "critical,digitalSignature") &&
           extend(made, issuer, NID_ext_key_usage, "serverAuth,clientAuth") &&
           extend(made, issuer, NID_authority_key_identifier, "keyid") &&
           extend(made, issuer, NID_subject_alt_name, "URI:" + uri);
}

} // namespace

bool make_certificate(const TlsCertificateRequest &request, const TlsPem *authority, TlsPem &out, std::string &why) {
    const auto fail = [&why](const std::string &what) {
        why = what + ": " + openssl_text();
        return false;
    };
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
    Certificate issuer;
    Key issuer_key;
    if (authority != nullptr) {
        issuer.reset(PEM_read_bio_X509(read_bio(authority->certificate).get(), nullptr, no_prompt, nullptr));
        issuer_key.reset(PEM_read_bio_PrivateKey(read_bio(authority->key).get(), nullptr, no_prompt, nullptr));
        if (!issuer || !issuer_key || X509_check_private_key(issuer.get(), issuer_key.get()) != 1)
            return fail("the authority is no certificate with its key in PEM, not encrypted");
    }
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    if (!key || !made) return fail("no key can be made");
    X509 *const raw = made.get();
    X509 *const signer = issuer ? issuer.get() : raw;
    // From an hour ago on: clocks differ.
    bool good = X509_set_version(raw, 2) == 1 && random_serial(raw) && name_it(raw, request.common_name) &&
                X509_gmtime_adj(X509_getm_notBefore(raw), -hour) != nullptr &&
                X509_gmtime_adj(X509_getm_notAfter(raw), request.days * day) != nullptr &&
                X509_set_pubkey(raw, key.get()) == 1 && X509_set_issuer_name(raw, X509_get_subject_name(signer)) == 1;
    good = good && extend(raw, signer, NID_subject_key_identifier, "hash");
    good = good && (issuer ? of_member(raw, signer, request.uri) : of_authority(raw, signer));
    if (!good || X509_sign(raw, issuer ? issuer_key.get() : key.get(), EVP_sha256()) <= 0)
        return fail("no certificate can be made");
    out.certificate = pem_of([&](BIO *to) { return PEM_write_bio_X509(to, raw); });
    out.key = pem_of([&](BIO *to) { return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    return !out.certificate.empty() && !out.key.empty() ? true : fail("no PEM can be written");
}

} // namespace kith::app
