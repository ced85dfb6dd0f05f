// assay decode
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/cli/decoded.h"
#include "conformance/cli/files.h"
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
    for (bool is_signed : {true, false}) {
        for (bool summary : {true, false}) {
            context.signed_response = is_signed;
            context.measurement_summary = summary;
            wire::Annotation annotation = wire::annotate(message, context);
            bool exact = !annotation.error && annotation.used == message.size();
            if (exact || (!is_signed && !summary))
                return all.show({.bytes = to_bytes(message), .context = context});
        }
    }
}

bool is_pcap(ByteView file) {
    if (file.size() < 4) return false;
    std::string magic = to_hex(file.first(4));
    return magic == "d4c3b2a1" || magic == "a1b2c3d4" || magic == "4d3cb2a1" || magic == "a1b23c4d";
}

}  // namespace

int decode(const DecodeCommand& command, Streams& streams) {
    std::error_code ignored;
    bool is_file = std::filesystem::exists(command.input, ignored);
    Result<Bytes> bytes = is_file ? read_file(command.input) : from_hex(command.input);
    if (!bytes) {
        std::string why =
            is_file ? bytes.error().detail
                    : fmt::format("'{}' is neither a file nor hexadecimal", command.input.substr(0, 60));
        return complain(streams, status::usage, why);
    }
    report::Secrets secrets;
    if (!command.secrets.empty()) {
        auto read = read_secrets(command.secrets);
        if (!read) return complain(streams, status::usage, read.error().detail);
        secrets = std::move(*read);
    }
    Decoded all(streams.out, command.json, !command.secrets.empty());
    if (is_file && is_pcap(*bytes)) {
        auto packets = report::read_pcap(*bytes);
        if (!packets)
            return complain(streams, status::usage,
                            fmt::format("{}: {}", command.input, packets.error().text()));
        report::replay(*packets, secrets, [&](const report::Seen& seen) { all.show(seen); });
    } else {
        if (!command.secrets.empty())
            return complain(streams, status::usage, "--secrets are those of a capture, and this is none");
        if (is_file) {
            // A file of hexadecimal, or the bytes themselves.
            auto text = from_hex({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
            if (text) bytes = std::move(text);
        }
        decode_single(command, *bytes, all);
    }
    all.finish();
    return all.failures() == 0 ? status::ok : status::failures;
}

}  // namespace assay::cli
