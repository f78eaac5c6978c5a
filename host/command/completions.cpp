// SPDX-License-Identifier: MIT
#include "command_line.hpp"
#include "command_table.hpp"

#include <iostream>
#include <string>

namespace kith::app {

namespace po = boost::program_options;

namespace {

std::string option_words(const CommandUsage &usage) {
    std::string words;
    for (const CommandOption &option : usage.options)
        words += (words.empty() ? "--" : " --") + option.name.substr(0, option.name.find(','));
    return words;
}

// Within single quotes of a shell.
std::string quoted_for_shell(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string bash_completions(const std::vector<CommandUsage> &usages) {
    std::string names, cases;
    for (const CommandUsage &usage : usages) {
        names += (names.empty() ? "" : " ") + std::string(usage.name);
        cases += "        " + std::string(usage.name) + ") words='" + option_words(usage) + "' ;;\n";
    }
    return "# Completions of kith for bash: source <(kith completions bash)\n"
           "_kith() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} words=''\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W '" +
           names +
           " --help --version' -- \"$word\"))\n"
           "        return\n"
           "    fi\n"
           "    case ${COMP_WORDS[1]} in\n" +
           cases +
           "    esac\n"
           "    case $word in\n"
           "        -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
           "        *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
           "    esac\n"
           "}\n"
           "complete -o filenames -F _kith kith\n";
}

// Colons, brackets and backslashes have a meaning in the arguments of _arguments and _describe.
std::string escaped_for_zsh(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_completions(const std::vector<CommandUsage> &usages) {
    std::string list, cases;
    for (const CommandUsage &usage : usages) {
        list += "        " + quoted_for_shell(std::string(usage.name) + ':' + escaped_for_zsh(usage.about)) + '\n';
        cases += "        " + std::string(usage.name) + ") _arguments";
        for (const CommandOption &option : usage.options) {
            const std::string name = option.name.substr(0, option.name.find(','));
            cases += " \\\n            " +
                     quoted_for_shell("--" + name + (option.value.empty() ? "" : "=") + '[' + escaped_for_zsh(option.about) +
                                      ']' + (option.value.empty() ? "" : ":" + escaped_for_zsh(option.value) + ":_files"));
        }
        cases += " \\\n            '*:file:_files' ;;\n";
    }
    return "#compdef kith\n# Completions of kith for zsh: kith completions zsh > \"${fpath[1]}/_kith\"\n"
           "_kith() {\n    local -a commands\n    commands=(\n" +
           list +
           "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        return\n    fi\n"
           "    local command=${words[2]}\n    shift words\n    (( CURRENT-- ))\n    case $command in\n" +
           cases + "    esac\n}\n_kith \"$@\"\n";
}

std::string fish_completions(const std::vector<CommandUsage> &usages) {
    std::string out = "# Completions of kith for fish: kith completions fish > ~/.config/fish/completions/kith.fish\n";
    for (const CommandUsage &usage : usages) {
        out += "complete -c kith -n __fish_use_subcommand -f -a " + std::string(usage.name) + " -d " +
               quoted_for_shell(usage.about) + '\n';
        for (const CommandOption &option : usage.options) {
            const std::string name = option.name.substr(0, option.name.find(','));
            out += "complete -c kith -n '__fish_seen_subcommand_from " + std::string(usage.name) + "' -l " + name +
                   (option.value.empty() ? "" : " -r") + " -d " + quoted_for_shell(option.about) + '\n';
        }
    }
    return out;
}

} // namespace

int completions(const Arguments &arguments) {
    CommandLine command_line;
    command_line.name = "completions";
    command_line.synopsis = "kith completions bash|zsh|fish";
    command_line.about = "Prints the completions of all commands and their options for a shell.\n"
                         "Example: source <(kith completions bash)\n"
                         "Exit status: 0 success, 2 bad usage.\n";
    command_line.hidden.add_options()("shell", po::value<std::string>());
    command_line.positional.add("shell", 1);
    int code = exit_ok;
    const auto values = parse(command_line, arguments, code);
    if (!values) return code;
    const std::string shell = values->count("shell") != 0 ? (*values)["shell"].as<std::string>() : std::string{};
    if (shell == "bash") {
        std::cout << bash_completions(command_usages());
    } else if (shell == "zsh") {
        std::cout << zsh_completions(command_usages());
    } else if (shell == "fish") {
        std::cout << fish_completions(command_usages());
    } else {
        return usage_error("completions", "expected bash, zsh or fish");
    }
    return exit_ok;
}

} // namespace kith::app
