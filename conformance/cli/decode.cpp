// assay decode
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/cli/files.h"
#include "conformance/lab/observer.h"
#include "conformance/report/pcap.h"
#include "stack/crypto/provider.h"
#include "stack/wire/json.h"

namespace assay::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSignatures[] = {"good", "bad", "not checked"};

struct Decoded {
    Json messages = Json::array();
    size_t broken = 0;
    size_t bad_signatures = 0;
};

// One message, with the layout that the connection so far gives it.
void show(const DecodeCommand& command, Streams& streams, Decoded& all, size_t number, ByteView message,
          const wire::Context& context, const std::optional<lab::SignatureCheck>& signature) {
    wire::Annotation annotation = wire::annotate(message, context);
    all.broken += annotation.error.has_value();
    if (signature) all.bad_signatures += signature->result == lab::SignatureCheck::Result::bad;
    if (command.json) {
        Json one = wire::to_json(message, context);
        if (signature) one["signature"] = kSignatures[static_cast<size_t>(signature->result)];
        all.messages.push_back(std::move(one));
        return;
    }
    std::string name = message.size() < 2 ? "no message" : wire::message_name(message[1]);
    streams.out << fmt::format("#{} {} ({} bytes, SPDM {})\n", number, name, message.size(),
                               wire::name(context.version));
    streams.out << wire::to_text(message, annotation, context.version);
    if (signature) {
        streams.out << fmt::format("       signature: {}{}{}\n",
                                   kSignatures[static_cast<size_t>(signature->result)],
                                   signature->why.empty() ? "" : ": ", signature->why);
    }
}

Result<Decoded> decode_capture(const DecodeCommand& command, ByteView file, Streams& streams) {
    Decoded all;
    lab::Observer observer(crypto::openssl_provider());
    std::vector<report::Packet> packets = TRY(report::read_pcap(file));
    for (size_t i = 0; i < packets.size(); ++i) {
        auto carried = report::carried(packets[i]);
        if (!carried || carried->kind != report::Carried::Kind::spdm) {
            bool secured = carried && carried->kind == report::Carried::Kind::secured;
            std::string what = secured   ? "a secured message"
                               : carried ? "no SPDM message"
                                         : carried.error().text();
            if (!command.json)
                streams.out << fmt::format("#{} {} ({} bytes)\n", i, what, packets[i].bytes.size());
            continue;
        }
        ByteView message = carried->message;
        if (message.size() > 1 && wire::is_request(message[1])) {
            wire::Context context = observer.request_context(message);
            observer.request(message);
            show(command, streams, all, i, message, context, std::nullopt);
        } else {
            wire::Context context = observer.expected_response_context();
            observer.response(message);
            show(command, streams, all, i, message, context, observer.last_signature());
        }
    }
    return all;
}

wire::Context single_context(const DecodeCommand& command, ByteView message) {
    wire::Context context;
    if (!message.empty()) context.version = wire::version_from_byte(message[0]).value_or(wire::Version::v1_0);
    context.hash_size = command.hash_size;
    context.signature_size = context.requester_signature_size = command.signature_size;
    context.exchange_size = command.signature_size;
    return context;
}

// A response to a request that is not there is tried as the longest it can be.
void decode_single(const DecodeCommand& command, ByteView message, Streams& streams, Decoded& all) {
    wire::Context context = single_context(command, message);
    for (bool is_signed : {true, false}) {
        for (bool summary : {true, false}) {
            context.signed_response = is_signed;
            context.measurement_summary = summary;
            wire::Annotation annotation = wire::annotate(message, context);
            bool exact = !annotation.error && annotation.used == message.size();
            if (exact || (!is_signed && !summary))
                return show(command, streams, all, 0, message, context, std::nullopt);
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
    Decoded all;
    if (is_file && is_pcap(*bytes)) {
        auto decoded = decode_capture(command, *bytes, streams);
        if (!decoded)
            return complain(streams, status::usage,
                            fmt::format("{}: {}", command.input, decoded.error().text()));
        all = std::move(*decoded);
    } else {
        if (is_file) {
            // A file of hexadecimal, or the bytes themselves.
            auto text = from_hex({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
            if (text) bytes = std::move(text);
        }
        decode_single(command, *bytes, streams, all);
    }
    if (command.json) streams.out << all.messages.dump(2) << '\n';
    return all.broken + all.bad_signatures == 0 ? status::ok : status::failures;
}

}  // namespace assay::cli
