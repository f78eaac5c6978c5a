// SPDX-License-Identifier: MIT
//
// k8s_dns: the peers are the addresses of a headless Service.
#include <dns_lookup/dns_poll_strategy.hpp>
#include <dns_lookup/family_option.hpp>

namespace {

class k8s_dns : public dns_lookup::DnsPollStrategy {
  public:
    static constexpr kith::about about{
        .id = "k8s_dns",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "The pods behind a headless Service of Kubernetes, by its addresses in the DNS.",
        .options = R"({
            "type": "object",
            "additionalProperties": false,
            "required": ["service", "application_name"],
            "properties": {
                "service": {
                    "description": "Name of the headless Service; with its namespace behind a dot when that is another.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 254
                },
                "application_name": {
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
                "family": {
                    "description": "Which addresses are asked for. With both, a family that cannot be had makes the look a failure once it has given an address; until then the other one counts alone.",
                    "type": "string",
                    "enum": ["both", "ipv4", "ipv6"],
                    "default": "both"
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
    };
    static constexpr std::string_view aliases[] = {"kubernetes_dns"}; // as in libcluster's documents
    using required = Services;
    using optional = kith::services<kith::state>;

    explicit k8s_dns(kith::host h)
        : DnsPollStrategy(h, kith::options(h).text("/application_name"), kith::options(h).text("/service")) {
        question.family = dns_lookup::family(kith::options(h).text("/family"));
        question.search = true; // the pod's resolv.conf completes it
    }

  private:
    kith::task<kith::result<dns_lookup::LookupResult>> query(const kith::dns &dns) override {
        return addresses(dns, question, families);
    }
};

} // namespace

KITH_PLUGIN(k8s_dns)
