// SPDX-License-Identifier: MIT
#include "openssl_session.hpp"

#include "openssl_certificate_maker.hpp"
#include "openssl_failure.hpp"
#include "openssl_shared_keys.hpp"

#include <kith/plugin.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace kith::app {

namespace {

class OpensslContext final : public TlsContext {
  public:
    OpensslContext(Context context, TlsWords words, TlsCredentials credentials, std::shared_ptr<const SharedKeys> keys)
        : context_(std::move(context)),
          words_(std::make_shared<const TlsWords>(std::move(words))),
          credentials_(std::move(credentials)),
          keys_(std::move(keys)) {}
    std::unique_ptr<TlsSession> session(const std::string &name, bool expect_name) override {
        return std::make_unique<OpensslSession>(*context_, name, expect_name, words_, keys_);
    }
    const TlsCredentials &credentials() const override { return credentials_; }

  private:
    Context context_;
    std::shared_ptr<const TlsWords> words_; // a session may outlive its client
    TlsCredentials credentials_;
    std::shared_ptr<const SharedKeys> keys_; // null: certificates
};

Bio bio_of(const std::string &text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// OpenSSL must not prompt for a password: it is in the settings, or there is none.
int no_password(char *, int, int, void *) { return 0; }

int configured_password(char *into, int size, int, void *settings) {
    const std::string &password = static_cast<const TlsSettings *>(settings)->password;
    return static_cast<int>(password.copy(into, static_cast<std::size_t>(size)));
}

// A directory in which certificates are found by the hash of their names, as in Debian.
bool is_hashed(const char *directory) {
    std::error_code ignored;
    const std::filesystem::directory_iterator all(directory, ignored);
    return std::any_of(begin(all), end(all), [](const auto &one) { return one.path().extension() == ".0"; });
}

// Loads the system's authorities as other programs with OpenSSL do, including $SSL_CERT_FILE and $SSL_CERT_DIR. From a hashed
// directory only the needed files are read, while loading the file with all certificates would use megabytes.
bool trust_system(SSL_CTX *context) {
    const bool asked = std::getenv(X509_get_default_cert_file_env()) != nullptr;
    if (!asked && is_hashed(X509_get_default_cert_dir())) return SSL_CTX_set_default_verify_dir(context) == 1;
    return SSL_CTX_set_default_verify_paths(context) == 1;
}

constexpr int most_watched_authorities = 4;

// A server also sends the names of the authorities, by which a client chooses its certificate.
bool trust(SSL_CTX *context, const std::string &authorities, bool server, TlsCredentials &credentials) {
    const Bio text = bio_of(authorities);
    int count = 0;
    while (const Certificate one{PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr)}) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()) != 1) return false;
        if (server && SSL_CTX_add_client_CA(context, one.get()) != 1) return false;
        if (++count <= most_watched_authorities) credentials.authorities.push_back(certificate_of(one.get()));
    }
    if (count > most_watched_authorities) credentials.authorities.clear(); // a list of public ones
    if (count == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return false;
    ERR_clear_error(); // the error at the end of the list
    return true;
}

bool present(SSL_CTX *context, const std::string &certificate, TlsCredentials &credentials) {
    const Bio text = bio_of(certificate);
    const Certificate first(PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr));
    if (!first || SSL_CTX_use_certificate(context, first.get()) != 1) return false;
    credentials.chain.push_back(certificate_of(first.get()));
    credentials.names = names_of_certificate(first.get());
    while (const Certificate next{PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr)}) {
        if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
        credentials.chain.push_back(certificate_of(next.get()));
    }
    ERR_clear_error();
    return true;
}

// When the file contains no chain, OpenSSL completes it with the authorities, in every handshake anew, and with the root, which the other side
// has to decode and to keep although it cannot trust it for that. So it is done once, and without the root. What cannot be completed is sent as it is.
void complete_chain(SSL_CTX *context) {
    STACK_OF(X509) *given = nullptr;
    SSL_CTX_get0_chain_certs(context, &given);
    if (sk_X509_num(given) <= 0)
        SSL_CTX_build_cert_chain(context, SSL_BUILD_CHAIN_FLAG_NO_ROOT | SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR |
                                              SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR);
    SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
    ERR_clear_error();
}

// Sessions are not resumed: a new handshake checks the certificate of the client against the present authorities.
void be_server(SSL_CTX *context, bool verify) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, nullptr);
}

std::unique_ptr<TlsContext> make_context(const TlsSettings &settings, TlsFailure &failure) {
    const auto refuse = [&failure](std::int32_t status, const std::string &what) {
        failure = {status, what + ": " + openssl_text()};
        return nullptr;
    };
    const TlsWords &words = settings.words;
    // The process may end while a worker is still in here.
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
    ERR_clear_error();
    Context context(SSL_CTX_new(settings.server ? TLS_server_method() : TLS_client_method()));
    if (!context) return refuse(KITH_UNSUPPORTED, "TLS cannot be set up");
    SSL_CTX *raw = context.get();
    SSL_CTX_set_min_proto_version(raw, static_cast<int>(settings.min_version));
    SSL_CTX_set_max_proto_version(raw, static_cast<int>(settings.max_version));
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_client_cert_cb(raw, OpensslSession::asked_for_certificate);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(raw, no_password);
    SSL_CTX_set_verify(raw, settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (settings.server) be_server(raw, settings.verify && settings.shared_keys.empty());
    TlsCredentials credentials;
    if (!settings.shared_keys.empty()) {
        // No certificate is trusted and none is presented: without a key the handshake fails on either side.
        auto keys = std::make_shared<const SharedKeys>(settings.shared_keys);
        if (!SharedKeys::use(raw, settings.server)) return refuse(KITH_UNSUPPORTED, "shared keys cannot be used");
        credentials.identities = keys->identities();
        return std::make_unique<OpensslContext>(std::move(context), words, std::move(credentials), std::move(keys));
    }
    if (settings.authorities.empty() && !(settings.server && settings.verify)) {
        if (settings.verify && !trust_system(raw)) return refuse(KITH_UNSUPPORTED, "the system's authorities cannot be used");
    } else if (!trust(raw, settings.authorities, settings.server, credentials)) {
        return refuse(KITH_INVALID, words.authorities + ": expected certificates in PEM (-----BEGIN CERTIFICATE-----)");
    } else {
        // A certificate that the operator trusts is accepted, also when another authority has signed it.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(raw), X509_V_FLAG_PARTIAL_CHAIN);
    }
    const auto made = [&] {
        return std::make_unique<OpensslContext>(std::move(context), words, std::move(credentials), nullptr);
    };
    if (settings.certificate.empty() && !settings.server) return made();
    if (!present(raw, settings.certificate, credentials)) {
        return refuse(KITH_INVALID,
                      words.certificate + ": expected ours in PEM (-----BEGIN CERTIFICATE-----), and the chain above it");
    }
    const Bio text = bio_of(settings.key);
    const bool has_password = !settings.password.empty();
    const Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, has_password ? configured_password : no_password,
                                          const_cast<TlsSettings *>(&settings)));
    if (!key) {
        return refuse(KITH_INVALID,
                      words.key + (has_password ? ": expected a private key in PEM, encrypted with the password or not at all"
                                                : ": expected a private key in PEM, not encrypted"));
    }
    if (SSL_CTX_use_PrivateKey(raw, key.get()) != 1)
        return refuse(KITH_INVALID, words.key + " is not the one of " + words.certificate);
    complete_chain(raw);
    return made();
}

} // namespace

extern "C" __attribute__((visibility("default")))
const TlsEntry kith_tls_entry = {KITH_TLS_BUILD, make_context, make_certificate};

} // namespace kith::app
