// SPDX-License-Identifier: MIT
#include "server_certificate.hpp"

#include <host/world/read_and_replace_file.hpp>
#include <host/world/tls/tls_library_loader.hpp>

#include <initializer_list>

namespace kith::app {

namespace {

constexpr std::uint64_t largest_file = 1'048'576;

std::string word(const char *key, const std::string &path) { return std::string("tls.") + key + ", " + path; }

std::unique_ptr<TlsContext> context_of(const core::ApiTlsFiles &files, std::string &why) {
    TlsSettings settings{
        .verify = !files.client_authorities.empty(),
        .server = true,
        .words = {.authorities = word("client_authorities", files.client_authorities),
                  .certificate = word("certificate", files.certificate),
                  .key = word("key", files.key),
                  .other = "the client",
                  .web = false},
    };
    struct Part {
        const char *key;
        const std::string &path;
        std::string &text;
    };
    for (const Part &part : {Part{"certificate", files.certificate, settings.certificate}, Part{"key", files.key, settings.key},
                             Part{"client_authorities", files.client_authorities, settings.authorities}}) {
        if (part.path.empty()) continue;
        Contents contents = read_whole(part.path, largest_file);
        if (contents.status != KITH_OK) {
            why = std::string("tls.") + part.key + " cannot be read: " + contents.text;
            return nullptr;
        }
        part.text = std::move(contents.data);
    }
    TlsFailure failure;
    const TlsEntry *library = tls_library({}, failure);
    auto context = library == nullptr ? nullptr : library->context(settings, failure);
    if (!context) why = failure.text;
    return context;
}

} // namespace

std::unique_ptr<ServerCertificate> ServerCertificate::read(core::ApiTlsFiles files, std::string &why) {
    std::unique_ptr<ServerCertificate> out(new ServerCertificate(std::move(files)));
    out->version_ = out->version(); // before the files are read: a change meanwhile is seen by the next renew()
    out->context_ = context_of(out->files_, why);
    return out->context_ ? std::move(out) : nullptr;
}

ServerCertificate::Renewal ServerCertificate::renew(std::string &why) {
    const std::uint64_t present = version();
    if (present == version_) return Renewal::unchanged;
    auto context = context_of(files_, why);
    if (!context) return Renewal::failed;
    context_ = std::move(context);
    version_ = present;
    return Renewal::renewed;
}

std::uint64_t ServerCertificate::version() const {
    std::uint64_t all = 1;
    for (const std::string *path : {&files_.certificate, &files_.key, &files_.client_authorities})
        all = all * 0x9e3779b97f4a7c15U + (path->empty() ? 0 : version_of(*path));
    return all;
}

} // namespace kith::app
