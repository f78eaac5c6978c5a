// SPDX-License-Identifier: MIT
#include "server_certificate.hpp"

#include <host/world/tls/tls_files.hpp>
#include <host/world/tls/tls_library_loader.hpp>

namespace kith::app {

namespace {

TlsFiles tls_files(const core::ApiTlsFiles &files) { return {files.client_authorities, files.certificate, files.key}; }

std::string word(const char *key, const std::string &path) { return std::string("tls.") + key + ", " + path; }

const char *key_of(std::string TlsSettings::*part) {
    if (part == &TlsSettings::certificate) return "certificate";
    return part == &TlsSettings::key ? "key" : "client_authorities";
}

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
    if (const auto unreadable = read_tls_files(tls_files(files), settings)) {
        why = std::string("tls.") + key_of(unreadable->part) + " cannot be read: " + unreadable->text;
        return nullptr;
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
    out->version_ =
        version_of(tls_files(out->files_)); // before the files are read: a change meanwhile is seen by the next renew()
    out->context_ = context_of(out->files_, why);
    return out->context_ ? std::move(out) : nullptr;
}

ServerCertificate::Renewal ServerCertificate::renew(std::string &why) {
    const std::uint64_t present = version_of(tls_files(files_));
    if (present == version_) return Renewal::unchanged;
    auto context = context_of(files_, why);
    if (!context) return Renewal::failed;
    context_ = std::move(context);
    version_ = present;
    return Renewal::renewed;
}

} // namespace kith::app
