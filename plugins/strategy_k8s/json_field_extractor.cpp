// SPDX-License-Identifier: MIT
#include "json_field_extractor.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <array>
#include <optional>
#include <string>

namespace k8s {

namespace json = boost::json;
using Kind = FieldSpec::Kind;

namespace {

constexpr std::string_view expected(Kind kind) {
    switch (kind) {
    case Kind::text: return "a string";
    case Kind::number: return "an integer";
    case Kind::flag: return "true or false";
    case Kind::object_or_other:
    case Kind::object: return "an object";
    case Kind::texts: return "a list of strings";
    case Kind::objects: return "a list of objects";
    }
    return "another type";
}

// The handler of the JSON parser. For each value it determines whether the value is selected.
class ParseHandler {
  public:
    static constexpr std::size_t max_object_size = std::size_t(-1), max_array_size = std::size_t(-1),
                                 max_key_size = std::size_t(-1), max_string_size = std::size_t(-1);
    using error_code = boost::system::error_code;

    ParseHandler(std::span<const FieldSpec> members, FieldHandler &to) : whole_{{}, Kind::object, 0, members}, to_(to) {
        reset();
    }

    void reset() {
        depth_ = 0;
        ignored_ = 0;
        next_ = &whole_;
        part_.clear();
        wrong_.clear();
    }
    const std::string &wrong() const noexcept { return wrong_; }

    bool on_document_begin(error_code &) { return true; }
    bool on_document_end(error_code &) { return true; }

    bool on_object_begin(error_code &ec) {
        const FieldSpec *pick = wanted();
        if (pick == nullptr) return ignore();
        const bool fits =
            pick->kind == Kind::object || pick->kind == Kind::object_or_other || (pick->kind == Kind::objects && in_list());
        if (!fits) return refuse(*pick, ec);
        if (!push(*pick, false, ec)) return false;
        if (pick != &whole_) to_.opened(pick->field);
        return true;
    }
    bool on_object_end(std::size_t, error_code &) {
        if (ignored_ != 0) return unignore();
        const FieldSpec &pick = *levels_[--depth_].pick;
        if (&pick != &whole_) to_.closed(pick.field);
        return true;
    }
    bool on_array_begin(error_code &ec) {
        const FieldSpec *pick = wanted();
        if (pick == nullptr) return ignore();
        if (pick->kind == Kind::object_or_other) return ignore();
        if ((pick->kind != Kind::objects && pick->kind != Kind::texts) || in_list()) return refuse(*pick, ec);
        return push(*pick, true, ec);
    }
    bool on_array_end(std::size_t, error_code &) {
        if (ignored_ != 0) return unignore();
        --depth_;
        return true;
    }

    bool on_key_part(json::string_view text, std::size_t, error_code &ec) { return ignored_ != 0 || append(text, ec); }
    bool on_key(json::string_view text, std::size_t, error_code &ec) {
        if (ignored_ != 0) return true;
        std::string_view name(text.data(), text.size());
        if (!part_.empty()) {
            if (!append(text, ec)) return false;
            name = part_;
        }
        next_ = nullptr;
        for (const FieldSpec &one : levels_[depth_ - 1].pick->members) {
            if (one.name == name) next_ = &one;
        }
        part_.clear();
        return true;
    }
    bool on_string_part(json::string_view text, std::size_t, error_code &ec) {
        return wanted_scalar() == nullptr || append(text, ec);
    }
    bool on_string(json::string_view text, std::size_t, error_code &ec) {
        const FieldSpec *pick = wanted_scalar();
        if (pick == nullptr) return true;
        if (pick->kind != Kind::text && !(pick->kind == Kind::texts && in_list())) return refuse(*pick, ec);
        if (!part_.empty() || text.size() > JsonFieldExtractor::max_text) {
            if (!append(text, ec)) return false;
            to_.text(pick->field, part_);
            part_.clear();
        } else {
            to_.text(pick->field, {text.data(), text.size()});
        }
        return true;
    }
    bool on_number_part(json::string_view, error_code &) { return true; }
    bool on_int64(std::int64_t value, json::string_view, error_code &ec) {
        const FieldSpec *pick = wanted_scalar();
        if (pick == nullptr) return true;
        if (pick->kind != Kind::number) return refuse(*pick, ec);
        to_.number(pick->field, value);
        return true;
    }
    bool on_uint64(std::uint64_t, json::string_view, error_code &ec) { return other(ec); }
    bool on_double(double, json::string_view, error_code &ec) { return other(ec); }
    bool on_bool(bool value, error_code &ec) {
        const FieldSpec *pick = wanted_scalar();
        if (pick == nullptr) return true;
        if (pick->kind != Kind::flag) return refuse(*pick, ec);
        to_.flag(pick->field, value);
        return true;
    }
    bool on_null(error_code &ec) { return wanted() != &whole_ || refuse(whole_, ec); }
    bool on_comment_part(json::string_view, error_code &) { return true; }
    bool on_comment(json::string_view, error_code &) { return true; }

  private:
    struct Level {
        const FieldSpec *pick = nullptr;
        bool list = false;
    };

    bool in_list() const noexcept { return depth_ != 0 && levels_[depth_ - 1].list; }
    // The specification of the value that begins here; null: it is not selected.
    const FieldSpec *wanted() const noexcept {
        if (ignored_ != 0) return nullptr;
        return in_list() ? levels_[depth_ - 1].pick : next_;
    }
    // As wanted(), for a value that is neither an object nor a list.
    const FieldSpec *wanted_scalar() const noexcept {
        const FieldSpec *pick = wanted();
        return pick != nullptr && pick->kind == Kind::object_or_other ? nullptr : pick;
    }
    bool ignore() noexcept {
        ++ignored_;
        return true;
    }
    bool unignore() noexcept {
        --ignored_;
        return true;
    }
    bool other(error_code &ec) {
        const FieldSpec *pick = wanted_scalar();
        return pick == nullptr || refuse(*pick, ec);
    }
    bool push(const FieldSpec &pick, bool list, error_code &ec) {
        if (depth_ == levels_.size()) return refuse(pick, ec); // deeper than any specification
        levels_[depth_++] = {&pick, list};
        return true;
    }
    bool append(json::string_view text, error_code &ec) {
        if (part_.size() + text.size() <= JsonFieldExtractor::max_text) {
            part_.append(text.data(), text.size());
            return true;
        }
        wrong_ = "a string of more than " + std::to_string(JsonFieldExtractor::max_text) + " bytes" + place(next_);
        ec = json::error::extra_data; // any error code: wrong_ contains the error text
        return false;
    }
    bool refuse(const FieldSpec &pick, error_code &ec) {
        wrong_ = "expected " + std::string(expected(pick.kind)) + place(&pick);
        ec = json::error::extra_data;
        return false;
    }
    std::string place(const FieldSpec *last) const {
        std::string out;
        for (std::size_t i = 0; i < depth_; ++i) {
            const FieldSpec &pick = *levels_[i].pick;
            if (&pick == &whole_ || (i != 0 && &pick == levels_[i - 1].pick)) continue;
            out.append(out.empty() ? "" : ".").append(pick.name);
        }
        if (last != nullptr && !last->name.empty() && !in_list()) out.append(out.empty() ? "" : ".").append(last->name);
        return out.empty() ? " at the top level" : " at " + out;
    }

    const FieldSpec whole_;
    FieldHandler &to_;
    std::array<Level, 12> levels_{};
    std::size_t depth_ = 0;
    std::size_t ignored_ = 0; // nesting depth within a value that is not selected
    const FieldSpec *next_ = nullptr;
    std::string part_; // the beginning of a key or string that arrives in pieces
    std::string wrong_;
};

json::parse_options limits() {
    json::parse_options out;
    out.max_depth = 64; // managedFields of a pod are 12 deep
    return out;
}

} // namespace

class JsonFieldExtractor::Body {
  public:
    Body(std::span<const FieldSpec> members, FieldHandler &to) : parser(limits(), members, to) {}
    json::basic_parser<ParseHandler> parser;
    bool fresh = true;
};

JsonFieldExtractor::JsonFieldExtractor(std::span<const FieldSpec> members, FieldHandler &to)
    : body_(std::make_unique<Body>(members, to)) {}
JsonFieldExtractor::~JsonFieldExtractor() = default;

kith::result<std::size_t> JsonFieldExtractor::read(std::string_view bytes) {
    boost::system::error_code error;
    body_->fresh = body_->fresh && bytes.empty();
    const std::size_t used = body_->parser.write_some(true, bytes.data(), bytes.size(), error);
    if (!error) return used;
    const std::string &wrong = body_->parser.handler().wrong();
    return kith::error(KITH_PROTOCOL, wrong.empty() ? "it is not JSON (" + error.message() + ")" : wrong);
}

bool JsonFieldExtractor::done() const noexcept { return body_->parser.done(); }
bool JsonFieldExtractor::fresh() const noexcept { return body_->fresh; }

void JsonFieldExtractor::reset() {
    body_->parser.reset();
    body_->parser.handler().reset();
    body_->fresh = true;
}

} // namespace k8s
