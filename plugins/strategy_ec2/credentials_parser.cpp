// SPDX-License-Identifier: MIT
#include "credentials_parser.hpp"

#include <algorithm>
#include <array>

namespace ec2 {

namespace {

// Parses one JSON object and returns its string members; other members are skipped.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    /// False: it is not a JSON object.
    template <class Take>
    bool object(Take take) {
        if (!token('{')) return false;
        if (token('}')) return over();
        do {
            std::string name, value;
            if (!string(name) || !token(':')) return false;
            space();
            if (rest_.starts_with('"')) {
                if (!string(value)) return false;
                take(name, value);
            } else if (!pass(deepest)) {
                return false;
            }
        } while (token(','));
        return token('}') && over();
    }

  private:
    static constexpr int deepest = 16;

    void space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    bool over() {
        space();
        return rest_.empty();
    }
    bool token(char c) {
        space();
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    bool string(std::string &out) {
        if (!token('"')) return false;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') {
                out += c;
            } else if (!escape(out)) {
                return false;
            }
        }
        return false;
    }

    bool escape(std::string &out) {
        constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
        if (rest_.empty()) return false;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (const auto at = names.find(c); at != std::string_view::npos) {
            out += values[at];
            return true;
        }
        // The values are ASCII, so \u escapes beyond ASCII are not needed.
        if (c != 'u' || rest_.size() < 4 || !rest_.starts_with("00")) return false;
        unsigned code = 0;
        for (const char digit : rest_.substr(2, 2)) {
            const auto value = std::string_view("0123456789abcdef").find(static_cast<char>(digit | 0x20));
            if (value == std::string_view::npos) return false;
            code = code * 16 + static_cast<unsigned>(value);
        }
        if (code > 0x7f) return false;
        rest_.remove_prefix(4);
        out += static_cast<char>(code);
        return true;
    }

    bool pass(int depth) {
        space();
        if (depth == 0 || rest_.empty()) return false;
        std::string ignored;
        if (rest_.front() == '"') return string(ignored);
        if (rest_.front() == '{' || rest_.front() == '[') return pass_all(depth);
        const auto end = rest_.find_first_not_of("+-.0123456789Eaeflnrstu");
        if (end == 0) return false;
        rest_.remove_prefix(std::min(end, rest_.size()));
        return true;
    }

    bool pass_all(int depth) {
        const bool members = rest_.front() == '{';
        const char end = members ? '}' : ']';
        rest_.remove_prefix(1);
        if (token(end)) return true;
        std::string ignored;
        do {
            if (members && (!string(ignored) || !token(':'))) return false;
            if (!pass(depth - 1)) return false;
        } while (token(','));
        return token(end);
    }

    std::string_view rest_;
};

kith::error malformed_credentials(const std::string &text) { return {KITH_PROTOCOL, "unexpected credentials: " + text}; }

// The values become header fields, so they must be printable.
bool printable_field(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

kith::result<Credentials> parse_credentials(std::string_view json) {
    Credentials out;
    std::string code, lower_code, message, expires;
    const std::array<std::pair<std::string_view, std::string *>, 8> members{{{"AccessKeyId", &out.id},
                                                                             {"SecretAccessKey", &out.secret},
                                                                             {"Token", &out.token},
                                                                             {"Expiration", &expires},
                                                                             {"Code", &code},
                                                                             {"Message", &message},
                                                                             {"code", &lower_code},
                                                                             {"message", &message}}};
    const bool good = Reader(json).object([&](const std::string &name, const std::string &value) {
        for (const auto &[which, to] : members) {
            if (which == name) *to = value;
        }
    });
    if (!good) return malformed_credentials("expected a JSON object");
    if (code.empty()) code = lower_code;
    if (!code.empty() && code != "Success")
        return kith::error(KITH_UNAUTHORIZED, code.substr(0, 128) + (message.empty() ? "" : ": " + message.substr(0, 512)));
    if (out.id.empty() || out.secret.empty()) return malformed_credentials("expected AccessKeyId and SecretAccessKey");
    if (!printable_field(out.id) || !printable_field(out.secret) || !printable_field(out.token))
        return malformed_credentials("expected printable text");
    if (!expires.empty()) {
        out.expires = parse_time(expires);
        if (!out.expires) return malformed_credentials("expected a time at Expiration, such as 2015-08-30T12:36:00Z");
    }
    return out;
}

} // namespace ec2
