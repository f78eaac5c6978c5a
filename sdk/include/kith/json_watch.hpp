// SPDX-License-Identifier: MIT
//
// kith::watch_json follows an HTTP response that never ends: a JSON text for each change, as of etcd, Kubernetes or any server that
// sends lines of JSON.
//
//     auto ended = co_await kith::watch_json(*response, wake, [&](std::string_view text) { return apply(text); });
//     if (ended) co_return co_await list();   // wake was notified, by refresh
#pragma once

#include "http.hpp"
#include "json_stream.hpp"
#include "signal.hpp"

#include <array>

namespace kith {

/// Calls `each`, which returns a result<void>, with each text. Success: `wake` was notified. A failure: that of the response (KITH_CLOSED:
/// it has ended), or of `each`. The request has idle_timeout = kith::forever and max_body = kith::unlimited. max: the largest text in bytes.
template <class Each>
[[nodiscard]] task<result<void>> watch_json(http_response &response, signal &wake, Each each, std::size_t max = 16 << 20) {
    json_stream texts(max);
    std::array<char, 16'384> buffer{};
    for (;;) {
        auto got = co_await first_of(response.read(std::as_writable_bytes(std::span(buffer))), wake.wait());
        if (!got) co_return result<void>();
        if (!*got) co_return got->error();
        if (auto fits = texts.add({buffer.data(), **got}); !fits) co_return fits;
        while (const auto text = texts.next()) {
            if (result<void> good = each(*text); !good) co_return good;
        }
    }
}

} // namespace kith
