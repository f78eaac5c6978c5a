// SPDX-License-Identifier: MIT
//
// The templates that the option `template` names.
#pragma once

#include <array>
#include <string_view>

namespace sink_template {

struct ReadyMadeTemplate {
    std::string_view name;
    std::string_view text;
};

inline constexpr std::array<ReadyMadeTemplate, 5> ready_made_templates = {{
    {"prometheus", R"([
{{each}}
  {"targets": ["{{host | hostname}}:{{port}}"], "labels": {"kith_topology": {{topology | json}}, "kith_peer": {{name | json}}}}
{{between}}
  ,
{{end}}
]
)"},
    {"haproxy", R"(# Written by kith; changes are overwritten.
backend kith_{{topology | id}}
    balance roundrobin
{{each}}
    server {{name | id}} {{host | ip}}:{{port}} check
{{end}}
)"},
    {"nginx", R"(# Written by kith; changes are overwritten.
upstream kith_{{topology | id}} {
{{each}}
    server {{host | ip}}:{{port}};
{{else}}
    server 127.0.0.1:1 down; # there are no peers, and nginx refuses an upstream without a server
{{end}}
}
)"},
    {"nats", R"(# Written by kith; changes are overwritten.
routes = [
{{each}}
  "nats-route://{{host | hostname}}:{{port}}"
{{end}}
]
)"},
    {"hosts", R"(# Written by kith; changes are overwritten.
127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
{{each}}
{{attribute.ip ?? attribute.address ?? host | ip | bare}} {{attribute.hostname ?? name | hostname}}
{{end}}
)"},
}};

/// Empty when there is none of that name.
constexpr std::string_view ready_made_template(std::string_view name) noexcept {
    for (const ReadyMadeTemplate &one : ready_made_templates) {
        if (one.name == name) return one.text;
    }
    return {};
}

} // namespace sink_template
