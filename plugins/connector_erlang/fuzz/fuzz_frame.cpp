// SPDX-License-Identifier: MIT
//
// Any bytes as a stream of frames: the frames are the same whatever pieces the stream comes in.
#include "frame.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace kith::erlang;

namespace {

std::vector<std::string> cut(std::string_view stream, Frames::Width width, std::size_t piece, bool &too_large) {
    Frames frames(width, 4096);
    std::vector<std::string> got;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        frames.append(stream.substr(at, piece));
        while (const auto frame = frames.next()) got.emplace_back(*frame);
    }
    too_large = frames.too_large();
    return got;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2) return 0;
    const auto width = (data[0] & 1) != 0 ? Frames::Width::two : Frames::Width::four;
    const std::size_t piece = 1 + data[1];
    const std::string_view stream(reinterpret_cast<const char *>(data) + 2, size - 2);
    bool whole_large = false;
    bool pieces_large = false;
    const auto whole = cut(stream, width, stream.size() + 1, whole_large);
    const auto pieces = cut(stream, width, piece, pieces_large);
    if (whole != pieces || whole_large != pieces_large) std::abort();
    return 0;
}
