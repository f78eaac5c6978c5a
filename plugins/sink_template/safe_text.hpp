// SPDX-License-Identifier: MIT
//
// The forms in which a value of a peer may stand in a file. Names and attributes come from outside, so there is no form that renders them
// as they are: a value is checked, or every character that could mean something is replaced. Uses no services.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sink_template {

enum class Form : std::uint8_t {
    plain, ///< only A-Z a-z 0-9 . _ : @ % -, and brackets around an IPv6 address
    bare,  ///< the same without brackets
    json,  ///< a JSON string with its quotes; all but letters, digits and a few harmless characters is escaped, so it is ASCII
    id,    ///< letters, digits, . and -; every other byte is _ and two hexadecimal digits, so different values stay different
};

/// Appends the value in that form. Returns an empty text, or why the value cannot stand there; then nothing was appended.
std::string append(std::string &out, std::string_view value, Form form);

/// Checks of a value. Each returns an empty text, or what the value is not.
std::string not_an_address(std::string_view value); ///< a numeric address of one machine, without a zone
std::string not_a_host(std::string_view value);     ///< the same, or a host name
std::string not_a_port(std::string_view value);     ///< 1 to 65535

bool is_ipv6(std::string_view value);

} // namespace sink_template
