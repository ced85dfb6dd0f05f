#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"
#include "conformance/lab/reference.h"
#include "conformance/report/pcap.h"
#include "stack/wire/messages/measurements.h"

namespace assay::cli {

namespace {

// An exchange over MCTP: GET_VERSION and VERSION, with packet headers.
constexpr const char* kPackets[] = {"000000c00510840000", "000000c0051004000000013012"};

std::string capture(report::LinkType link) {
    std::vector<report::Packet> packets;
    for (const char* hex : kPackets) {
        report::Packet packet{.link = link, .bytes = *from_hex(hex)};
        packet.wire_size = static_cast<uint32_t>(packet.bytes.size());
        packets.push_back(std::move(packet));
    }
    const Bytes file = report::write_pcap(link, packets);
    return {file.begin(), file.end()};
}

// A connection with the reference until its chain was read, and its measurements.
std::string attested() {
    lab::ReferenceOptions options;
    lab::ReferenceDut dut(lab::make_reference_device(options), crypto::openssl_provider(), options);
    SeededRandom random(4);
    lab::Lab lab(dut, random, crypto::openssl_provider());
    BOOST_REQUIRE(lab.negotiated(wire::Version::v1_2));
    BOOST_REQUIRE(lab.read_chain(0));
    BOOST_REQUIRE(lab.send(wire::GetMeasurements{.operation = 1}).has_value());
    const Bytes file = report::write_pcap(report::LinkType::mctp,
                                          report::to_packets(lab.exchanges(), report::LinkType::mctp));
    return {file.begin(), file.end()};
}

// Whether both messages were decoded, the second as the answer to the first.
void expect_both(const Ran& ran) {
    BOOST_TEST(ran.out.contains("GET_VERSION (4 bytes"), ran.out << ran.err);
    BOOST_TEST(ran.out.contains("VERSION (8 bytes"), ran.out << ran.err);
}

// Standard input is a file until the test ends.
class Given {
   public:
    explicit Given(const std::string& text) : file_(text, "stdin"), before_(::dup(STDIN_FILENO)) {
        BOOST_REQUIRE(std::freopen(file_.name().c_str(), "r", stdin) != nullptr);
    }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;
    ~Given() {
        ::dup2(before_, STDIN_FILENO);
        ::close(before_);
    }

   private:
    TemporaryFile file_;
    int before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(decode_suite)

BOOST_AUTO_TEST_CASE(a_message_is_read_in_every_form_and_from_standard_input) {
    const std::string wanted = assay({"decode", "11e100000000000000000000"}).out;
    for (const char* text :
         {"11e100000000000000000000", "11 e1 00 00\n00 00 00 00 00 00 00 00\n",
          "00000000: 11e1 0000 0000 0000 0000 0000            ............\n",
          "00000000  11 e1 00 00 00 00 00 00  00 00 00 00              |............|\n0000000c\n"}) {
        const TemporaryFile file(text);
        BOOST_TEST(assay({"decode", file.name()}).out == wanted, text);
        const Given standard_input(text);
        BOOST_TEST(assay({"decode", "-"}).out == wanted, text);
    }
    const Given standard_input(capture(report::LinkType::mctp));
    expect_both(assay({"decode", "-"}));
}

BOOST_AUTO_TEST_CASE(a_log_of_a_message_a_line_is_one_exchange) {
    const TemporaryFile bare("# what the driver printed\n10840000\n10 04 00 00 00 01 30 12\n", "log");
    const Ran ran = assay({"decode", "--lines", bare.name()});
    BOOST_TEST(ran.code == 0, ran.err);
    expect_both(ran);
    const TemporaryFile framed(std::string(kPackets[0]) + "\n" + kPackets[1] + "\n", "framed");
    expect_both(assay({"decode", "--lines", "--link-type", "mctp", framed.name()}));
    const TemporaryFile wrong("10840000\n10 0x\n", "wrong");
    BadInput{{"decode", "--lines", wrong.name()}, 2, "line 2: not a hexadecimal digit"}.check();
}

BOOST_AUTO_TEST_CASE(the_link_type_of_a_capture_can_be_given) {
    const TemporaryFile file(capture(report::LinkType{147}), "user.pcap");
    BadInput{{"decode", file.name()}, 2, "link type 147 is neither MCTP (291) nor PCI DOE (292)"}.check();
    expect_both(assay({"decode", "--link-type", "mctp", file.name()}));
    BadInput{{"decode", "--link-type", "usb", file.name()}, 2, "'usb' is none of mctp, doe, tcp, none"}
        .check();
    BadInput{{"decode", "--lines", file.name()}, 2, "leave --lines out (see assay decode --help)"}.check();
    const Ran unit = assay({"decode", "--link-type", "doe", "010001000300000010840000"});
    BOOST_TEST(unit.out.contains("GET_VERSION (4 bytes"), unit.out << unit.err);
}

BOOST_AUTO_TEST_CASE(of_a_capture_that_is_cut_what_is_whole_is_decoded) {
    const std::string whole = capture(report::LinkType::mctp);
    for (size_t size = 24; size < whole.size(); ++size) {
        const TemporaryFile file(whole.substr(0, size), "cut.pcap");
        const Ran ran = assay({"decode", file.name()});
        constexpr size_t kFirstEnds = 24 + 16 + 9;
        const bool between = size == 24 || size == kFirstEnds;
        BOOST_TEST(ran.code == (between ? 0 : 1), size << ran.err);
        BOOST_TEST(ran.err.contains(size < kFirstEnds ? "ends within packet #0" : "ends within packet #1") ==
                       !between,
                   size << ran.err);
        BOOST_TEST(ran.out.contains("GET_VERSION") == (size >= kFirstEnds), size << ran.out);
    }
}

BOOST_AUTO_TEST_CASE(json_has_names_beside_the_numbers) {
    const auto messages = nlohmann::json::parse(assay({"decode", "--json", "127f0100"}).out, nullptr, false);
    BOOST_REQUIRE(messages.is_array());
    BOOST_TEST(messages[0]["fields"]["ErrorCode"] == 1);
    BOOST_TEST(messages[0]["names"]["ErrorCode"] == "InvalidRequest");
    BOOST_TEST(messages[0]["names"]["RequestResponseCode"] == "ERROR");
    BOOST_TEST(!messages[0]["names"].contains("ErrorData"));
}

BOOST_AUTO_TEST_CASE(names_of_a_nested_structure_are_behind_the_field_that_holds_it) {
    const TemporaryFile file(attested(), "attested.pcap");
    const auto messages = nlohmann::json::parse(assay({"decode", "--json", file.name()}).out, nullptr, false);
    BOOST_REQUIRE(messages.is_array());
    const auto& names = messages.back()["names"];
    BOOST_TEST(names["MeasurementRecord.MeasurementBlock[0].MeasurementSpecification"] == "DMTFmeasSpec",
               names.dump());
}

BOOST_AUTO_TEST_CASE(the_last_portion_of_a_chain_shows_whose_certificates_it_has) {
    const TemporaryFile file(attested(), "attested.pcap");
    const Ran ran = assay({"decode", file.name()});
    BOOST_TEST(ran.out.contains("       certificate 1 of 3: CN="), ran.out);
    BOOST_TEST(ran.out.contains("       certificate 3 of 3: CN="), ran.out);
    BOOST_TEST(!ran.out.contains("certificate 4 of"), ran.out);
    size_t shown = 0;
    for (const auto& one : nlohmann::json::parse(assay({"decode", "--json", file.name()}).out))
        shown += one.contains("subjects") && one["subjects"].size() == 3;
    BOOST_TEST(shown == 1U);
}

BOOST_AUTO_TEST_CASE(only_one_direction_is_shown_and_judged) {
    const TemporaryFile file("10840000\n10 04 00 00 00 01 30\n", "log");
    BOOST_TEST(assay({"decode", "--lines", file.name()}).code == 1);
    const Ran requests = assay({"decode", "--lines", "--direction", "request", file.name()});
    BOOST_TEST(requests.code == 0, requests.err);
    BOOST_TEST(requests.out.contains("#0 GET_VERSION"), requests.out);
    BOOST_TEST(!requests.out.contains("#1 VERSION"), requests.out);
    const Ran responses = assay({"decode", "--lines", "--direction", "response", file.name()});
    BOOST_TEST(responses.code == 1);
    BOOST_TEST(!responses.out.contains("GET_VERSION"), responses.out);
    BOOST_TEST(responses.out.contains("#1 VERSION"), responses.out);
    BadInput{{"decode", "--direction", "up", file.name()}, 2, "--direction"}.check();
}

// As a shell's <(command) gives one.
BOOST_AUTO_TEST_CASE(a_pipe_is_read_in_place_of_a_file) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    BOOST_REQUIRE(::write(ends[1], "10840000\n", 9) == 9);
    ::close(ends[1]);
    const Ran ran = assay({"decode", fmt::format("/dev/fd/{}", ends[0])});
    ::close(ends[0]);
    BOOST_TEST(ran.code == 0, ran.err);
    BOOST_TEST(ran.out.contains("GET_VERSION"), ran.out);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
