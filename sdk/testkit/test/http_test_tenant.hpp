// SPDX-License-Identifier: MIT
//
// A tenant that uses kith.http/1.
#pragma once

#include "test_tenant.hpp"

#include <kith/service/http.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith::test {

class HttpTenant : public TestTenant {
  public:
    using TestTenant::TestTenant;

    static kith_http_client settings() {
        kith_http_client out{};
        out.struct_size = sizeof out;
        return out;
    }
    static kith_http_client trusting(std::string_view authorities) {
        kith_http_client out = settings();
        out.authorities = str(authorities);
        return out;
    }
    std::uint64_t open(const kith_http_client &with = settings()) {
        return begun([&](std::uint64_t *op) { return http()->open(&host, &with, 20, op); });
    }

    struct Wanted {
        std::string_view url = {};
        std::string_view method = "GET";
        std::vector<std::pair<std::string_view, std::string_view>> fields = {};
        std::string_view body = {};
        std::uint64_t response_timeout = 0, idle_timeout = 0, timeout = 0, max_body = 0;
    };
    std::uint64_t request(std::uint64_t client, const Wanted &what) {
        std::vector<kith_attribute> fields;
        for (const auto &[name, value] : what.fields) fields.push_back({str(name), str(value)});
        const kith_http_request raw{.struct_size = sizeof raw,
                                    .field_count = static_cast<std::uint32_t>(fields.size()),
                                    .method = str(what.method),
                                    .url = str(what.url),
                                    .fields = fields.data(),
                                    .body = what.body.data(),
                                    .body_size = what.body.size(),
                                    .response_timeout = what.response_timeout,
                                    .idle_timeout = what.idle_timeout,
                                    .timeout = what.timeout,
                                    .max_body = what.max_body};
        return begun([&](std::uint64_t *op) { return http()->request(&host, client, &raw, 21, op); });
    }
    std::uint64_t read_body(std::uint64_t response, std::uint32_t max = 65'536) {
        return begun([&](std::uint64_t *op) { return http()->read(&host, response, max, 22, op); });
    }
    std::int32_t close_http(std::uint64_t id) {
        return quietly([&] { return http()->close(&host, id); });
    }

    const kith_http_host *http() const { return table<kith_http_host>(KITH_HTTP); }

    const void *service(std::string_view id) noexcept override {
        return id == KITH_HTTP ? &http_side : TestTenant::service(id);
    }

  private:
    static constexpr kith_http_plugin http_side = {
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id) {
            note(self, "http.opened", user, op, status, text).id = id;
            BOOST_TEST((id != 0) == (status == KITH_OK));
            if (id != 0) BOOST_TEST(fresh(self, id));
        },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, std::uint64_t id,
           std::uint32_t code, const kith_attribute *fields, std::uint32_t count) {
            Completion &made = note(self, "http.responded", user, op, status, text);
            BOOST_TEST((id != 0) == (status == KITH_OK));
            if (id != 0) BOOST_TEST(fresh(self, id));
            made.id = id;
            made.code = code;
            for (std::uint32_t i = 0; i < count; ++i) made.fields.emplace_back(from(fields[i].name), from(fields[i].value));
        },
        [](void *self, std::uint64_t user, std::uint64_t op, std::int32_t status, kith_str text, const void *data,
           std::uint32_t size) {
            BOOST_TEST((size != 0) == (status == KITH_OK));
            bytes(note(self, "http.read", user, op, status, text), data, size);
        }};
};

} // namespace kith::test
