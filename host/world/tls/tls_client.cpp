// SPDX-License-Identifier: MIT
#include "tls_client.hpp"

#include "tls_library_loader.hpp"

#include <utility>

namespace kith::app {

/// The result of a worker.
struct TlsClient::Files {
    std::int32_t status = KITH_OK;
    std::string text;
    std::uint64_t version = 0;
    bool read = false;
    std::string authorities, certificate, key;
};

namespace {

// A version that no files have: used before there is a context.
constexpr std::uint64_t unknown = 0;

} // namespace

TlsClient::TlsClient(TenantResources &resources, TlsClientSettings settings)
    : resources_(resources.shared_from_this()), settings_(std::move(settings)) {}

void TlsClient::prepare(Ready ready) {
    const auto work = [settings = settings_, known = version_]() -> Files {
        Files out;
        const std::pair<const std::string &, std::string Files::*> all[] = {
            {settings.authorities_file, &Files::authorities},
            {settings.certificate_file, &Files::certificate},
            {settings.key_file, &Files::key},
        };
        out.version = 1;
        for (const auto &[path, to] : all)
            out.version = out.version * 0x9e3779b97f4a7c15U + (path.empty() ? 0 : kith::app::version_of(path));
        if (out.version == unknown) out.version = 1;
        if (out.version == known) return out;
        out.read = true;
        for (const auto &[path, to] : all) {
            if (path.empty()) continue;
            Contents contents = read_whole(path, KITH_TLS_MAX_FILE);
            if (contents.status != KITH_OK) {
                out.status = contents.status;
                out.text = std::move(contents.text);
                return out;
            }
            out.*to = std::move(contents.data);
        }
        return out;
    };
    // Uses the lane of the file, so that reads of one file are serialized; a lane of its own when there is no file.
    const std::string &lane = settings_.certificate_file.empty() ? settings_.authorities_file : settings_.certificate_file;
    resources_->parts.files.run(
        lane, work, [me = shared_from_this(), ready = std::move(ready)](Files files) { me->looked(std::move(files), ready); });
}

void TlsClient::looked(Files files, const Ready &ready) {
    if (!resources_->open) return;
    if (files.status != KITH_OK) return ready(files.status, files.text, nullptr);
    if (!files.read && context_ != nullptr) return ready(KITH_OK, {}, context_.get());
    TlsFailure failure;
    const TlsEntry *library = tls_library(resources_->parts.options.tls_library, failure);
    if (library == nullptr) return ready(failure.status, failure.text, nullptr);
    const TlsSettings settings{
        .authorities = std::move(files.authorities),
        .certificate = std::move(files.certificate),
        .key = std::move(files.key),
        .password = settings_.password,
        .verify = settings_.verify,
        .min_version = settings_.min_version,
        .max_version = settings_.max_version,
        .words = {.authorities = settings_.authorities_file,
                  .certificate = settings_.certificate_file,
                  .key = settings_.key_file,
                  .other = "the other side",
                  .web = false},
    };
    auto context = library->context(settings, failure);
    if (context == nullptr) return ready(failure.status, failure.text, nullptr);
    context_ = std::move(context);
    version_ = files.version;
    ready(KITH_OK, {}, context_.get());
}

} // namespace kith::app
