// SPDX-License-Identifier: MIT
//
// Fuzzer: a kubeconfig is parsed or refused with an error text.
#include "kubeconfig.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    for (const std::string_view context : {"", "other"}) {
        const auto got = k8s::parse_kubeconfig(text, context);
        if (got ? got->access.server.empty() : got.error().text.empty()) std::abort();
    }
    return 0;
}
