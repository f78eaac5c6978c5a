// SPDX-License-Identifier: MIT
//
// Any bytes as the file of -ssl_dist_optfile.
#include "ssl_dist_optfile.hpp"

#include <erlang_terms/term_file_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace kith::erlang;

namespace {

std::size_t counted(const erlang_terms::Term &term) {
    std::size_t out = 1;
    for (const erlang_terms::Term &one : term.elements) out += counted(one);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const erlang_terms::TermFile read = erlang_terms::parse_term_file(bytes);
    std::size_t count = 0;
    for (const erlang_terms::Term &term : read.terms) count += counted(term);
    if (count > 4096) std::abort();
    const SslDistOptions dist = parse_ssl_dist_optfile(bytes);
    if (!read.fault.empty() && dist.fault != read.fault) std::abort();
    if (dist.min_version > dist.max_version) std::abort();
    return 0;
}
