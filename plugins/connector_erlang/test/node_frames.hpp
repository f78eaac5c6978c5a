// SPDX-License-Identifier: MIT
//
// What a connected node sends, for tests that play one.
#pragma once

#include "control.hpp"

#include <string>
#include <string_view>

namespace kith::erlang::test {

inline const etf::Pid our_pid{"kith-0123456789abcdef@h", 1, 0, 7};
inline const etf::Pid their_pid{"app@h", 99, 0, 3};

/// A frame without its length.
inline std::string frame(const std::string &control, const std::string &payload = {}) {
    std::string out = {112, static_cast<char>(131)};
    out += control;
    if (!payload.empty()) out += static_cast<char>(131) + payload;
    return out;
}

inline std::string encoded(const etf::Pid &pid) {
    std::string out;
    etf::Writer(out).pid(pid);
    return out;
}

/// {31, Request, To, 2, Process}
inline std::string spawn_reply(std::string_view request, std::string_view result) {
    std::string out;
    etf::Writer(out).tuple(5).integer(31).raw(request).pid(our_pid).integer(2).raw(result);
    return frame(out);
}

/// {28, Process, To, Request} + Reason
inline std::string monitor_exit(std::string_view request, const std::string &reason) {
    std::string out;
    etf::Writer(out).tuple(4).integer(28).pid(their_pid).pid(our_pid).raw(request);
    return frame(out, reason);
}

/// {2, '', To} + Message
inline std::string send(const std::string &message) {
    std::string out;
    etf::Writer(out).tuple(3).integer(2).atom("").pid(our_pid);
    return frame(out, message);
}

/// One frame, with its length, that we wrote: without the length, and taken off `out`.
inline std::string written(std::string &out) {
    const std::size_t size =
        static_cast<std::size_t>(static_cast<unsigned char>(out.at(2))) << 8 | static_cast<unsigned char>(out.at(3));
    std::string one = out.substr(4, size);
    out.erase(0, 4 + size);
    return one;
}

} // namespace kith::erlang::test
