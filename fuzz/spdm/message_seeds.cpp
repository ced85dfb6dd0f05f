#include "fuzz/spdm/message_seeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/lab.h"
#include "conformance/lab/reference.h"
#include "fuzz/spdm/fixtures.h"
#include "fuzz/spdm/message_program.h"
#include "stack/transport/stream.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"
#include "stack/wire/registry.h"

namespace assay::fuzz {

namespace {

using namespace wire;

// The two bytes with which the parsing targets begin, for P-256 and SHA-256 of the default offer.
Bytes layout_prefix(const Context& context) {
    uint8_t first = static_cast<uint8_t>(byte(context.version) - byte(Version::v1_0));
    if (context.hash_size == 48) first |= 1 << 3;
    if (context.hash_size == 64) first |= 2 << 3;
    if (context.signature_size == 96) first |= 1 << 5;
    if (context.signature_size == 132) first |= 2 << 5;
    uint8_t second =
        static_cast<uint8_t>((context.measurement_summary ? 4 : 0) | (context.signed_response ? 8 : 0));
    return {first, second};
}

// From GET_VERSION to signed measurements, with everything a requester may ask.
Result<std::vector<lab::Exchange>> exchanges(Version version) {
    lab::ReferenceOptions options;
    lab::ReferenceDut dut(fixtures().devices.front(), fixtures().provider, options);
    SeededRandom random(7);
    lab::Lab lab(dut, random, fixtures().provider);
    lab::Offer offer;
    offer.base_asym = 0x90;
    offer.base_hash = 0x03;
    TRY(lab.negotiated(version, offer));
    TRY(lab.send(GetDigests{}));
    TRY(lab.read_chain(0, 400));
    TRY(lab.send(lab.challenge(0, summary::all)));
    for (bool sign : {false, true}) TRY(lab.send(lab.get_measurements(kAllMeasurements, sign)));
    TRY(lab.send(lab.get_measurements(kMeasurementCount, false)));
    VendorDefinedRequest vendor;
    vendor.standard_id = 3;
    vendor.vendor_id = {1, 0};
    vendor.payload = {1, 2, 3};
    TRY(lab.send(vendor));
    TRY(lab.send(lab.challenge(5)));
    return lab.exchanges();
}

Result<> write_version(const WriteSeed& write, Version version) {
    std::string tag = "v" + std::string(name(version));
    std::vector<Step> program;
    Bytes stream;
    for (const lab::Exchange& exchange : TRY(exchanges(version))) {
        std::string title =
            fmt::format("{}_{:02}_{}", tag, program.size(), message_name(wire::code_of(exchange.request)));
        program.push_back({kFixVersion | kFixToken, exchange.request});
        write("request_parsing", title, concat({layout_prefix(exchange.request_context), exchange.request}));
        if (!exchange.response) continue;
        write("response_parsing", title,
              concat({layout_prefix(exchange.response_context), *exchange.response}));
        append(stream, transport::emu_unit(transport::Binding::mctp, 1,
                                           wrap(transport::Binding::mctp, *exchange.response)));
    }
    // As many steps as a program takes; the rest begins anew behind VCA.
    std::vector<Step> second(program.begin(), program.begin() + 3);
    second.insert(second.end(), program.end() - 5, program.end());
    program.resize(std::min(program.size(), kMaxSteps));
    for (size_t device = 0; device < fixtures().devices.size(); ++device) {
        Bytes prefix{static_cast<uint8_t>(device)};
        write("responder_program", fmt::format("{}_whole_{}", tag, device),
              concat({prefix, to_input(program)}));
        write("responder_program", fmt::format("{}_end_{}", tag, device), concat({prefix, to_input(second)}));
    }
    uint8_t offered = static_cast<uint8_t>(byte(version) - byte(Version::v1_0));
    for (uint8_t how : Bytes{0x00, 0x18, 0x20, 0x40, 0x60}) {
        write("requester_program", fmt::format("{}_honest_{:02x}", tag, how),
              Bytes{static_cast<uint8_t>(offered | how)});
    }
    std::vector<Step> other_version(1);
    other_version.push_back({1, {0, 0, 0x40}});
    write("requester_program", tag + "_attack_version", concat({Bytes{offered}, to_input(other_version)}));
    for (size_t at : {1U, 2U, 3U, 4U, 7U, 8U}) {
        for (uint8_t kind : Bytes{1, 2, 5}) {
            std::vector<Step> attacks(at);
            attacks.push_back({kind, {5, 0, 0xff}});
            write("requester_program", fmt::format("{}_attack_{}_{}", tag, at, kind),
                  concat({Bytes{offered}, to_input(attacks)}));
        }
    }
    spdm::Parameters parameters;
    parameters.version = version;
    parameters.base_asym = 0x10;
    parameters.base_hash = 0x01;
    write("certificate_chain", tag, concat({Bytes{offered}, fixtures().chain(parameters, 0)}));
    stream.resize(std::min<size_t>(stream.size(), 2048));
    write("framing_emu", tag, concat({Bytes{12}, stream}));
    return {};
}

void write_framings(const WriteSeed& write) {
    using transport::Binding;
    Bytes message = {0x10, 0x84, 0, 0};
    write("framing_mctp", "get_version", wrap(Binding::mctp, message));
    write("framing_mctp", "secured", Bytes{6, 1, 2, 3, 4});
    write("framing_doe", "get_version", wrap(Binding::doe, message));
    write("framing_doe", "discovery", transport::doe_object(transport::kDoeDiscovery, Bytes(4)));
    write("framing_tcp", "get_version", wrap(Binding::tcp, message));
    write(
        "framing_tcp", "stream",
        concat({Bytes{3}, wrap(Binding::tcp, message), *from_hex("000001bf"), wrap(Binding::tcp, message)}));
    // General opaque data with a version list, and the form of 1.1 with a selection.
    write("opaque_data", "fmt1",
          *from_hex("02"
                    "01000000"
                    "00000500"
                    "0101010011"
                    "000000"));
    write("opaque_data", "dsp0277",
          *from_hex("01"
                    "46544d44"
                    "01010000"
                    "00000400"
                    "01000011"));
}

}  // namespace

Result<> write_message_seeds(const WriteSeed& write) {
    for (Version version : kVersions) TRY(write_version(write, version));
    write_framings(write);
    return {};
}

}  // namespace assay::fuzz
