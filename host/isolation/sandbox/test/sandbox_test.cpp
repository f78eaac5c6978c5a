// SPDX-License-Identifier: MIT
//
// The parts of the sandbox that leave the process as it is. What takes rights away is in sandbox_trials.cpp, in processes of their own.
#define BOOST_TEST_MODULE sandbox
#include <boost/test/unit_test.hpp>

#include <core/file_descriptor.hpp>
#include <host/isolation/sandbox/needed_libraries.hpp>
#include <host/isolation/sandbox/process_limits.hpp>
#include <host/isolation/sandbox/refused_call.hpp>
#include <host/isolation/sandbox/sandbox.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

using namespace kith;

namespace {

core::Fd open_file(const std::string &path) { return core::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }

std::string error_of(const boost::system::result<void, std::string> &result) { return result ? std::string() : result.error(); }

std::string bad_plugin(const char *name) { return std::string(KITH_BINARY_DIR "/bad_plugins/lib") + name; }

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_CASE(the_directories_of_the_system_s_libraries_are_absolute) {
    const auto directories = isolation::library_directories();
    BOOST_TEST(!directories.empty());
    for (const std::string &one : directories) BOOST_TEST(one.starts_with("/"), one);
}

BOOST_AUTO_TEST_CASE(a_library_that_needs_only_the_c_library_needs_nothing_more) {
    BOOST_TEST(error_of(isolation::load_needed_libraries(open_file(bad_plugin("good.so")).get())) == "");
}

BOOST_AUTO_TEST_CASE(a_missing_library_is_named_with_what_to_do) {
    const std::string error = error_of(isolation::load_needed_libraries(open_file(bad_plugin("absent_library.so")).get()));
    BOOST_TEST(contains(error, "needs libkith_absent.so"), error);
    BOOST_TEST(contains(error, "link it statically into the plugin"), error);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_library_is_refused) {
    const std::string error = error_of(isolation::load_needed_libraries(open_file(KITH_SOURCE_DIR "/README.md").get()));
    BOOST_TEST(contains(error, "ELF"), error);
}

BOOST_AUTO_TEST_CASE(all_descriptors_but_those_named_are_closed) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int fd : {10, 11, 20, 21, 22}) ::dup2(STDOUT_FILENO, fd);
        isolation::close_other_descriptors({21, 10, -1});
        int open = 0;
        for (int fd = 0; fd < 256; ++fd)
            if (::fcntl(fd, F_GETFD) >= 0) open += fd;
        ::_exit(open);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST(WEXITSTATUS(status) == 10 + 21);
}

BOOST_AUTO_TEST_CASE(descriptors_that_would_not_be_safe_are_refused_before_anything_is_changed) {
    int pair[2], words[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0 && ::pipe(words) == 0);
    const core::Fd ours(pair[0]), theirs(pair[1]), reader(words[0]), writer(words[1]);
    const core::Fd library = open_file(bad_plugin("good.so"));
    isolation::SandboxSettings settings{.socket_fd = theirs.get(), .words_fd = writer.get(), .library_fd = library.get()};
    BOOST_TEST(contains(isolation::enter_before_load(settings).error(), "a connected stream"));
    settings.socket_fd = STDOUT_FILENO;
    BOOST_TEST(contains(isolation::enter_before_load(settings).error(), "standard input"));
    BOOST_TEST(::fcntl(ours.get(), F_GETFD) >= 0);
}

BOOST_AUTO_TEST_CASE(a_report_of_a_refused_call_is_recognized) {
    BOOST_TEST(isolation::refused_call("refused system call: connect").value_or("") == "connect");
    BOOST_TEST(!isolation::refused_call("assertion failed"));
}
