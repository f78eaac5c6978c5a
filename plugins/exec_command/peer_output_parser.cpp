// SPDX-License-Identifier: MIT
#include "peer_output_parser.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <unordered_set>

namespace exec {

namespace json = boost::json;

namespace {

constexpr std::size_t max_name = 1024, max_attribute_name = 256, max_attribute_value = 4096;

constexpr std::string_view blanks = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool printable(char c) noexcept { return c > ' ' && static_cast<unsigned char>(c) < 0x7f; }

/// Quotes a text for an error message: truncated, without unprintable characters.
std::string in_quotes(std::string_view text) {
    std::string out = "`";
    for (const char c : text.substr(0, 64)) out += printable(c) || c == ' ' ? c : '?';
    return out + (text.size() > 64 ? "...`" : "`");
}

class Reader {
  public:
    explicit Reader(std::size_t attributes) : most_(attributes) {}

    /// Parses a line. Returns the error, or an empty string.
    std::string line(std::string_view text) {
        if (text.front() == '{') {
            const auto value = parse(text);
            return value ? object(*value) : wrong_;
        }
        kith::peer peer;
        for (std::size_t at = 0; at < text.size();) {
            const auto word = text.substr(at, std::min(text.find_first_of(blanks, at), text.size()) - at);
            at = std::min(text.find_first_not_of(blanks, at + word.size()), text.size());
            if (!std::ranges::all_of(word, printable))
                return in_quotes(word) + ": expected a name of printable ASCII, or else a JSON object";
            if (peer.name.empty()) {
                peer.name = word;
                continue;
            }
            const auto sign = word.find('=');
            if (sign == 0 || sign == std::string_view::npos)
                return in_quotes(word) + ": expected one name in each line, followed by attributes such as zone=a";
            peer.attributes.push_back({std::string(word.substr(0, sign)), std::string(word.substr(sign + 1))});
        }
        peer.key = peer.name;
        return take(std::move(peer));
    }

    /// Parses a JSON list. Returns the error, or an empty string.
    std::string list(std::string_view text) {
        const auto value = parse(text);
        if (!value) return wrong_;
        if (!value->is_array()) return "expected a list";
        for (std::size_t i = 0; i < value->get_array().size(); ++i) {
            if (auto why = element(value->get_array()[i]); !why.empty()) return "element " + std::to_string(i) + ": " + why;
        }
        return {};
    }

    PeerOutput output;

  private:
    std::optional<json::value> parse(std::string_view text) {
        boost::system::error_code error;
        json::parse_options limits;
        limits.max_depth = 8;
        json::value out = json::parse({text.data(), text.size()}, error, {}, limits);
        if (!error) return out;
        wrong_ = in_quotes(text) + " is not JSON (" + error.message() + ")";
        return std::nullopt;
    }

    std::string element(const json::value &value) {
        if (!value.is_string()) return object(value);
        const std::string name(value.get_string());
        return take({.key = name, .name = name});
    }

    std::string object(const json::value &value) {
        const auto *members = value.if_object();
        if (members == nullptr) return "expected a name, or an object with `name`";
        kith::peer peer;
        for (const auto &[member, is] : *members) {
            const std::string_view name(member.data(), member.size());
            if (name == "attributes") {
                if (!is.is_object()) return "`attributes`: expected an object of strings";
                for (const auto &[attribute, text] : is.get_object()) {
                    if (!text.is_string())
                        return "attribute " + in_quotes({attribute.data(), attribute.size()}) + ": expected a string";
                    peer.attributes.push_back({std::string(attribute), std::string(text.get_string())});
                }
                continue;
            }
            if (name != "name" && name != "key") return in_quotes(name) + ": expected only `name`, `key` and `attributes`";
            if (!is.is_string()) return in_quotes(name) + ": expected a string";
            (name == "name" ? peer.name : peer.key) = is.get_string();
        }
        if (peer.key.empty()) peer.key = peer.name;
        if (peer.key.empty()) return "expected `name`, or at least `key`";
        return take(std::move(peer));
    }

    std::string take(kith::peer peer) {
        if (peer.key.empty()) return "expected a name, got an empty one";
        if (peer.name.size() > max_name || peer.key.size() > max_name)
            return in_quotes(peer.name) + ": expected at most 1024 bytes";
        if (peer.attributes.size() > most_)
            return in_quotes(peer.key) + ": expected at most " + std::to_string(most_) + " attributes";
        std::unordered_set<std::string_view> names;
        for (const auto &one : peer.attributes) {
            if (one.name.empty() || one.name.size() > max_attribute_name || one.value.size() > max_attribute_value)
                return "attribute " + in_quotes(one.name) +
                       ": expected a name of at most 256 bytes and a value of at most 4096";
            if (!names.insert(one.name).second) return "attribute " + in_quotes(one.name) + " occurs twice";
        }
        if (keys_.insert(peer.key).second) {
            output.peers.push_back(std::move(peer));
        } else {
            ++output.doubled;
        }
        return {};
    }

    std::size_t most_;
    std::string wrong_;
    std::unordered_set<std::string> keys_;
};

kith::error unexpected_output(const std::string &text) { return {KITH_PROTOCOL, "unexpected output: " + text}; }

} // namespace

kith::result<PeerOutput> parse_peer_output(std::string_view text, std::size_t attributes) {
    Reader reader(attributes);
    const auto first = text.find_first_not_of(" \t\r\v\f\n");
    if (first == std::string_view::npos)
        return kith::error(KITH_PROTOCOL, "it printed nothing; a program that finds no peer must print []");
    if (text[first] == '[') {
        const std::string why = reader.list(text.substr(first));
        return why.empty() ? kith::result<PeerOutput>(std::move(reader.output)) : unexpected_output(why);
    }
    std::size_t number = 0;
    bool any = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = trimmed(text.substr(at, end - at));
        at = end + 1;
        ++number;
        if (line.empty() || line.front() == '#') continue;
        any = true;
        if (auto why = reader.line(line); !why.empty()) return unexpected_output("line " + std::to_string(number) + ", " + why);
    }
    if (!any) return kith::error(KITH_PROTOCOL, "it printed only comments; a program that finds no peer must print []");
    return std::move(reader.output);
}

std::optional<std::string> PeerSetSplitter::next() {
    for (;;) {
        const auto end = rest_.find('\n', seen_);
        if (end == std::string::npos) return std::nullopt;
        const auto line = trimmed(std::string_view(rest_).substr(seen_, end - seen_));
        const bool alone = !line.empty() && line.front() == '[';
        if (!line.empty() && !alone) {
            seen_ = end + 1;
            continue;
        }
        // A list on one line is a complete set; it also ends the set before it, which is returned first.
        std::string out = rest_.substr(0, alone && seen_ != 0 ? seen_ : end);
        rest_.erase(0, alone && seen_ != 0 ? seen_ : end + 1);
        seen_ = 0;
        if (trimmed(out).empty()) continue; // consecutive empty lines
        return out;
    }
}

} // namespace exec
