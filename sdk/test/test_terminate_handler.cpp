// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE terminate_handler
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Unknown {};

struct End {
    int status = 0;
    std::string words; // on standard error
};

// A process ends by std::terminate while this is thrown.
template <class Throw>
End end_of_process(Throw raise) {
    std::array<int, 2> words{};
    BOOST_REQUIRE(::pipe(words.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(words[1], STDERR_FILENO);
        std::signal(SIGABRT, SIG_DFL); // Boost.Test catches it
        std::set_terminate(__gnu_cxx::__verbose_terminate_handler);
        [&]() noexcept { raise(); }();
        ::_exit(0);
    }
    ::close(words[1]);
    End end;
    std::array<char, 256> buffer{};
    for (ssize_t got = 0; (got = ::read(words[0], buffer.data(), buffer.size())) > 0;)
        end.words.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(words[0]);
    ::waitpid(child, &end.status, 0);
    BOOST_TEST(WIFSIGNALED(end.status));
    BOOST_TEST(WTERMSIG(end.status) == SIGABRT);
    return end;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_exception_is_named_as_it_is_mangled) {
    BOOST_TEST(end_of_process([] { throw std::runtime_error("it broke"); }).words ==
               "terminate called after throwing an instance of St13runtime_error\n  what():  it broke\n");
    BOOST_TEST(end_of_process([] { throw Unknown(); }).words.starts_with("terminate called after throwing an instance of N"));
    BOOST_TEST(end_of_process([] { std::terminate(); }).words == "terminate called without an active exception\n");
}
