// SPDX-License-Identifier: MIT
#include <kith/hosting/options.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <stdexcept>

namespace kith {

namespace json = boost::json;

namespace {

json::value parsed(std::string_view text, boost::system::error_code &trouble) {
    json::parse_options how;
    how.max_depth = 128;
    return json::parse({text.data(), text.size()}, trouble, {}, how);
}

// An integer that fits int64_t, however it is written.
bool integer(const json::value &value, std::int64_t &out) noexcept {
    if (value.is_int64()) {
        out = value.get_int64();
        return true;
    }
    if (!value.is_double()) return false; // a uint64 here does not fit
    const double number = value.get_double();
    if (std::abs(number) > 9007199254740992.0 || std::trunc(number) != number) return false;
    out = static_cast<std::int64_t>(number);
    return true;
}

} // namespace

Options::Options(std::string_view json) : text_(json) {
    boost::system::error_code trouble;
    root_ = std::make_unique<json::value>(parsed(json, trouble));
    if (trouble) throw std::invalid_argument("the options are no JSON: " + trouble.message());
}

Options::~Options() = default;

const json::value *Options::find(std::string_view path) const noexcept {
    boost::system::error_code trouble;
    return root_->find_pointer({path.data(), path.size()}, trouble);
}

std::uint32_t Options::type(std::string_view path) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_JSON_ABSENT;
    switch (found->kind()) {
    case json::kind::null: return KITH_JSON_NULL;
    case json::kind::bool_: return KITH_JSON_BOOL;
    case json::kind::string: return KITH_JSON_STRING;
    case json::kind::array: return KITH_JSON_ARRAY;
    case json::kind::object: return KITH_JSON_OBJECT;
    default: break;
    }
    std::int64_t ignored = 0;
    return integer(*found, ignored) ? KITH_JSON_INTEGER : KITH_JSON_NUMBER;
}

std::int32_t Options::get_bool(std::string_view path, std::uint32_t &out) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_NOT_FOUND;
    if (!found->is_bool()) return KITH_INVALID;
    out = found->get_bool() ? 1 : 0;
    return KITH_OK;
}

std::int32_t Options::get_integer(std::string_view path, std::int64_t &out) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_NOT_FOUND;
    return integer(*found, out) ? KITH_OK : KITH_INVALID;
}

std::int32_t Options::get_number(std::string_view path, double &out) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_NOT_FOUND;
    if (found->is_double()) {
        out = found->get_double();
    } else if (found->is_int64()) {
        out = static_cast<double>(found->get_int64());
    } else if (found->is_uint64()) {
        out = static_cast<double>(found->get_uint64());
    } else {
        return KITH_INVALID;
    }
    return KITH_OK;
}

std::int32_t Options::get_string(std::string_view path, std::string_view &out) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_NOT_FOUND;
    if (!found->is_string()) return KITH_INVALID;
    out = {found->get_string().data(), found->get_string().size()};
    return KITH_OK;
}

std::int32_t Options::size(std::string_view path, std::uint64_t &out) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_NOT_FOUND;
    if (found->is_array()) {
        out = found->get_array().size();
    } else if (found->is_object()) {
        out = found->get_object().size();
    } else {
        return KITH_INVALID;
    }
    return KITH_OK;
}

std::int32_t Options::member(std::string_view path, std::uint64_t index, std::string_view &out) const noexcept {
    const json::value *found = find(path);
    if (found == nullptr) return KITH_NOT_FOUND;
    if (!found->is_object()) return KITH_INVALID;
    const json::object &object = found->get_object();
    if (index >= object.size()) return KITH_NOT_FOUND;
    const auto key = (object.begin() + static_cast<std::ptrdiff_t>(index))->key();
    out = {key.data(), key.size()};
    return KITH_OK;
}

std::string with_defaults(std::string_view options, std::string_view schema) {
    boost::system::error_code trouble;
    json::value out = parsed(options, trouble);
    if (trouble || !out.is_object()) return std::string(options);
    const json::value rules = parsed(schema, trouble);
    if (trouble) return std::string(options);
    const json::value *properties = rules.find_pointer("/properties", trouble);
    if (properties == nullptr || !properties->is_object()) return std::string(options);
    for (const auto &[key, rule] : properties->get_object()) {
        const json::value *value = rule.find_pointer("/default", trouble);
        if (value != nullptr && !out.get_object().contains(key)) out.get_object().emplace(key, *value);
    }
    return json::serialize(out);
}

} // namespace kith
