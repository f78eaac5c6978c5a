// SPDX-License-Identifier: MIT
//
// dns_poll: the peers are the addresses of a name.
#include <dns_lookup/dns_poll_strategy.hpp>
#include <dns_lookup/family_option.hpp>

namespace {

class dns_poll : public dns_lookup::DnsPollStrategy {
  public:
    static constexpr kith::about about{
        .id = "dns_poll",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The addresses of a DNS name.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["query", "node_basename"],
            "properties": {
                "query": {
                    "description": "The name whose addresses (A and AAAA) are the peers.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 254
                },
                "node_basename": {
                    "description": "What stands before the @ in the name of each node.",
                    "type": "string",
                    "pattern": "^[^@\\s]+$",
                    "x-kith-node-name": "part"
                },
                "polling_interval": {
                    "description": "Time between looks, give or take a tenth; sooner, down to half of it, when the answer does not hold so long (TTL). After a failure the next look comes sooner, then ever later, up to 30 s.",
                    "type": "integer",
                    "default": 5000,
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
                },
                "poll_interval": {
                    "description": "The same as polling_interval, which it overrides: an older name.",
                    "type": "integer",
                    "minimum": 100,
                    "maximum": 86400000,
                    "x-kith-unit": "ms"
                },
                "family": {
                    "description": "Which addresses are asked for. With both, a family that cannot be had makes the look a failure once it has given an address; until then the other one counts alone.",
                    "type": "string",
                    "enum": ["both", "ipv4", "ipv6"],
                    "default": "both"
                },
                "search": {
                    "description": "Try the search domains of /etc/resolv.conf, as its own resolver does.",
                    "type": "boolean",
                    "default": false
                },
                "servers": {
                    "description": "DNS servers to ask, in this order, such as 127.0.0.1:8600; numeric. Empty: those of /etc/resolv.conf.",
                    "type": "array",
                    "maxItems": 8,
                    "default": [],
                    "items": {
                        "type": "string",
                        "pattern": "^[0-9A-Fa-f.:]+(%[0-9A-Za-z_.-]+)?$|^\\[[0-9A-Fa-f.:]+(%[0-9A-Za-z_.-]+)?\\](:[0-9]{1,5})?$",
                        "x-kith-expected": "an address, 10.96.0.10 or 10.96.0.10:5353 or [fd00::a]:5353 or fe80::53%eth0"
                    }
                }
            }
        })",
        .flags = KITH_FLAG_ROTATING,
    };
    using required = Services;
    using optional = kith::services<kith::state>;

    explicit dns_poll(kith::host h)
        : DnsPollStrategy(h, kith::options(h).text("/node_basename"), kith::options(h).text("/query")) {
        const kith::options options(h);
        question.family = dns_lookup::family(options.text("/family"));
        question.search = options.flag("/search");
    }

  private:
    kith::task<kith::result<dns_lookup::LookupResult>> query(const kith::dns &dns) override {
        return addresses(dns, question, families);
    }
};

} // namespace

KITH_PLUGIN(dns_poll)
