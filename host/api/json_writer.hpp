// SPDX-License-Identifier: MIT
//
// Writes JSON piece by piece into a string, with the commas. The caller closes what it opens.
#pragma once

#include <core/cluster/events/event.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace kith::app {

class JsonWriter {
  public:
    explicit JsonWriter(std::string &out) : out_(out) {}

    JsonWriter &open(char bracket) { // { or [
        separate();
        out_ += bracket;
        fresh_ = true;
        return *this;
    }
    JsonWriter &close(char bracket) {
        out_ += bracket;
        fresh_ = false;
        return *this;
    }
    JsonWriter &key(std::string_view name) {
        separate();
        core::append_json_string(out_, name);
        out_ += ':';
        fresh_ = true;
        return *this;
    }
    JsonWriter &value(std::string_view text) {
        separate();
        core::append_json_string(out_, text);
        return *this;
    }
    JsonWriter &value(const char *text) { return value(std::string_view(text)); }
    JsonWriter &value(bool flag) { return raw(flag ? "true" : "false"); }
    JsonWriter &value(std::integral auto number) { return raw(std::to_string(number)); }
    JsonWriter &value(double number) { // JSON has no other numbers
        if (!std::isfinite(number)) return null();
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", number);
        return raw(text);
    }
    JsonWriter &null() { return raw("null"); }
    JsonWriter &time(std::int64_t wall) { // nanoseconds since 1970
        separate();
        core::append_json_time(out_, wall);
        return *this;
    }
    /// What is JSON already.
    JsonWriter &raw(std::string_view json) {
        separate();
        out_ += json;
        return *this;
    }
    template <class T>
    JsonWriter &member(std::string_view name, const T &content) {
        return key(name).value(content);
    }

  private:
    void separate() {
        if (!fresh_) out_ += ',';
        fresh_ = false;
    }
    std::string &out_;
    bool fresh_ = true;
};

} // namespace kith::app
