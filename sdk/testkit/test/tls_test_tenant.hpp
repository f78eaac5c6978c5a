// SPDX-License-Identifier: MIT
//
// A tenant that uses kith.tls/1.
#pragma once

#include "test_tenant.hpp"

#include <kith/tls.hpp>

#include <map>
#include <string>
#include <string_view>

namespace kith::test {

class TlsTenant : public TestTenant {
  public:
    using TestTenant::TestTenant;

    std::uint64_t open(const tls_settings &with = {}) {
        std::vector<kith_tls_shared_key> keys;
        for (const auto &one : with.shared_keys) keys.push_back({str(one.identity), one.key.data()});
        const kith_tls_settings raw{.struct_size = sizeof raw,
                                    .flags = with.flags,
                                    .authorities_file = str(with.authorities_file),
                                    .certificate_file = str(with.certificate_file),
                                    .key_file = str(with.key_file),
                                    .password = str(with.password),
                                    .min_version = with.min_version,
                                    .max_version = with.max_version,
                                    .shared_keys = keys.data(),
                                    .shared_key_count = static_cast<std::uint32_t>(keys.size()),
                                    .reserved = 0};
        return begun([&](std::uint64_t *op) { return tls()->open(&host, &raw, 60, op); });
    }
    std::uint64_t secure(std::uint64_t client, std::uint64_t stream, std::string_view name = "b.example",
                         std::uint64_t timeout = 0) {
        return begun([&](std::uint64_t *op) { return tls()->secure(&host, client, stream, str(name), timeout, 61, op); });
    }
    std::int32_t close_tls(std::uint64_t client) {
        return quietly([&] { return tls()->close(&host, client); });
    }

    const kith_tls_host *tls() const { return table<kith_tls_host>(KITH_TLS); }
    /// Who was at the other end, by the operation that found out.
    std::map<std::uint64_t, tls_peer> peers;
    /// What is ours, by the context.
    std::map<std::uint64_t, tls_credentials> credentials;

    const void *service(std::string_view id) noexcept override { return id == KITH_TLS ? &side : TestTenant::service(id); }

  private:
    static void opened(void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id,
                       const kith_tls_credentials *own) {
        note(self, "tls.opened", user, op, status, text).id = id;
        BOOST_TEST((id != 0) == (status == KITH_OK));
        BOOST_TEST((own != nullptr) == (status == KITH_OK));
        if (own != nullptr) static_cast<TlsTenant *>(self)->credentials[id] = tls_detail::keep(*own);
        if (id != 0) BOOST_TEST(fresh(self, id));
    }
    static void secured(void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text,
                        const kith_tls_peer *peer) {
        note(self, "tls.secured", user, op, status, text);
        BOOST_TEST((peer != nullptr) == (status == KITH_OK));
        if (peer != nullptr) static_cast<TlsTenant *>(self)->peers[op] = tls_detail::keep(*peer);
    }
    static constexpr kith_tls_plugin side = {opened, secured};
};

} // namespace kith::test
