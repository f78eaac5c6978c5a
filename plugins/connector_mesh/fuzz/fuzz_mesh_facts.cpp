// SPDX-License-Identifier: MIT
//
// Facts and documents: what is read is the same again after it was written, but for bits that have no meaning yet; and a membership takes
// whatever comes, forgets what is not up, and takes it again.
#include "membership.hpp"

#include <cstdlib>

using namespace kith::mesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    NameTable names(8);
    Membership membership(names, 16, "m@h", {1, 1}, {}, {.members = 6, .accusations = 3});
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
    for (const bool again : {false, true}) {
        Reader documents(bytes);
        while (!documents.at_end()) {
            const auto document = read_document(documents);
            if (!document) break;
            membership.apply(*document);
        }
        std::vector<Membership::Entry> all, theirs;
        membership.list(~std::uint64_t{0}, all);
        membership.settle();
        for (const auto &each : all) theirs.push_back({each.name, each.run, again ? each.complete : 1, each.bucket});
        std::vector<NodeId> newer;
        membership.compare(~std::uint64_t{0}, theirs, newer);
        membership.advance(std::chrono::hours(again ? 200 : 100));
        if (membership.known_count() != membership.up_count() + 1 || names.count() != membership.known_count()) std::abort();
    }
    return 0;
}
