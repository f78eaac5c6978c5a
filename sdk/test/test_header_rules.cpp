// SPDX-License-Identifier: MIT
//
// The rules that the headers keep by how they are written: fixed-width integers (A4), a word of ownership for every pointer (M3), a
// thread tag for every function (T1), and no function handed over in a call (T4).
#include "c_header_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>

using kith::test::drafts;
using kith::test::headers;
using kith::test::read;

namespace {

/// A function of a table, with its comments.
struct Function {
    std::string where;     // file: struct.function
    std::string signature; // result and parameters
    std::string own;       // the comment before it, and the one at the end of the line
    std::string around;    // the comments of its struct and of its file
};

std::vector<Function> functions() {
    std::vector<Function> out;
    const std::regex begin("struct (kith_[a-z_]+) \\{"), pointer("\\(\\*([a-z_]+)\\)\\(");
    auto all = headers();
    for (auto &draft : drafts()) all.push_back(std::move(draft));
    for (const auto &path : all) {
        const auto text = read(path);
        const auto of_file = text.substr(0, text.find("*/"));
        for (std::sregex_iterator at(text.begin(), text.end(), begin), end; at != end; ++at) {
            const auto head = static_cast<std::size_t>(at->position());
            const auto body = head + static_cast<std::size_t>(at->length());
            const auto close = text.find("\n}", body);
            // The struct's own comment ends right before it.
            std::string of_struct;
            const auto before = text.rfind("*/", head);
            if (before != std::string::npos && head - before < 30) {
                of_struct = text.substr(text.rfind("/*", before), before - text.rfind("/*", before));
            }
            std::string comment;
            for (std::size_t i = body; i < close;) {
                if (text.compare(i, 2, "/*") == 0) {
                    const auto stop = text.find("*/", i) + 2;
                    comment = text.substr(i, stop - i);
                    i = stop;
                } else if (const auto stop = std::min(text.find(';', i), text.find("/*", i)); text[stop] == ';') {
                    const auto line = text.substr(i, stop - i);
                    std::smatch found;
                    if (std::regex_search(line, found, pointer)) {
                        const auto after = text.substr(stop, text.find('\n', stop) - stop);
                        out.push_back({path.filename().string() + ": " + at->str(1) + "." + found.str(1), line, comment + after,
                                       of_struct + of_file});
                    }
                    comment.clear();
                    i = stop + 1;
                } else {
                    i = stop;
                }
            }
        }
    }
    return out;
}

bool says(const std::string &text, const char *pattern) { return std::regex_search(text, std::regex(pattern)); }

} // namespace

BOOST_AUTO_TEST_SUITE(header_rules)

BOOST_AUTO_TEST_CASE(the_headers_contain_functions) { BOOST_TEST(functions().size() > 70u); }

BOOST_AUTO_TEST_CASE(a4_fixed_width_integers_only) {
    for (const auto &f : functions()) {
        BOOST_TEST(
            !says(f.signature, "\\b(enum|bool|_Bool|char|short|int|long|unsigned|signed|size_t|time_t|va_list|float)\\b"),
            f.where << " has a type of varying width: " << f.signature);
    }
}

BOOST_AUTO_TEST_CASE(m3_every_pointer_has_its_ownership_stated) {
    for (const auto &f : functions()) {
        const auto handles =
            std::regex_replace(f.signature, std::regex("const kith_host \\*host|void \\*self|\\(\\*[a-z_]+\\)"), "");
        if (!says(handles, "\\*|kith_str")) continue;
        BOOST_TEST(says(f.own + f.around, "borrowed|copied|static"), f.where << " does not say who owns what");
    }
}

BOOST_AUTO_TEST_CASE(t1_every_function_has_a_thread_tag) {
    for (const auto &f : functions()) {
        BOOST_TEST(says(f.own + f.around, "\\[loop & (created|started)\\]|\\[any-thread\\]"), f.where << " has no thread tag");
    }
}

BOOST_AUTO_TEST_CASE(t4_no_function_takes_a_function_pointer) {
    for (const auto &f : functions()) {
        const auto parameters = f.signature.substr(f.signature.find(")(") + 2);
        BOOST_TEST(parameters.find("(*") == std::string::npos, f.where << " takes a function");
    }
}

BOOST_AUTO_TEST_SUITE_END()
