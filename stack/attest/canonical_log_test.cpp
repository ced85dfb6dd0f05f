#include "stack/attest/canonical_log.h"

#include <boost/test/unit_test.hpp>

#include "stack/base/writer.h"

namespace assay::attest {

namespace {

constexpr uint8_t kSha1 = 4, kSha256 = 11, kUnknownHash = 0x12;
constexpr uint8_t kManagement = 4, kFirmware = 5, kIma = 7, kOther = 80;

Bytes field(uint8_t type, ByteView value) {
    Writer out;
    out.u8(type).uint_be(value.size(), 4).bytes(value);
    return std::move(out).take();
}

Bytes record(const Bytes& index, ByteView digests, uint8_t content = kOther) {
    return concat({field(0, Bytes(8)), field(1, index), field(3, digests), field(content, Bytes{1, 2})});
}

std::string value_after(ByteView log) {
    Registers values = {{{Bank::sha256, 10}, reset_value(Bank::sha256, 10, 0)}};
    extend(values, parse_canonical_log(log).value());
    return to_hex(values.at({Bank::sha256, 10}).view());
}

std::string value_after(std::string_view text) { return value_after(as_bytes(text)); }

std::string extended_with(uint8_t byte) {
    return to_hex(extended(Bank::sha256, reset_value(Bank::sha256, 10, 0), Bytes(32, byte)).view());
}

std::string json_record(std::string_view content) {
    return R"({"recnum": 7, "pcr": 10, "digests": [{"hashAlg": "sha256", "digest": ")" +
           std::string(64, '0') + R"("}, {"hashAlg": "sm3_256", "digest": "00"}], "content_type": ")" +
           std::string(content) + R"(", "content": {}})";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(canonical_log_suite)

BOOST_AUTO_TEST_CASE(each_form_of_a_record_extends_its_register) {
    const Bytes tlv = record(Bytes{10}, field(kSha256, Bytes(32)));
    BOOST_TEST(value_after(tlv) == extended_with(0));
    BOOST_TEST(value_after(record(Bytes{0, 0, 0, 10}, field(kSha256, Bytes(32)))) == extended_with(0));
    BOOST_TEST(value_after("[" + json_record("systemd") + "]") == extended_with(0));
    BOOST_TEST(value_after("\x1e" + json_record("systemd") + "\n") == extended_with(0));
    BOOST_TEST(value_after(json_record("systemd") + "\n") == extended_with(0));
}

BOOST_AUTO_TEST_CASE(a_violation_that_ima_recorded_extends_with_ones) {
    BOOST_TEST(value_after(record(Bytes{10}, field(kSha256, Bytes(32)), kIma)) == extended_with(0xff));
    BOOST_TEST(value_after("[" + json_record("ima_template") + "]") == extended_with(0xff));
    BOOST_TEST(value_after(record(Bytes{10}, field(kSha256, Bytes(32, 1)), kIma)) == extended_with(1));
}

BOOST_AUTO_TEST_CASE(what_extends_no_register_of_its_own_is_left_out) {
    const Bytes digests = field(kSha256, Bytes(32));
    const auto count = [](ByteView log) { return parse_canonical_log(log).value().size(); };
    BOOST_TEST(count({}) == 0U);
    BOOST_TEST(count(record(Bytes{10}, digests, kManagement)) == 0U);
    BOOST_TEST(count(record(Bytes{10}, digests, kFirmware)) == 0U);
    const Bytes nv_index =
        concat({field(0, Bytes(8)), field(2, Bytes(4)), field(3, digests), field(kOther, {})});
    BOOST_TEST(count(nv_index) == 0U);
    BOOST_TEST(count(concat({nv_index, record(Bytes{10}, digests)})) == 1U);
}

BOOST_AUTO_TEST_CASE(a_bank_that_nobody_knows_is_read_past) {
    const Bytes digests =
        concat({field(kSha1, Bytes(20)), field(kUnknownHash, Bytes(5)), field(kSha256, Bytes(32))});
    const auto records = parse_canonical_log(record(Bytes{10}, digests));
    BOOST_REQUIRE(records.has_value());
    BOOST_TEST(records->at(0).digests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_no_record_is_refused) {
    const Bytes digests = field(kSha256, Bytes(32));
    const Bytes twice = concat({digests, digests});
    for (const Bytes& log :
         {record(Bytes{24}, digests), record(Bytes{}, digests), record(Bytes(5), digests),
          record(Bytes{10}, field(kSha256, Bytes(31))), record(Bytes{10}, twice),
          concat({field(0, Bytes(8)), field(3, digests), field(kOther, {})}),
          concat({field(0, Bytes(8)), field(1, Bytes{10}), field(3, digests), field(3, {})})})
        BOOST_TEST(!parse_canonical_log(log).has_value(), to_hex(log));
    for (const std::string_view text :
         {"[", "[1]", "{}", R"({"pcr": 24, "digests": []})", R"({"pcr": -1, "digests": []})", R"({"pcr": 1})",
          R"({"pcr": 1, "digests": [{"hashAlg": "sha256", "digest": "00"}]})",
          R"({"pcr": 1, "digests": [{"hashAlg": "sha256", "digest": "x"}]})",
          R"({"pcr": 1, "digests": [7]})"})
        BOOST_TEST(!parse_canonical_log(as_bytes(text)).has_value(), text);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused_or_a_log_of_fewer_records) {
    const Bytes one = record(Bytes{10}, field(kSha256, Bytes(32)));
    const Bytes log = concat({one, one, one});
    size_t read = 0;
    for (size_t size = 0; size < log.size(); ++size)
        if (parse_canonical_log(ByteView(log).first(size))) ++read;
    BOOST_TEST(read == 3U);  // of none, of one and of two records
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
