// SPDX-License-Identifier: MIT
#include "openssl_session.hpp"

#include "openssl_failure.hpp"

#include <kith/plugin.h>

#include <openssl/err.h>

#include <arpa/inet.h>
#include <new>
#include <utility>

namespace kith::app {

namespace {

bool is_numeric(const std::string &name) {
    in_addr four{};
    in6_addr six{};
    return ::inet_pton(AF_INET, name.c_str(), &four) == 1 || ::inet_pton(AF_INET6, name.c_str(), &six) == 1;
}

} // namespace

OpensslSession::OpensslSession(SSL_CTX &context, std::string name, bool expect_name, std::shared_ptr<const TlsWords> words,
                               std::shared_ptr<const SharedKeys> keys)
    : name_(std::move(name)), words_(std::move(words)), ssl_(SSL_new(&context)), keys_(std::move(keys)) {
    Bio bytes = bytes_.bio();
    if (!ssl_ || !bytes) throw std::bad_alloc();
    X509_VERIFY_PARAM *verify = SSL_get0_param(ssl_.get());
    bool good = true;
    const bool numeric = is_numeric(name_);
    if (expect_name && numeric) good = X509_VERIFY_PARAM_set1_ip_asc(verify, name_.c_str()) == 1;
    if (expect_name && !numeric) {
        X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        good = X509_VERIFY_PARAM_set1_host(verify, name_.data(), name_.size()) == 1;
    }
    if (!name_.empty() && !numeric)
        good = good && SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name_.data()) == 1;
    if (!good) throw std::bad_alloc();
    BIO *const both = bytes.release();
    SSL_set_bio(ssl_.get(), both, both);
    SSL_is_server(ssl_.get()) == 1 ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_verify(ssl_.get(), SSL_get_verify_mode(ssl_.get()), looked_at);
}

int OpensslSession::asked_for_certificate(SSL *ssl, X509 **, EVP_PKEY **) {
    if (auto *me = static_cast<OpensslSession *>(SSL_get_app_data(ssl))) me->asked_ = true;
    return 0; // there is none
}

// Records the certificate without changing the result.
int OpensslSession::looked_at(int good, X509_STORE_CTX *store) {
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    auto *ssl = static_cast<SSL *>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto *me = ssl == nullptr ? nullptr : static_cast<OpensslSession *>(SSL_get_app_data(ssl));
    if (good == 0 && me != nullptr && certificate != nullptr && X509_up_ref(certificate) == 1) me->rejected_.reset(certificate);
    return good;
}

void OpensslSession::feed(std::string_view bytes) { bytes_.feed(bytes); }

std::string OpensslSession::take() { return bytes_.take(); }

TlsSession::Step OpensslSession::handshake() {
    ERR_clear_error();
    const Step step = step_of(SSL_do_handshake(ssl_.get()));
    if (step != Step::done || keys_ == nullptr) return step;
    // An external key is taken as the resumption of a session.
    if (SSL_session_reused(ssl_.get()) != 1) return fail({KITH_UNAUTHORIZED, words_->other + " has not used a shared key"});
    if (SSL_is_server(ssl_.get()) != 1) key_ = 0;
    return step;
}

void OpensslSession::offered(std::string_view identity, std::uint32_t key) {
    constexpr std::size_t most = 64; // of a session's ticket there may be much more
    offered_.clear();
    for (const char c : identity.substr(0, most)) offered_ += c > ' ' && c < 127 ? c : '?';
    if (identity.size() > most) offered_ += "...";
    key_ = key;
}

TlsPeer OpensslSession::peer() const {
    TlsPeer out = peer_of(ssl_.get());
    if (keys_ == nullptr) return out;
    out.shared_key = key_;
    out.verified = true;
    return out;
}

TlsSession::Step OpensslSession::fail(TlsFailure failure) {
    failure_ = std::move(failure);
    return Step::failed;
}

TlsSession::Step OpensslSession::read(void *into, std::size_t max, std::size_t &got) {
    ERR_clear_error();
    return step_of(SSL_read_ex(ssl_.get(), into, max, &got));
}

bool OpensslSession::buffered() const {
    return SSL_has_pending(ssl_.get()) == 1 || bytes_.fed() || (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

// The buffer in memory accepts everything, so the write completes at once.
TlsSession::Step OpensslSession::write(std::string_view bytes) {
    ERR_clear_error();
    std::size_t written = 0;
    return bytes.empty() ? Step::done : step_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
}

void OpensslSession::end() {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

TlsSession::Step OpensslSession::step_of(int result) {
    if (result > 0) return Step::done;
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return Step::hungry;
    case SSL_ERROR_ZERO_RETURN: return Step::ended;
    default: break;
    }
    if (keys_ == nullptr || SSL_is_init_finished(ssl_.get()) == 1)
        return fail(failure_of(ssl_.get(), *words_, name_, rejected_.get(), asked_));
    const SharedKeyAttempt attempt{SSL_is_server(ssl_.get()) == 1, key_ != TlsPeer::no_key,
                                   SSL_is_server(ssl_.get()) == 1 ? offered_ : keys_->all().front().identity};
    return fail(shared_key_failure(*words_, attempt));
}

} // namespace kith::app
