// SPDX-License-Identifier: MIT
//
// An EPMD on a simulated machine that answers NAMES requests, with configurable failures.
#pragma once

#include <epmd_names/names_reply.hpp>

#include <kith/testkit/scripted_server.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace epmd_names::test {

class SimulatedEpmd {
  public:
    using Names = std::vector<std::pair<std::string, int>>;

    explicit SimulatedEpmd(kith::testkit::SimulatedMachine &machine, const Names &names = {}, std::string_view address = {},
                           std::uint16_t port = 4369)
        : peer_(machine, port, address) {
        set_names(names);
        peer_.on_accept([this](kith::testkit::Conversation &with) {
            with.on_bytes([this](kith::testkit::Conversation &one) {
                if (one.received().size() >= request().size()) answer(one);
            });
        });
    }

    /// Sets the registered names.
    void set_names(const Names &names) {
        reply_.assign("\0\0\x11\x11", 4);
        for (const auto &[name, port] : names) reply_ += "name " + name + " at port " + std::to_string(port) + '\n';
    }
    /// Sets the reply to exactly these bytes.
    void set_reply(std::string bytes) { reply_ = std::move(bytes); }
    /// While on, it accepts connections and sends nothing.
    void stall(bool on) { stalled_ = on; }
    /// The time between a request and its reply.
    void delay(std::chrono::nanoseconds time) { delay_ = time; }
    /// Sends one byte at a time, with this interval; 0: all at once.
    void drip(std::chrono::nanoseconds pause) { drip_ = pause; }
    /// It resets the connection instead of closing it.
    void reset(bool on) { reset_ = on; }
    /// It stops listening.
    void end() { peer_.stop_listening(); }

    std::size_t asked() const noexcept { return asked_; }
    std::size_t open() const noexcept { return peer_.open(); }

  private:
    void answer(kith::testkit::Conversation &with) {
        ++asked_;
        if (with.take() != request()) with.reset();
        if (stalled_) return;
        if (drip_.count() != 0) return drop(with, 0);
        with.after(delay_, [this](kith::testkit::Conversation &one) {
            one.send(reply_);
            reset_ ? one.reset() : one.close();
        });
    }
    void drop(kith::testkit::Conversation &with, std::size_t at) {
        if (at == reply_.size()) return with.close();
        with.send(std::string_view(reply_).substr(at, 1));
        with.after(drip_, [this, at](kith::testkit::Conversation &one) { drop(one, at + 1); });
    }

    kith::testkit::ScriptedServer peer_;
    std::string reply_;
    bool stalled_ = false, reset_ = false;
    std::chrono::nanoseconds delay_{0}, drip_{0};
    std::size_t asked_ = 0;
};

} // namespace epmd_names::test
