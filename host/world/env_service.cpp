// SPDX-License-Identifier: MIT
#include "tenant_resources.hpp"

#include <kith/service/env.h>

#include <cstdlib>

namespace kith::app {

namespace {

constexpr kith_env_host env_functions = {
    .get =
        [](const kith_host *host, kith_str name, kith_str *out) noexcept {
            return guarded(host, [&](TenantResources &resources) -> std::int32_t {
                const std::string variable(view(name));
                if (!resources.tenant.may_read(variable)) {
                    return resources.refuse(KITH_DENIED,
                                            "the variable " + variable + " is not declared in the descriptor's `env`");
                }
                if (TenantRights *const rights = resources.tenant.rights())
                    if (const auto why = rights->why_not_read(variable); !why.empty())
                        return resources.refuse(KITH_DENIED, why);
                const char *value = std::getenv(variable.c_str());
                if (value == nullptr) return KITH_NOT_FOUND;
                const auto kept = resources.environment.try_emplace(variable, value).first;
                *out = borrow(kept->second);
                return KITH_OK;
            });
        },
};

} // namespace

const void *env_table() noexcept { return &env_functions; }

} // namespace kith::app
