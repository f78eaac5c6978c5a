// SPDX-License-Identifier: MIT
//
// The assertions of layout.h as C++, and a check that layout.h contains every struct, member and constant.
#define BOOST_TEST_MODULE sdk_layout
#include <boost/test/unit_test.hpp>

#include "c_header_texts.hpp"
#include "layout.h"

#include <initializer_list>
#include <regex>
#include <sstream>

extern "C" size_t kith_layout_size_of_descriptor_in_c(void);

using kith::test::headers;
using kith::test::read;

namespace {

bool holds(const std::string &text, std::initializer_list<std::string_view> parts) {
    std::string wanted;
    for (const auto part : parts) wanted += part;
    return text.find(wanted) != std::string::npos;
}

// Comments and preprocessor lines do not affect the layout.
std::string declarations(const std::string &text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto open = text.find("/*", at);
        out += text.substr(at, open - at);
        at = open == std::string::npos ? text.size() : text.find("*/", open) + 2;
    }
    return std::regex_replace(out, std::regex("(^|\n)#[^\n]*"), "\n");
}

} // namespace

BOOST_AUTO_TEST_CASE(every_struct_and_member_is_in_the_layout_file) {
    const auto golden = read(KITH_SOURCE_DIR "/sdk/test/layout.h");
    const std::regex begin("struct (kith_[a-z_]+) \\{"), member("(?:\\(\\*([a-z_]+)\\)\\(|([a-z_0-9]+)$)");
    int structs = 0, members = 0;
    for (const auto &header : headers()) {
        const auto text = declarations(read(header));
        for (std::sregex_iterator at(text.begin(), text.end(), begin), end; at != end; ++at) {
            const std::string name = (*at)[1];
            ++structs;
            BOOST_TEST(holds(golden, {"SIZE(", name, ", "}), header.filename() << ": SIZE of " << name);
            const auto from = static_cast<std::size_t>(at->position() + at->length());
            std::istringstream body(text.substr(from, text.find("\n}", from) - from));
            for (std::string one; std::getline(body, one, ';');) {
                std::smatch found;
                if (!std::regex_search(one, found, member)) continue;
                const std::string field = found[1].matched ? found[1] : found[2];
                ++members;
                BOOST_TEST(holds(golden, {"OFFSET(", name, ", ", field, ", "}), header.filename()
                                                                                    << ": OFFSET of " << name << "." << field);
            }
        }
    }
    BOOST_TEST(structs > 30);
    BOOST_TEST(members > 140);
}

BOOST_AUTO_TEST_CASE(every_constant_is_in_the_layout_file) {
    const auto golden = read(KITH_SOURCE_DIR "/sdk/test/layout.h");
    const std::regex define("#define (KITH_[A-Z_0-9]+) \\(?-?[0-9]+u?\\)?");
    int constants = 0;
    for (const auto &header : headers()) {
        const auto text = read(header);
        for (std::sregex_iterator at(text.begin(), text.end(), define), end; at != end; ++at) {
            ++constants;
            const std::string name = (*at)[1];
            BOOST_TEST(holds(golden, {"VALUE(", name, ", "}), header.filename() << ": VALUE of " << name);
        }
    }
    BOOST_TEST(constants > 80);
}

BOOST_AUTO_TEST_CASE(the_size_of_a_descriptor_is_the_same_in_c_and_cpp) {
    BOOST_TEST(kith_layout_size_of_descriptor_in_c() == sizeof(kith_descriptor));
}
