// SPDX-License-Identifier: MIT
//
// Any bytes as an answer of EPMD.
#include "epmd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace kith::erlang;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    epmd::Port port;
    const epmd::State before = epmd::read_port(bytes, false, port);
    const epmd::State after = epmd::read_port(bytes, true, port);
    if (after == epmd::State::more) std::abort();
    if (before != epmd::State::more && before != after) std::abort();
    if (after == epmd::State::done && port.port == 0) std::abort();
    std::vector<epmd::Name> names;
    if (epmd::read_names(bytes, true, names) == epmd::State::more) std::abort();
    for (const epmd::Name &name : names)
        if (name.name.empty() || name.port == 0) std::abort();
    return 0;
}
