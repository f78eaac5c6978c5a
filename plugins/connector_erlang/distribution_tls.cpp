// SPDX-License-Identifier: MIT
#include "distribution_tls.hpp"

#include "handshake.hpp"

#include <utility>

namespace kith::erlang {
namespace {

constexpr std::uint64_t max_optfile = 65'536;

std::string names_in(const tls_peer &peer) {
    std::string out;
    for (const auto &one : peer.names) out += (out.empty() ? "" : ", ") + one.value;
    return out.empty() ? "no name" : out;
}

// The world's text begins with the address, which ours has already.
std::string without_place(std::string text, const endpoint &remote) {
    const std::string place = remote.address + " port " + std::to_string(remote.port) + ": ";
    return text.starts_with(place) ? text.substr(place.size()) : text;
}

} // namespace

DistributionTls::DistributionTls(host h, const file &files, TlsOptions options, PassedOver passed_over)
    : files_(files), tls_(h), options_(std::move(options)), passed_over_(std::move(passed_over)), prepared_(h) {}

class DistributionTls::Preparing {
  public:
    explicit Preparing(DistributionTls &tls) noexcept : tls_(tls) { tls_.preparing_ = true; }
    ~Preparing() {
        tls_.preparing_ = false;
        tls_.prepared_.notify();
    }
    Preparing(const Preparing &) = delete;
    Preparing &operator=(const Preparing &) = delete;

  private:
    DistributionTls &tls_;
};

task<result<DistributionTls::Wanted>> DistributionTls::wanted() {
    SslDistOptions dist;
    if (!options_.optfile.empty()) {
        auto content = co_await files_.read(options_.optfile, max_optfile);
        if (!content) co_return error(content.status(), "option tls.optfile cannot be read: " + content.error().text);
        dist = parse_ssl_dist_optfile(content->bytes);
        if (!dist.fault.empty()) co_return error(KITH_INVALID, options_.optfile + " (option tls.optfile), " + dist.fault);
        std::string passed_over;
        for (const auto &one : dist.passed_over) passed_over += (passed_over.empty() ? "" : ", ") + one;
        if (!passed_over.empty() && passed_over != std::exchange(told_, passed_over))
            passed_over_(options_.optfile, passed_over);
    }
    Wanted out;
    out.cacertfile = options_.cacertfile.empty() ? dist.cacertfile : options_.cacertfile;
    const bool own = !options_.certfile.empty();
    out.certfile = own ? options_.certfile : dist.certfile;
    out.keyfile = own ? options_.keyfile : dist.keyfile;
    out.password = own ? options_.password : dist.password;
    out.verify = options_.verify.value_or(dist.verify.value_or(true));
    out.min_version = options_.min_version != 0 ? options_.min_version : dist.min_version;
    out.max_version = dist.max_version < out.min_version ? 0 : dist.max_version;
    if (out.verify && out.cacertfile.empty()) {
        const bool by_file = !options_.optfile.empty();
        co_return error(
            KITH_INVALID,
            (by_file ? options_.optfile + " names no authorities by which its client could know other nodes (cacertfile)"
                     : std::string("option tls names no authorities by which a node could be known (cacertfile, optfile)")) +
                "; give it some, or say verify_none in option tls.verify to take any certificate" +
                (by_file ? ". Since OTP 26 a node with such options connects to nobody, and logs nothing" : ""));
    }
    co_return out;
}

// One at a time, so that they share the client.
task<result<void>> DistributionTls::prepare() {
    while (preparing_) co_await prepared_.wait();
    const Preparing preparing(*this);
    auto want = co_await wanted();
    if (!want) co_return std::move(want).error();
    if (client_.open() && *want == now_) co_return result<void>();
    auto client = co_await tls_.client({.authorities_file = want->cacertfile,
                                        .certificate_file = want->certfile,
                                        .key_file = want->keyfile,
                                        .password = want->password,
                                        .min_version = want->min_version,
                                        .max_version = want->max_version,
                                        .flags = want->verify ? 0U : KITH_TLS_INSECURE});
    if (!client) co_return error(client.status(), "option tls: " + client.error().text);
    client_ = std::move(*client);
    now_ = std::move(*want);
    co_return result<void>();
}

task<void> DistributionTls::prepare_early() { (void)co_await prepare(); }

task<result<tls_peer>> DistributionTls::secure(const stream &over, std::string server_name, std::chrono::nanoseconds timeout,
                                               Step &step) {
    step = Step::settings;
    if (auto good = co_await prepare(); !good) co_return std::move(good).error();
    step = Step::handshake;
    auto peer = co_await client_.secure(over, server_name, timeout);
    if (!peer) {
        error why = std::move(peer).error();
        why.text = without_place(std::move(why.text), over.remote);
        // A file that has changed, and is none any more.
        if (why.status != KITH_UNAUTHORIZED && why.status != KITH_PROTOCOL && why.status != KITH_RESET &&
            why.status != KITH_TIMED_OUT) {
            step = Step::settings;
            why.text = "option tls: " + why.text;
        }
        if (why.status == KITH_PROTOCOL && why.text.find("alert") != std::string::npos) {
            if (now_.min_version == KITH_TLS_1_3)
                why.text += "; possibly the node speaks TLS 1.2, as up to OTP 27 it does unless its options list 'tlsv1.3' in "
                            "versions, and option tls.min_version asks for more";
            else if (why.text.find("handshake failure") != std::string::npos)
                why.text +=
                    "; possibly its certificate has an Ed25519 key, which OTP uses in TLS 1.3 only, and up to OTP 27 its "
                    "options must list 'tlsv1.3' in versions for that, both client and server";
        }
        co_return why;
    }
    step = Step::done;
    co_return peer;
}

std::string DistributionTls::fault_of_name(const tls_peer &peer, std::string_view node) const {
    const std::string_view host = host_part(node);
    if (!options_.verify_name || !peer.verified || host.empty() || peer.is_for(host)) return {};
    return "its certificate is for " + names_in(peer) + ", and not for " + std::string(host) +
           ", the host part of its name; give it one that is, or set option tls.verify_name to false";
}

} // namespace kith::erlang
