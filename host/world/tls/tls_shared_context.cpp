// SPDX-License-Identifier: MIT
#include "tls_shared_context.hpp"

#include "tls_files.hpp"
#include "tls_library_loader.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace kith::app {

/// The result of a worker.
struct TlsSharedContext::Prepared {
    std::int32_t status = KITH_OK;
    std::string text;
    std::uint64_t version = 0;
    std::unique_ptr<TlsContext> context; // null: the files are those of the last one
};

TlsSharedContext::TlsSharedContext(TenantResources &resources, TlsContextSettings settings)
    : resources_(resources.shared_from_this()), settings_(std::move(settings)) {}

// Loading OpenSSL and making a context take some ten milliseconds, so the loop does neither.
void TlsSharedContext::prepare(Ready ready) {
    if (context_ && !has_files()) { // a worker would find nothing new, and costs a fifth of a handshake with a key
        boost::asio::post(resources_->io, [me = shared_from_this(), ready = std::move(ready)] { me->take({}, ready); });
        return;
    }
    const auto work = [settings = settings_,
                       files = TlsFiles{settings_.authorities_file, settings_.certificate_file, settings_.key_file},
                       known = version_, library_file = resources_->parts.options.tls_library]() -> Prepared {
        Prepared out;
        out.version = version_of(files);
        if (out.version == known) return out;
        TlsSettings made{
            .password = settings.password,
            .verify = settings.verify,
            .server = settings.server,
            .shared_keys = {},
            .min_version = settings.min_version,
            .max_version = settings.max_version,
            .words = {.authorities = files.authorities,
                      .certificate = files.certificate,
                      .key = files.key,
                      .other = "the other side",
                      .web = false},
        };
        for (const TlsSharedKey &one : settings.shared_keys) made.shared_keys.push_back({one.identity, one.key});
        if (auto unreadable = read_tls_files(files, made)) {
            out.status = unreadable->status;
            out.text = std::move(unreadable->text);
            return out;
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

bool TlsSharedContext::has_files() const noexcept {
    return !(settings_.authorities_file.empty() && settings_.certificate_file.empty() && settings_.key_file.empty());
}

void TlsSharedContext::take(Prepared prepared, const Ready &ready) {
    if (!resources_->open) return;
    if (prepared.status != KITH_OK) return ready(prepared.status, prepared.text, nullptr);
    if (prepared.context) {
        context_ = std::move(prepared.context);
        version_ = prepared.version;
    }
    ready(KITH_OK, {}, context_.get());
}

} // namespace kith::app
