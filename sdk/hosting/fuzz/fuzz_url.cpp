// SPDX-License-Identifier: MIT
//
// For any text: an accepted URL contains only what a request may contain, and its text parses to the same URL.
#include <kith/hosting/url.hpp>

#include <cstdlib>

namespace {

void must(bool good) {
    if (!good) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    std::string why;
    const auto url = kith::Url::parse({reinterpret_cast<const char *>(data), size}, why);
    must(url.has_value() || !why.empty());
    if (!url) return 0;
    must(url->port != 0 && !url->host.empty() && url->target.starts_with('/') && url->path().starts_with('/'));
    const std::string again = (url->secure ? "https://" : "http://") + url->authority() + url->target;
    for (const char c : again) must(c > ' ' && c <= '~' && c != '#');
    must(url->host.find_first_of("@/?[]") == std::string::npos);
    const auto same = kith::Url::parse(again, why);
    must(same && same->host == url->host && same->port == url->port && same->target == url->target &&
         same->secure == url->secure);
    must(same->loopback() == url->loopback());
    return 0;
}
