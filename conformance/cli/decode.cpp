// assay decode
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/cli/decoded.h"
#include "conformance/cli/files.h"
#include "conformance/report/hex_text.h"
#include "conformance/report/pcapng.h"
#include "conformance/report/plain.h"
#include "stack/base/file.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"

namespace assay::cli {

namespace {

wire::Context single_context(const DecodeCommand& command, ByteView message) {
    wire::Context context;
    if (!message.empty())
        context.version = wire::version_from_byte(wire::version_byte(message)).value_or(wire::Version::v1_0);
    context.hash_size = command.hash_size;
    context.signature_size = context.requester_signature_size = command.signature_size;
    context.exchange_size = command.signature_size;
    return context;
}

// A response to a request that is not there is tried as the longest it can be.
void decode_single(const DecodeCommand& command, ByteView message, Decoded& all) {
    wire::Context context = single_context(command, message);
    const bool request = message.size() > 1 && wire::is_request(wire::code_of(message));
    for (bool is_signed : {true, false}) {
        for (bool summary : {true, false}) {
            context.signed_response = is_signed;
            context.measurement_summary = summary;
            wire::Annotation annotation = wire::annotate(message, context);
            bool exact = !annotation.error && annotation.used == message.size();
            if (exact || (!is_signed && !summary))
                return all.show({.bytes = to_bytes(message), .request = request, .context = context});
        }
    }
}

bool is_pcap(ByteView file) {
    if (file.size() < 4) return false;
    std::string magic = to_hex(file.first(4));
    return magic == "d4c3b2a1" || magic == "a1b2c3d4" || magic == "4d3cb2a1" || magic == "a1b23c4d";
}

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unexpected<Error> unusable(std::string why) {
    return fail(Errc::bad_text, "input", Error::npos, std::move(why));
}

// What the user named.
struct Input {
    std::string name;
    bool is_file = false;  // or standard input: no hexadecimal from the command line
    Bytes bytes{};
};

Result<Input> read_input(const DecodeCommand& command) {
    if (command.input == "-") {
        const std::string name = "standard input";
        return Input{name, true, TRY(read_descriptor(STDIN_FILENO, name, kMostRecorded))};
    }
    std::error_code ignored;
    if (std::filesystem::exists(command.input, ignored))
        return Input{command.input, true, TRY(read_file(command.input, kMostRecorded))};
    auto bytes = from_hex(command.input);
    if (bytes) return Input{command.input, false, std::move(*bytes)};
    return unusable(fmt::format("'{}' is neither a file nor hexadecimal",
                                report::printable(command.input.substr(0, 60), report::Lines::one)));
}

// A message, from a file of hexadecimal, or the bytes themselves.
Bytes message_of(const Input& input) {
    if (!input.is_file) return input.bytes;
    return report::parse_hex_text(as_text(input.bytes)).value_or(input.bytes);
}

// What is followed as an exchange; nullopt for a single message.
Result<std::optional<report::Capture>> capture_of(const DecodeCommand& command, const Input& input) {
    const auto named = [&](const Error& error) {
        return unusable(fmt::format("{}: {}", input.name, error.text()));
    };
    if (input.is_file && (is_pcap(input.bytes) || report::is_pcapng(input.bytes))) {
        if (command.lines) {
            return fail(Errc::bad_text, "--lines", Error::npos,
                        fmt::format("{} is a capture: leave --lines out", input.name));
        }
        auto capture = report::read_capture(input.bytes, command.link);
        if (!capture) return named(capture.error());
        return std::move(*capture);
    }
    if (!command.lines && !command.link) return std::nullopt;
    std::vector<Bytes> all{message_of(input)};
    if (command.lines) {
        auto lines =
            input.is_file ? report::parse_hex_lines(as_text(input.bytes)) : Result<std::vector<Bytes>>(all);
        if (!lines) return named(lines.error());
        all = std::move(*lines);
    }
    report::Capture capture;
    for (Bytes& bytes : all) {
        const auto size = static_cast<uint32_t>(bytes.size());
        capture.packets.push_back({.link = command.link.value_or(report::LinkType::none),
                                   .wire_size = size,
                                   .bytes = std::move(bytes)});
    }
    return capture;
}

}  // namespace

int decode(const DecodeCommand& command, Streams& streams) {
    const auto input = read_input(command);
    if (!input) return complain(streams, status::usage, input.error().detail);
    report::Secrets secrets;
    if (!command.secrets.empty()) {
        auto read = read_secrets(command.secrets);
        if (!read) return complain(streams, status::usage, read.error().detail);
        secrets = std::move(*read);
    }
    const auto capture = capture_of(command, *input);
    if (!capture) return complain(streams, status::usage, capture.error());
    Decoded all(streams.out, command.json, !command.secrets.empty(), command.requests);
    if (*capture) {
        report::replay((*capture)->packets, secrets, [&](const report::Seen& seen) { all.show(seen); });
    } else {
        if (!command.secrets.empty())
            return misuse(streams, "--secrets are those of a capture, and this is none");
        decode_single(command, message_of(*input), all);
    }
    all.finish();
    if (*capture && (*capture)->cut) {
        return complain(streams, status::failures,
                        fmt::format("{} ends within packet #{}: {}", input->name, (*capture)->packets.size(),
                                    (*capture)->cut->text()));
    }
    return all.failures() == 0 ? status::ok : status::failures;
}

}  // namespace assay::cli
