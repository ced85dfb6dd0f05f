// This module against the framings of vectors/known_answers, which another program made.
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

#include "stack/transport/stream.h"

namespace assay::transport {

namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& value) { return value.get<std::string>(); }
Bytes hex(const Json& value) { return from_hex(text(value)).value(); }

// The one SPDM message that the bytes carry, or nothing when they are refused, cut or something else.
std::optional<Bytes> carried(std::string_view transport, ByteView frame) {
    bool emulator = transport.starts_with("emu-");
    Binding binding = binding_from_name(emulator ? transport.substr(4) : transport).value();
    Bytes unit = to_bytes(frame);
    if (emulator || binding == Binding::tcp) {
        EmuDeframer emu(binding);
        TcpDeframer tcp;
        Deframer& deframer = emulator ? static_cast<Deframer&>(emu) : tcp;
        // Byte by byte: a unit is complete with its last one and not before.
        Result<std::optional<Unit>> next = std::optional<Unit>();
        for (size_t i = 0; i < frame.size() && next && !*next; ++i) {
            deframer.push(frame.subspan(i, 1));
            next = deframer.next();
        }
        if (!next || !*next || deframer.pending() != 0) return std::nullopt;
        unit = (*next)->payload;
    }
    Result<Unwrapped> inside = unwrap(binding, unit);
    if (!inside || inside->payload != Payload::spdm) return std::nullopt;
    return to_bytes(inside->message);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(known_answers)

BOOST_AUTO_TEST_CASE(framings_are_read_byte_for_byte_or_refused) {
    std::ifstream file("vectors/known_answers/framings.json");
    BOOST_REQUIRE(file.good());
    const Json tests = Json::parse(file)["tests"];
    BOOST_REQUIRE(!tests.empty());
    for (const Json& test : tests) {
        if (text(test["result"]) == "acceptable") continue;
        BOOST_TEST_CONTEXT(text(test["id"]) + ": " + text(test["comment"])) {
            std::optional<Bytes> message = carried(text(test["transport"]), hex(test["frame"]));
            BOOST_TEST((message ? to_hex(*message) : "refused") == test.value("message", "refused"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::transport
