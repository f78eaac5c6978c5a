// SPDX-License-Identifier: MIT
//
// From a request to its answer: the checks, the table of routes, the parameters. Knows no socket.
#pragma once

#include "context.hpp"
#include "handler_interface.hpp"
#include "target.hpp"

#include <cstdint>
#include <map>
#include <memory>

namespace kith::app {

class ApiRouter final : public ApiHandler {
  public:
    explicit ApiRouter(ApiContext context);
    ApiRouter(const ApiRouter &) = delete;
    ApiRouter &operator=(const ApiRouter &) = delete;

    ApiAnswer answer(const ApiRequest &request) override;
    ApiAnswer refusal(ApiFault fault) override;
    std::size_t body_limit(const ApiRequest &head) const override;

    /// The loop stops: everything but /livez is answered 503 from now on.
    void stopping() { stopping_ = true; }

  private:
    ApiAnswer route(const ApiRequest &request);
    ApiAnswer peers(const Target &target, const core::EngineView &view) const;
    ApiAnswer events(const ApiRequest &request, const Target &target, const core::EngineView &view) const;
    /// names: the body names the topologies that are not ready, and why.
    ApiAnswer ready(const Target &target, const core::EngineView &view, bool names) const;
    ApiAnswer metrics(const ApiRequest &request, const core::EngineView &view) const;

    ApiContext context_;
    std::map<unsigned, std::uint64_t> requests_;             // by status
    std::shared_ptr<int> states_ = std::make_shared<int>(0); // shared with the snapshots that are being sent
    bool stopping_ = false;
};

/// openapi.json, as it was when this was built.
extern const std::string_view openapi_text;

} // namespace kith::app
