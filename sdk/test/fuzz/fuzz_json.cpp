// SPDX-License-Identifier: MIT
//
// Fuzzer: reading all of a text, skipping it and reading a part of it end, and the first two accept the same texts; what is read is
// UTF-8; and a stream is split into the same texts wherever it is cut.
#include <kith/json.hpp>
#include <kith/json_stream.hpp>

#include <cstdlib>
#include <vector>

namespace {

using kind = kith::json_reader::kind;

void must(bool good) {
    if (!good) std::abort();
}

void read_all(kith::json_reader &reader, std::size_t most) {
    switch (reader.next()) {
    case kind::object:
        for (auto &[name, value] : reader.object()) {
            must(kith_is_utf8(kith::str(name)) != 0);
            if (most-- == 0) break;
            read_all(value, most);
        }
        break;
    case kind::array:
        for (auto &value : reader.array()) {
            if (most-- == 0) break;
            read_all(value, most);
        }
        break;
    case kind::text: must(kith_is_utf8(kith::str(reader.text())) != 0); break;
    case kind::flag: (void)reader.flag(); break;
    default: must(reader.raw().size() <= SIZE_MAX / 2);
    }
}

std::vector<std::string> split(std::string_view bytes, std::size_t piece) {
    kith::json_stream stream;
    std::vector<std::string> out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        must(stream.add(bytes.substr(0, piece)).has_value());
        while (const auto text = stream.next()) out.emplace_back(*text);
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    kith::json_reader skipped(text), whole(text), part(text), integer(text), number(text);
    read_all(whole, SIZE_MAX);
    read_all(part, 2);
    (void)integer.integer();
    (void)number.number();
    const auto good = skipped.end();
    must(good.has_value() == whole.end().has_value() && good.has_value() == part.end().has_value());
    must(good.has_value() || kith_is_utf8(kith::str(good.error().text)) != 0);
    must(good.has_value() || !integer.end() || !number.end());
    const auto texts = split(text, SIZE_MAX);
    for (const std::size_t piece : {1U, 2U, 7U}) must(split(text, piece) == texts);
    return 0;
}
