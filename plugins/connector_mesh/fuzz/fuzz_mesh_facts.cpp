// SPDX-License-Identifier: MIT
//
// Facts and documents: what is read is written again as the same bytes, and a membership takes whatever comes.
#include "membership.hpp"

#include <cstdlib>

using namespace kith::mesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    NameTable names(8);
    Membership membership(names, 16, "m@h", {1, 1}, {}, {});
    Reader in(bytes);
    while (!in.at_end()) {
        const std::string_view before = in.rest();
        const auto fact = read_fact(in);
        if (!fact) break;
        std::string again;
        append(again, *fact);
        if (again != before.substr(0, before.size() - in.rest().size())) std::abort();
        membership.apply(*fact, Time(1));
    }
    Reader documents(bytes);
    while (!documents.at_end()) {
        const auto document = read_document(documents);
        if (!document) break;
        membership.apply(*document, Time(1));
    }
    membership.settle();
    return 0;
}
