// SPDX-License-Identifier: MIT
//
// TLS under the distribution: by which certificates kith enters a node that runs with -proto_dist inet_tls, and whom it trusts. They are
// files, named by option tls or by the node's own -ssl_dist_optfile, and are looked at anew for each connection.
#pragma once

#include "ssl_dist_optfile.hpp"

#include <kith/file.hpp>
#include <kith/signal.hpp>
#include <kith/tls.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace kith::erlang {

/// Option tls.
struct TlsOptions {
    bool wanted = false; // the option is there
    std::string optfile, cacertfile, certfile, keyfile, password;
    std::optional<bool> verify;    // empty: as in the optfile, else true
    bool verify_name = true;       // the host part of a node's name must fit its certificate
    std::uint32_t min_version = 0; // 0: as in the optfile, else TLS 1.2
};

class DistributionTls {
  public:
    /// Told of options in an optfile that concern whom the node trusts, and that kith does not read.
    using PassedOver = std::function<void(const std::string &file, const std::string &options)>;

    /// Throws kith::error when the host has no TLS. files: outlives this.
    DistributionTls(host h, const file &files, TlsOptions options, PassedOver passed_over);

    /// Loads TLS and reads the files before the first `secure`, which reports what is wrong with them. Takes milliseconds the first time.
    task<void> prepare_early();

    /// How far `secure` came.
    enum class Step : std::uint8_t { settings, handshake, done };

    /// The handshake of TLS. server_name: where the stream leads.
    task<result<tls_peer>> secure(const stream &over, std::string server_name, std::chrono::nanoseconds timeout, Step &step);

    /// Empty, or why the certificate is not one of that node's.
    std::string fault_of_name(const tls_peer &peer, std::string_view node) const;

  private:
    struct Wanted {
        std::string cacertfile, certfile, keyfile, password;
        bool verify = true;
        std::uint32_t min_version = 0, max_version = 0;
        bool operator==(const Wanted &) const = default;
    };
    task<result<Wanted>> wanted();
    task<result<void>> prepare();
    class Preparing;

    const file &files_;
    kith::tls tls_;
    TlsOptions options_;
    PassedOver passed_over_;
    std::string told_; // the last that were passed over
    tls_context client_;
    Wanted now_; // of client_
    bool preparing_ = false;
    signal prepared_;
};

} // namespace kith::erlang
