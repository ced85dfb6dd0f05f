#include "stack/transport/uri.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace assay::transport {

namespace {

std::unexpected<Error> wrong(std::string_view uri, std::string_view what) {
    return fail(Errc::bad_text, "target", Error::npos, fmt::format("'{}': {}", uri, what));
}

// Of names, IPv4 and IPv6 addresses and their zones; what else stands in a URI (user, path) does not belong.
bool host_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._:%").find(c) != std::string_view::npos;
}

constexpr std::string_view kAccepted =
    "known are reference, tcp://HOST:PORT, emu://HOST:PORT?binding=mctp|doe|tcp|none, "
    "mctp://NETWORK/EID, exec:COMMAND, lib:PATH and doe:SEGMENT:BUS:DEVICE.FUNCTION";
constexpr std::string_view kReference = "reference";

// What stands behind the '?'.
Result<Binding> parse_query(std::string_view uri, std::string_view query) {
    constexpr std::string_view kKey = "binding=";
    if (!query.starts_with(kKey)) return wrong(uri, "behind '?' only binding=mctp|doe|tcp|none may stand");
    auto binding = binding_from_name(query.substr(kKey.size()));
    if (!binding) return wrong(uri, "no such binding; known are mctp, doe, tcp and none");
    return *binding;
}

// "0000:3b:00.0", all of it hexadecimal.
bool is_pci_address(std::string_view text) {
    constexpr std::string_view kForm = "xxxx:xx:xx.x";
    return std::ranges::equal(text, kForm, [](char c, char form) {
        return form == 'x' ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') : c == form;
    });
}

template <class T>
bool read_number(std::string_view text, T& value) {
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && last == end;
}

// Of the identifiers 0, 255 and 1 to 7 name no endpoint (DSP0236, special endpoint identifiers).
Result<Target> parse_endpoint(std::string_view uri, std::string_view rest) {
    constexpr uint8_t kFirst = 8, kNone = 0xff;
    Target target{.scheme = Scheme::mctp, .host = {}, .binding = Binding::mctp};
    const size_t slash = rest.find('/');
    const bool good = slash != std::string_view::npos && read_number(rest.substr(0, slash), target.network) &&
                      read_number(rest.substr(slash + 1), target.endpoint);
    if (!good || target.endpoint < kFirst || target.endpoint == kNone)
        return wrong(uri, "an MCTP endpoint is NETWORK/EID, two numbers, the second of 8 to 254, as in 1/9");
    return target;
}

// A command may hold anything; of a library's path the first '?' is the end.
Result<Target> parse_local(std::string_view uri) {
    Target target;
    const size_t colon = uri.find(':');
    target.scheme = uri.starts_with("exec") ? Scheme::exec : Scheme::lib;
    const std::string_view rest = uri.substr(colon + 1);
    const size_t query = target.scheme == Scheme::lib ? rest.find('?') : std::string_view::npos;
    target.path = rest.substr(0, query);
    if (query != std::string_view::npos) target.options = rest.substr(query + 1);
    if (target.path.empty())
        return wrong(uri, target.scheme == Scheme::lib ? "the path is missing" : "the command is missing");
    return target;
}

Result<Target> parse_mailbox(std::string_view uri) {
    Target target{.scheme = Scheme::doe, .host = {}, .binding = Binding::doe};
    target.path = uri.substr(uri.find(':') + 1);
    if (!is_pci_address(target.path))
        return wrong(uri,
                     "a PCI address is SEGMENT:BUS:DEVICE.FUNCTION in small hexadecimal, as in 0000:3b:00.0");
    return target;
}

}  // namespace

Result<Target> parse_target(std::string_view uri) {
    Target target;
    std::string_view rest = uri;
    size_t query = rest.find('?');
    if (rest.substr(0, query) == kReference) {
        if (query != std::string_view::npos) target.binding = TRY(parse_query(uri, rest.substr(query + 1)));
        return target;
    }
    if (rest.starts_with("exec:") || rest.starts_with("lib:")) return parse_local(uri);
    constexpr std::string_view kMctp = "mctp://";
    if (rest.starts_with(kMctp)) return parse_endpoint(uri, rest.substr(kMctp.size()));
    if (rest.starts_with("doe:")) return parse_mailbox(uri);
    if (rest.starts_with("tcp://")) {
        target.scheme = Scheme::tcp;
        target.port = kTcpPort;
        target.binding = Binding::tcp;
    } else if (rest.starts_with("emu://")) {
        target.scheme = Scheme::emu;
        target.port = kEmuPort;
        target.binding = Binding::mctp;
    } else {
        return wrong(uri, fmt::format("no such kind of target; {}", kAccepted));
    }
    rest.remove_prefix(std::string_view("tcp://").size());
    if (query != std::string_view::npos) {
        if (target.scheme == Scheme::tcp) return wrong(uri, "behind '?' a tcp target has nothing");
        target.binding = TRY(parse_query(uri, uri.substr(query + 1)));
        rest = rest.substr(0, rest.find('?'));
    }
    std::string_view port;
    if (rest.starts_with('[')) {
        size_t close = rest.find(']');
        if (close == std::string_view::npos) return wrong(uri, "']' is missing after the IPv6 address");
        target.host = rest.substr(1, close - 1);
        port = rest.substr(close + 1);
    } else {
        size_t colon = rest.find(':');
        target.host = rest.substr(0, colon);
        port = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon);
    }
    if (target.host.empty()) return wrong(uri, "the host is missing");
    if (!std::ranges::all_of(target.host, host_character))
        return wrong(uri, "a host is a name or an address, and IPv6 stands in brackets");
    if (port.empty()) return target;
    unsigned value = 0;
    const char* end = port.data() + port.size();
    auto [last, error] = std::from_chars(port.data() + 1, end, value);
    if (port[0] != ':' || error != std::errc{} || last != end || value > 0xffff) {
        return wrong(uri, "the port must be a number of 0 to 65535");
    }
    target.port = static_cast<uint16_t>(value);
    return target;
}

std::string to_text(const Target& target) {
    if (target.scheme == Scheme::reference) {
        return target.binding == Binding::none
                   ? std::string(kReference)
                   : fmt::format("{}?binding={}", kReference, name(target.binding));
    }
    if (target.scheme == Scheme::exec) return "exec:" + target.path;
    if (target.scheme == Scheme::mctp) return fmt::format("mctp://{}/{}", target.network, target.endpoint);
    if (target.scheme == Scheme::doe) return "doe:" + target.path;
    if (target.scheme == Scheme::lib)
        return "lib:" + target.path + (target.options.empty() ? "" : "?" + target.options);
    bool v6 = target.host.find(':') != std::string::npos;
    std::string host = v6 ? "[" + target.host + "]" : target.host;
    if (target.scheme == Scheme::tcp) return fmt::format("tcp://{}:{}", host, target.port);
    return fmt::format("emu://{}:{}?binding={}", host, target.port, name(target.binding));
}

}  // namespace assay::transport
