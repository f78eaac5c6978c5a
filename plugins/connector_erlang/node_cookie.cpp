// SPDX-License-Identifier: MIT
#include "node_cookie.hpp"

#include "cookie_file.hpp"

namespace kith::erlang {
namespace {

constexpr std::uint64_t max_cookie_file = 4096;

result<Cookie> cookie_of(std::string_view bytes, const std::string &path) {
    const CookieText text = cookie_in(bytes);
    switch (text.fault) {
    case CookieText::Fault::none: return Cookie(text.cookie);
    case CookieText::Fault::empty: return error(KITH_INVALID, "the cookie file " + path + " has no cookie in its first line");
    case CookieText::Fault::too_long:
    case CookieText::Fault::malformed: break;
    }
    return error(KITH_INVALID,
                 "the cookie file " + path +
                     " holds no cookie: expected one line of at most 255 characters of ASCII, blanks among them, and "
                     "nothing behind it");
}

// open_to_others: bits of the mode by which others than the owner have access, and that must not be set.
task<result<Cookie>> read_cookie(const file &files, std::string path, std::uint32_t open_to_others = 077) {
    kith_file_info info{};
    auto content = co_await files.read(path, max_cookie_file, &info);
    if (!content) {
        error why = std::move(content).error();
        why.text = "the cookie file " + path + " cannot be read: " + why.text;
        co_return why;
    }
    result<Cookie> cookie = cookie_of(content->bytes, path);
    wipe(content->bytes);
    if ((info.mode & open_to_others) != 0)
        co_return error(KITH_DENIED, "the cookie file " + path + " can be read by others than its owner: chmod 400 " + path);
    co_return cookie;
}

} // namespace

task<result<Cookie>> find_cookie(const file &files, const env &environment, const Settings &settings) {
    if (!settings.cookie.empty()) co_return settings.cookie;
    if (!settings.cookie_file.empty()) co_return co_await read_cookie(files, settings.cookie_file);
    if (const auto text = environment.get("RELEASE_COOKIE").value_or(""); !text.empty()) co_return Cookie(text);

    std::string looked;
    if (const auto directory = environment.get("CREDENTIALS_DIRECTORY").value_or(""); !directory.empty()) {
        const std::string path = std::string(directory) + "/cookie";
        // systemd may give a service access to its credentials by an ACL, whose mask are the group's bits of the mode.
        auto cookie = co_await read_cookie(files, path, 007);
        if (cookie || cookie.status() != KITH_NOT_FOUND) co_return cookie;
        looked = path;
    }
    const std::string home(environment.get("HOME").value_or(""));
    const std::string config(environment.get("XDG_CONFIG_HOME").value_or(""));
    std::vector<std::string> paths;
    if (!home.empty()) paths.push_back(home + "/.erlang.cookie");
    if (!config.empty())
        paths.push_back(config + "/erlang/.erlang.cookie");
    else if (!home.empty())
        paths.push_back(home + "/.config/erlang/.erlang.cookie");
    for (const std::string &path : paths) {
        auto cookie = co_await read_cookie(files, path);
        if (cookie || cookie.status() != KITH_NOT_FOUND) co_return cookie;
        looked += (looked.empty() ? "" : ", ") + path;
    }
    co_return error(KITH_UNAUTHORIZED,
                    "no cookie: options cookie and cookie_file and RELEASE_COOKIE are not set, and there is no " +
                        (looked.empty() ? std::string("HOME to look for .erlang.cookie in") : looked));
}

} // namespace kith::erlang
