// AdapterAddress: where an adapter is, as `--target` spells it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mdsync {

// `exec:COMMAND ARGS` or `tcp:HOST:PORT`.
struct AdapterAddress {
    std::vector<std::string> command;  // exec; empty: tcp
    std::string host;
    std::string port;
    std::string problem;  // what is wrong with the spelling; empty: nothing
};

// A command is split at blanks, as a shell does it; 'single' and "double" quotes and \ keep blanks. Nothing else means
// anything: no variable, no pattern, no pipe (`exec:sh -c '...'` has them all).
[[nodiscard]] AdapterAddress parseAdapterAddress(std::string_view text);

// `HOST:PORT`, `[::1]:7000`. The port is a number; host and port are empty if it is not of that form.
struct HostAndPort {
    std::string host;
    std::string port;
};
[[nodiscard]] HostAndPort parseHostAndPort(std::string_view text);

}  // namespace mdsync
