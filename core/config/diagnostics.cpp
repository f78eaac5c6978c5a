// SPDX-License-Identifier: MIT
#include <core/config/diagnostics.hpp>

#include <kith/hosting/utf8.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace kith::core {
namespace {

namespace json = boost::json;

void append(std::string &out, std::string_view severity, const std::vector<Diagnostic> &diagnostics) {
    for (const auto &d : diagnostics) {
        out += d.file;
        if (d.line != 0) out += ':' + std::to_string(d.line) + ':' + std::to_string(d.column);
        out.append(": ").append(severity).append(": ");
        if (!d.key.empty()) out.append(d.key).append(": ");
        out.append(d.message).push_back('\n');
    }
}

// The name of a file may contain any bytes. The rest of a diagnostic is UTF-8.
std::string printable(std::string name) {
    if (!is_utf8(name)) {
        for (char &c : name) {
            if (static_cast<unsigned char>(c) >= 0x80) c = '?';
        }
    }
    return name;
}

json::array list(const std::vector<Diagnostic> &diagnostics) {
    json::array out;
    for (const auto &d : diagnostics) {
        out.push_back(json::object{
            {"file", printable(d.file)}, {"line", d.line}, {"column", d.column}, {"key", d.key}, {"message", d.message}});
    }
    return out;
}

} // namespace

std::string to_text(const Diagnostics &diagnostics) {
    std::string out;
    append(out, "error", diagnostics.errors);
    append(out, "warning", diagnostics.warnings);
    return out;
}

std::string to_json(const Diagnostics &diagnostics) {
    json::object out;
    out["errors"] = list(diagnostics.errors);
    out["warnings"] = list(diagnostics.warnings);
    return json::serialize(out) + '\n';
}

} // namespace kith::core
