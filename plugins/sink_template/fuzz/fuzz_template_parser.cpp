// SPDX-License-Identifier: MIT
//
// Fuzzer: a template and a peer. Every refusal names a line, and no value of a peer brings a character into the text that the template
// does not allow there.
#include "ready_made.hpp"
#include "template_renderer.hpp"

#include <array>
#include <cstdlib>

namespace {

void must(bool good) {
    if (!good) std::abort();
}

// All characters that any form can produce.
bool harmless(std::string_view text) {
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && std::string_view("._:@%-[]\"\\ /+,=").find(c) == std::string_view::npos) return false;
    }
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    const std::string_view value = text.substr(0, data[0]);
    text.remove_prefix(value.size());
    const auto parsed = sink_template::parse_template(text);
    if (!parsed) must(parsed.status() == KITH_INVALID && parsed.error().text.starts_with("line "));

    const std::array<kith::attribute_view, 5> attributes{
        {{"ip", value}, {"port", value}, {"hostname", value}, {"zone", value}, {"a", value}}};
    const std::array<kith::member, 1> members{{{value, value, attributes, 0}}};
    if (parsed) {
        const auto out = sink_template::render(*parsed, {.topology = "t", .port = 0, .members = members});
        must(out.status() == KITH_OK && out->peers + out->left_out.size() == 1);
    }
    // What the value adds to a text without such characters of its own.
    const auto all =
        sink_template::parse_template("{{each}}{{name}}{{end}}{{each}}{{name|json}}{{name|id}}{{host|bare}}{{end}}");
    const auto out = sink_template::render(*all, {.topology = "t", .port = 0, .members = members});
    must(out.status() == KITH_OK && harmless(out->text));
    return 0;
}
