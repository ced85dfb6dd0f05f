// The URI of a target on the command line.
#pragma once

#include <string>

#include "stack/transport/binding.h"

namespace assay::transport {

enum class Scheme : uint8_t {
    reference,  // the built-in device, in this process
    tcp,        // SPDM over TCP (DSP0287)
    mctp,       // an MCTP endpoint, through this machine's kernel
    emu,        // the DMTF emulator's socket framing around a binding
    exec,       // a child process that is spoken to over its standard input and output
    lib,        // a shared library in this process
    doe,        // a PCI device's mailbox for data object exchange, in this machine
};

inline constexpr uint16_t kTcpPort = 4194;  // IANA
inline constexpr uint16_t kEmuPort = 2323;

struct Target {
    Scheme scheme = Scheme::reference;
    std::string host;
    uint16_t port = 0;
    Binding binding = Binding::none;  // of the reference: that of the records that it takes
    uint32_t network = 0;             // of mctp, and the endpoint's identifier
    uint8_t endpoint = 0;
    std::string path{};     // of exec the command, a line of shell; of lib the library's path
    std::string options{};  // of lib: what its create() gets
};

// Reads "reference[?binding=mctp|doe|tcp|none]" (none when not said), "tcp://HOST[:PORT]" or
// "emu://HOST[:PORT][?binding=mctp|doe|tcp|none]" (mctp when not said), where an IPv6 address stands in
// brackets, "mctp://NETWORK/EID" (two numbers), "exec:COMMAND", "lib:PATH[?OPTIONS]" or
// "doe:SEGMENT:BUS:DEVICE.FUNCTION" ("doe:0000:3b:00.0"). Errors: Errc::bad_text, with what is wrong and what
// is accepted.
Result<Target> parse_target(std::string_view uri);
std::string to_text(const Target& target);

}  // namespace assay::transport
