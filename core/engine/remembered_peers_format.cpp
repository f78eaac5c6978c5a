// SPDX-License-Identifier: MIT
#include <core/cluster/events/event.hpp>
#include <core/engine/remembered_peers_format.hpp>

#include <boost/json/parse.hpp>

#include <array>
#include <optional>

namespace kith::core {

namespace {

namespace json = boost::json;

constexpr std::size_t room_for_the_end = 128;

void append_member(std::string &out, std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
}

// Reads the members of one line. A member that is missing or has another type is recorded as an error.
class Line {
  public:
    explicit Line(std::string_view text) {
        boost::system::error_code code;
        json::parse_options options;
        options.max_depth = 4;
        auto value = json::parse(json::string_view(text.data(), text.size()), code, {}, options);
        if (!code && value.is_object()) object_ = std::move(value.get_object());
    }

    explicit operator bool() const { return object_.has_value(); }
    bool has(std::string_view name) const { return object_->contains(name); }

    bool text(std::string_view name, std::string &out) const {
        const auto *value = object_->if_contains(name);
        const auto *string = value == nullptr ? nullptr : value->if_string();
        if (string == nullptr) return false;
        out.assign(string->data(), string->size());
        return true;
    }
    bool number(std::string_view name, std::int64_t &out) const {
        const auto *value = object_->if_contains(name);
        const auto *number = value == nullptr ? nullptr : value->if_int64();
        if (number == nullptr) return false;
        out = *number;
        return true;
    }
    bool texts(std::string_view name, std::vector<std::pair<std::string, std::string>> &out) const {
        const auto *value = object_->if_contains(name);
        const auto *object = value == nullptr ? nullptr : value->if_object();
        if (object == nullptr) return false;
        for (const auto &member : *object) {
            const auto *string = member.value().if_string();
            if (string == nullptr) return false;
            out.emplace_back(std::string_view(member.key().data(), member.key().size()),
                             std::string_view(string->data(), string->size()));
        }
        return true;
    }

  private:
    std::optional<json::object> object_;
};

} // namespace

std::string sum_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::uint64_t sum = 0xcbf29ce484222325U;
    for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    std::string out(16, '0');
    for (std::size_t i = out.size(); i-- > 0; sum >>= 4U) out[i] = digits[sum & 15U];
    return out;
}

// ---- writing ----

RememberedPeersWriter::RememberedPeersWriter(std::string_view topology) {
    text_ = R"({"kith":"peers","v":1)";
    append_member(text_, "topology", topology);
    text_ += "}\n";
}

void RememberedPeersWriter::source(std::string_view name, std::string_view strategy, std::string_view config,
                                   std::int64_t seen) {
    text_ += R"({"source":)";
    append_json_string(text_, name);
    append_member(text_, "strategy", strategy);
    append_member(text_, "config", config);
    text_ += R"(,"seen":)" + std::to_string(seen) + "}\n";
}

void RememberedPeersWriter::peer(const PeerView &peer) {
    line_ = R"({"key":)";
    append_json_string(line_, peer.key);
    append_member(line_, "name", peer.name);
    line_ += R"(,"attributes":{)";
    for (const AttributeView &attribute : peer.attributes) {
        if (&attribute != peer.attributes.data()) line_ += ',';
        append_json_string(line_, attribute.name);
        line_ += ':';
        append_json_string(line_, attribute.value);
    }
    line_ += "}}\n";
    if (text_.size() + line_.size() + room_for_the_end > remembered_peers_size_limit) {
        ++left_out_;
        return;
    }
    text_ += line_;
    ++peers_;
}

std::string RememberedPeersWriter::finish() {
    const std::string sum = sum_of(text_);
    text_ += R"({"peers":)" + std::to_string(peers_);
    append_member(text_, "sum", sum);
    text_ += "}\n";
    return std::move(text_);
}

// ---- reading ----

boost::system::result<RememberedTopology, TextError> read_remembered_peers(std::string_view text) {
    using Result = boost::system::result<RememberedTopology, TextError>;
    RememberedTopology out;
    std::int64_t peers = 0;
    std::size_t at = 0;
    for (std::size_t number = 1;; ++number) {
        const auto wrong = [number](std::string_view what) -> Result {
            return TextError{"line " + std::to_string(number) + ": " + std::string(what)};
        };
        const auto end = text.find('\n', at);
        if (end == std::string_view::npos) return wrong("it ends too early");
        const Line line(text.substr(at, end - at));
        if (!line) return wrong("a JSON object is expected");
        if (number == 1) {
            std::string what;
            std::int64_t version = 0;
            if (!line.text("kith", what) || what != "peers" || !line.number("v", version))
                return wrong("it does not begin as a file of peers");
            if (version != 1) return wrong("its version is " + std::to_string(version) + ", and 1 is known here");
            if (!line.text("topology", out.name)) return wrong("the topology's name is expected");
        } else if (line.has("key")) {
            RememberedPeer peer;
            if (out.sources.empty()) return wrong("there is a peer before the first source");
            if (!line.text("key", peer.key) || !line.text("name", peer.name) || !line.texts("attributes", peer.attributes))
                return wrong("a peer with key, name and attributes is expected");
            out.sources.back().peers.push_back(std::move(peer));
            ++peers;
        } else if (line.has("source")) {
            RememberedSource source;
            if (!line.text("source", source.name) || !line.text("strategy", source.strategy) ||
                !line.text("config", source.config) || !line.number("seen", source.seen))
                return wrong("a source with strategy, config and seen is expected");
            out.sources.push_back(std::move(source));
        } else {
            std::int64_t announced = 0;
            std::string sum;
            if (!line.number("peers", announced) || !line.text("sum", sum))
                return wrong("a source, a peer or the end is expected");
            if (announced != peers)
                return wrong(std::to_string(announced) + " peers are announced, and " + std::to_string(peers) + " are there");
            if (sum != sum_of(text.substr(0, at))) return wrong("the checksum does not match the text before it");
            if (end + 1 != text.size()) return wrong("there is text after the end");
            return out;
        }
        at = end + 1;
    }
}

} // namespace kith::core
