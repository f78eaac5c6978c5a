// SPDX-License-Identifier: MIT
#include "tls_client_credentials.hpp"

#include "tls_library_loader.hpp"

#include <utility>

namespace kith::app {

/// The result of a worker.
struct TlsClientCredentials::Prepared {
    std::int32_t status = KITH_OK;
    std::string text;
    std::uint64_t version = 0;
    std::unique_ptr<TlsContext> context; // null: the files are those of the last one
};

namespace {

// A version that no files have: used before there is a context.
constexpr std::uint64_t unknown = 0;

} // namespace

TlsClientCredentials::TlsClientCredentials(TenantResources &resources, TlsClientSettings settings)
    : resources_(resources.shared_from_this()), settings_(std::move(settings)) {}

// Loading OpenSSL and making a context take some ten milliseconds, so the loop does neither.
void TlsClientCredentials::prepare(Ready ready) {
    const auto work = [settings = settings_, known = version_,
                       library_file = resources_->parts.options.tls_library]() -> Prepared {
        Prepared out;
        TlsSettings made{
            .password = settings.password,
            .verify = settings.verify,
            .min_version = settings.min_version,
            .max_version = settings.max_version,
            .words = {.authorities = settings.authorities_file,
                      .certificate = settings.certificate_file,
                      .key = settings.key_file,
                      .other = "the other side",
                      .web = false},
        };
        const std::pair<const std::string &, std::string TlsSettings::*> all[] = {
            {settings.authorities_file, &TlsSettings::authorities},
            {settings.certificate_file, &TlsSettings::certificate},
            {settings.key_file, &TlsSettings::key},
        };
        out.version = 1;
        for (const auto &[path, to] : all)
            out.version = out.version * 0x9e3779b97f4a7c15U + (path.empty() ? 0 : kith::app::version_of(path));
        if (out.version == unknown) out.version = 1;
        if (out.version == known) return out;
        for (const auto &[path, to] : all) {
            if (path.empty()) continue;
            Contents contents = read_whole(path, KITH_TLS_MAX_FILE);
            if (contents.status != KITH_OK) {
                out.status = contents.status;
                out.text = std::move(contents.text);
                return out;
            }
            made.*to = std::move(contents.data);
        }
        TlsFailure failure;
        if (const TlsEntry *library = tls_library(library_file, failure)) out.context = library->context(made, failure);
        if (!out.context) {
            out.status = failure.status;
            out.text = std::move(failure.text);
        }
        return out;
    };
    // Uses the lane of the file, so that reads of one file are serialized; a lane of its own when there is no file.
    const std::string &lane = settings_.certificate_file.empty() ? settings_.authorities_file : settings_.certificate_file;
    resources_->parts.files.run(lane, work, [me = shared_from_this(), ready = std::move(ready)](Prepared prepared) {
        me->take(std::move(prepared), ready);
    });
}

void TlsClientCredentials::take(Prepared prepared, const Ready &ready) {
    if (!resources_->open) return;
    if (prepared.status != KITH_OK) return ready(prepared.status, prepared.text, nullptr);
    if (prepared.context) {
        context_ = std::move(prepared.context);
        version_ = prepared.version;
    }
    ready(KITH_OK, {}, context_.get());
}

void load_tls_early(WorkerThreads &workers, const std::string &library_file) noexcept {
    try {
        workers.run(
            "libkith_tls.so",
            [library_file] {
                TlsFailure ignored; // reported to the caller that opens a client
                const TlsEntry *library = tls_library(library_file, ignored);
                // The first context makes OpenSSL read its configuration and look up its algorithms.
                return library != nullptr && library->context({.verify = false}, ignored) != nullptr;
            },
            [](bool) {});
    } catch (...) { // there is no thread: the first client loads it
    }
}

} // namespace kith::app
