// SPDX-License-Identifier: MIT
//
// Facts and documents: what is read is the same again after it was written, but for bits that have no meaning yet; and a membership takes
// whatever comes.
#include "membership.hpp"

#include <cstdlib>

using namespace kith::mesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    NameTable names(8);
    Membership membership(names, 16, "m@h", {1, 1}, {}, {});
    Reader in(bytes);
    while (!in.at_end()) {
        const auto fact = read_fact(in);
        if (!fact) break;
        std::string once, twice;
        append(once, *fact);
        Reader written(once);
        const auto again = read_fact(written);
        if (!again || !written.at_end()) std::abort();
        append(twice, *again);
        if (once != twice) std::abort();
        membership.apply(*fact, Time(1));
    }
    Reader documents(bytes);
    while (!documents.at_end()) {
        const auto document = read_document(documents);
        if (!document) break;
        membership.apply(*document);
    }
    membership.settle();
    return 0;
}
