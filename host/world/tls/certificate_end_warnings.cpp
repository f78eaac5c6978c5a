// SPDX-License-Identifier: MIT
#include "certificate_end_warnings.hpp"

#include <ctime>

namespace kith::app {

namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t before_end[] = {30 * day, 7 * day, 1 * day, 0};

std::string date_of(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm broken{};
    char text[32] = "";
    if (::gmtime_r(&time, &broken) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken);
    return text;
}

std::string time_left(std::int64_t seconds) {
    if (seconds < 2 * day) return std::to_string(seconds / 3'600) + " hours";
    return std::to_string(seconds / day) + " days";
}

} // namespace

void CertificateEndWarnings::look(const TlsCertificate &certificate, const char *what, std::int64_t now,
                                  std::vector<std::string> &out) {
    if (certificate.not_after == 0) return;
    int passed = 0;
    for (const std::int64_t before : before_end) {
        const bool counts = 2 * before <= certificate.not_after - certificate.not_before;
        passed += counts && now >= certificate.not_after - before ? 1 : 0;
    }
    int &warned = warned_[certificate.fingerprint];
    if (passed <= warned) return;
    warned = passed;
    const std::string name = std::string(what) + ' ' + certificate.subject;
    if (now >= certificate.not_after) {
        out.push_back(name + " has ended at " + date_of(certificate.not_after) + "; renew it");
    } else {
        out.push_back(name + " ends at " + date_of(certificate.not_after) + ", in " + time_left(certificate.not_after - now) +
                      "; renew it before");
    }
}

std::vector<std::string> CertificateEndWarnings::due(const TlsCredentials &credentials, std::int64_t now) {
    std::vector<std::string> out;
    for (const TlsCertificate &one : credentials.chain) look(one, "the certificate", now, out);
    for (const TlsCertificate &one : credentials.authorities) look(one, "the authority", now, out);
    return out;
}

} // namespace kith::app
