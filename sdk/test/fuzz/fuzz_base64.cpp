// SPDX-License-Identifier: MIT
//
// Fuzzer: all bytes survive being encoded and decoded, and what is decoded is encoded to a text that means the same.
#include <kith/base64.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    if (kith::base64_decode(kith::base64_encode(bytes)) != std::string(bytes)) std::abort();
    const auto decoded = kith::base64_decode(bytes);
    if (decoded && kith::base64_decode(kith::base64_encode(*decoded)) != decoded) std::abort();
    return 0;
}
