// SPDX-License-Identifier: MIT
//
// Any bytes as a term: parsed, walked, printed, and what is printed never reads out of bounds.
#include "etf/term_printer.hpp"
#include "etf/text_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace kith::erlang::etf;

namespace {

std::size_t walk(const TermView &term) {
    std::size_t terms = 1;
    (void)term.integer();
    (void)term.real();
    (void)term.atom();
    (void)term.is_atom("nodeup");
    (void)term.bytes();
    (void)term.pid();
    (void)term.reference();
    (void)term.big();
    Elements elements = term.elements();
    const std::size_t count = elements.left();
    for (std::size_t i = 0; i < count; ++i) {
        const TermView element = elements.next();
        if (element.kind() == Kind::nothing) std::abort();
        terms += walk(element);
    }
    if (count != 0 && term.is_list()) terms += walk(elements.tail());
    return terms;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const Parsed parsed = parse(bytes);
    if (!parsed) return 0;
    if (parsed.term.encoded().size() + parsed.rest.size() + 1 != size) std::abort();
    if (walk(parsed.term) > Limits{}.terms) std::abort();
    if (to_text(parsed.term, 200).size() > 70000) std::abort(); // one atom at most over the limit
    // A term parsed again is the same.
    const Parsed again = parse_bare(parsed.term.encoded());
    if (!again || again.term.encoded() != parsed.term.encoded()) std::abort();
    // What reads as text encodes to a term that is one.
    std::string encoded;
    Writer writer(encoded);
    if (write_text(writer, bytes) && !parse_bare(encoded)) std::abort();
    return 0;
}
