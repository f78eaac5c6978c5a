// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "environment_probe.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace kith::app {

namespace po = boost::program_options;

namespace {

bool write_and_close(int fd, std::string_view text) {
    bool good = true;
    while (good && !text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        good = written > 0;
        if (good) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return (::close(fd) == 0) && good;
}

// Creates a file that is not there yet. Returns an error number; then nothing is left of it.
int create_file(const std::string &path, std::string_view text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return errno;
    if (write_and_close(fd, text)) return 0;
    const int error = errno;
    ::unlink(path.c_str());
    return error;
}

// Replaces a file at once: it is the old or the new one, never a part. Returns an error number.
int replace_file(const std::string &path, std::string_view text) {
    std::string fresh = path + ".XXXXXX";
    const int fd = ::mkostemp(fresh.data(), O_CLOEXEC);
    if (fd < 0) return errno;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    const bool opened = ::fchmod(fd, 0666 & ~mask) == 0;
    if (write_and_close(fd, text) && opened && ::rename(fresh.c_str(), path.c_str()) == 0) return 0;
    const int error = errno;
    ::unlink(fresh.c_str());
    return error;
}

int already_there(const std::string &file) {
    std::cerr << "kith init: " << file
              << " exists and was not changed; --force replaces it, and `kith init -` prints instead\n";
    return exit_negative;
}

} // namespace

int init(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "init";
    command_line.synopsis = "kith init [FILE|-] [--force] [--ec2] [--root DIR]";
    command_line.about =
        "Looks for what is on this machine and writes a configuration with comments for it, to kith.json or FILE; - is\n"
        "standard output. It looks for a BEAM node (RELEASE_NODE, and the local EPMD), a service account of Kubernetes, EC2\n"
        "(its metadata service is asked only if the DMI data of the machine name EC2, or with --ec2), and an agent of Consul\n"
        "(CONSUL_HTTP_ADDR, or port 8500 of this machine), for 2 seconds at most. What it found and how it looked is on\n"
        "standard error. An existing file is not replaced without --force.\n"
        "Example: kith init && kith check kith.json && kith discover kith.json\n"
        "Exit status: 0 written, 1 the file exists, 2 bad usage, 3 the file cannot be written.\n";
    command_line.options.add_options()("force", "replace an existing file")(
        "ec2", "ask the metadata service of EC2 even if the DMI data do not name EC2")(
        "root", po::value<std::string>()->value_name("DIR"),
        "read the DMI data and the service account below DIR, such as of a mounted file system");
    command_line.hidden.add_options()("file", po::value<std::string>()->default_value("kith.json"));
    command_line.positional.add("file", 1);
    int status = exit_ok;
    const auto values = parse(command_line, arguments, status);
    if (!values) return status;

    const auto file = (*values)["file"].as<std::string>();
    const bool force = values->count("force") != 0;
    if (file.empty()) return usage_error("init", "the name of the file is empty");
    if (file != "-" && !force && ::access(file.c_str(), F_OK) == 0) return already_there(file);

    ProbeSettings settings;
    if (values->count("root") != 0) settings.root = (*values)["root"].as<std::string>();
    settings.ask_ec2 = values->count("ec2") != 0;
    const EnvironmentFindings findings = probe_environment(settings);
    std::cerr << findings_text(findings, "");
    const std::string text = initial_config(findings);
    if (file == "-") {
        std::cout << text << std::flush;
        if (std::cout) return exit_ok;
        std::cerr << "kith init: standard output cannot be written\n";
        return exit_unreachable;
    }
    const int error = force ? replace_file(file, text) : create_file(file, text);
    if (error == EEXIST) return already_there(file);
    if (error != 0) {
        std::cerr << "kith init: " << file << " cannot be written: " << std::strerror(error) << '\n';
        return exit_unreachable;
    }
    std::cerr << "Written: " << file << ". Change what it marks with CHANGE IT, then: kith check " << file << '\n';
    return exit_ok;
}

} // namespace kith::app
