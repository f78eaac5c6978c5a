// SPDX-License-Identifier: MIT
//
// Who the other side of a connection is: by its certificate, which must contain the cluster and its name, or by a key that the whole cluster
// has, which proves the cluster and not the name. Keys, certificates and the list of denied members are read again when their files change; links
// that exist are not touched by that, the owner decides about them.
#pragma once

#include "settings.hpp"

#include <kith/file.hpp>
#include <kith/log.hpp>
#include <kith/signal.hpp>
#include <kith/timer.hpp>
#include <kith/tls.hpp>

#include <functional>
#include <map>
#include <memory>

namespace kith::mesh {

/// What a connection has proved.
struct Proof {
    std::string name;        // of the member; empty: it has proved the cluster alone, or nothing
    std::string fingerprint; // of its certificate; empty: none
    std::string own; // what this side has used: the identity of a key, or the fingerprint of its certificate; empty: plain
};

class LinkSecurity {
  public:
    /// settings: outlives it. Throws kith::error where TLS is needed and the host has none, or files are and it reads none.
    LinkSecurity(host h, const Settings &settings);

    /// Reads certificates, keys and the denied members. Call before the other functions, and again when it has failed.
    task<result<void>> open();
    /// The files that `open` reads and that may change.
    [[nodiscard]] std::vector<std::string> files() const;
    /// Opens anew whenever the file has changed since it was read, unless the follower of another file has done so, and calls `changed` then;
    /// when that fails, what was there before stays in use. For ever.
    task<> follow(std::string file, std::function<void()> changed);

    /// Secures a connection to that member.
    task<result<Proof>> secure_dialled(const stream &to, const std::string &name);
    /// Secures a connection from a member.
    task<result<Proof>> secure_accepted(const stream &from);

    /// Why the member may not be linked any more; empty: it may.
    [[nodiscard]] std::string why_denied(const Proof &of) const;
    /// Is what this side has used for a link still in use?
    [[nodiscard]] bool is_current(const Proof &of) const;

    /// The identities of the keys, the first is used; or the fingerprint of the certificate, and when it ends (seconds since 1970).
    struct Own {
        std::vector<std::string> keys;
        std::string certificate;
        std::int64_t until = 0;
    };
    [[nodiscard]] const Own &own() const noexcept { return own_; }

  private:
    task<> note_versions();
    task<result<std::vector<Line>>> read_lines(const std::string &file);
    [[nodiscard]] tls_settings credentials(const std::vector<tls_shared_key> &keys) const;
    /// The name in the certificate, which for a dialled member is the expected one. used: the own keys when the handshake began.
    [[nodiscard]] result<Proof> proved(const tls_peer &peer, std::string_view expected, const Own &used) const;

    const Settings &settings_;
    std::unique_ptr<tls> tls_;   // null: plain
    std::unique_ptr<file> file_; // null: no files are followed
    timer timer_;
    log log_;
    tls_context client_, server_;
    std::vector<std::string> deny_;
    Own own_;
    std::map<std::string, std::uint64_t> versions_; // of the files, before the last `open` read them
    bool opening_ = false;                          // by a follower
    signal opened_;
};

} // namespace kith::mesh
