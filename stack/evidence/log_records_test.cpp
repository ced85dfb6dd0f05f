#include "stack/evidence/log_records.h"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "stack/evidence/event_log.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::evidence {

namespace {

template <class M>
std::string written(const M& record) {
    return to_hex(wire::encode(record, {}).value());
}

template <class M>
Result<M> read(std::string_view hex) {
    return wire::decode_exact<M>(from_hex(hex).value(), {});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_records_suite)

BOOST_AUTO_TEST_CASE(each_record_has_the_bytes_that_its_table_gives) {
    SpecIdEvent header;
    header.algorithms = {{tpm_alg::sha256, 32}};
    header.vendor_info = {0xaa};
    BOOST_TEST(written(header) ==
               "53706563204944204576656e74303300"
               "00000000"
               "00"
               "02"
               "00"
               "02"
               "01000000"
               "0b002000"
               "01aa");
    OldLogEvent old;
    old.index = 7;
    old.type = event_type::separator;
    old.data = {1, 2};
    BOOST_TEST(written(old) ==
               "07000000"
               "04000000" +
                   std::string(40, '0') +
                   "02000000"
                   "0102");
    const LogEvent2 event{
        .index = 1, .type = 0x80000001, .digests = {{tpm_alg::sha1, Bytes(20)}}, .data = {3}};
    BOOST_TEST(written(event) ==
               "01000000"
               "01000080"
               "01000000"
               "0400" +
                   std::string(40, '0') +
                   "01000000"
                   "03");
    UefiVariableData variable;
    variable.name = {'d', 'b'};
    variable.value = {5};
    BOOST_TEST(written(variable) == std::string(32, '0') +
                                        "0200000000000000"
                                        "0100000000000000"
                                        "64006200"
                                        "05");
    BOOST_TEST(written(CanonicalField{3, {6}}) ==
               "03"
               "00000001"
               "06");
    BOOST_TEST(to_hex(startup_locality(4)) ==
               "537461727475704c6f63616c69747900"
               "04");
}

BOOST_AUTO_TEST_CASE(an_event_has_digests_of_the_headers_algorithms_alone) {
    const LogAlgorithm known[] = {{tpm_alg::sha1, 20}, {0x1234, 2}};
    const auto code = [&](std::string_view digests) {
        const Bytes bytes = from_hex(fmt::format("0000000000000000{}00000000", digests)).value();
        wire::Decoder decoder(bytes, {});
        LogEvent2 event{.known = known};
        event.describe(decoder);
        return decoder.failed() ? std::optional(decoder.error().code) : std::nullopt;
    };
    BOOST_TEST(!code("01000000"
                     "3412"
                     "abcd")
                    .has_value());
    BOOST_TEST((code("01000000"
                     "0b00"
                     "abcd") == Errc::inconsistent));
    BOOST_TEST((code("00000000") == Errc::out_of_range));
    BOOST_TEST((code("03000000"
                     "3412"
                     "abcd"
                     "3412"
                     "abcd"
                     "3412"
                     "abcd") == Errc::out_of_range));
}

BOOST_AUTO_TEST_CASE(a_header_has_algorithms_and_digests_of_a_size) {
    const auto with = [](std::string_view count, std::string_view size) {
        return read<SpecIdEvent>(
            fmt::format("53706563204944204576656e74303300"
                        "00000000"
                        "00020002"
                        "{}"
                        "0b00{}"
                        "00",
                        count, size));
    };
    BOOST_TEST(with("01000000", "2000").has_value());
    BOOST_TEST(!with("00000000", "2000"));
    BOOST_TEST(!with("11000000", "2000"));
    BOOST_TEST(!with("01000000", "0000"));
    BOOST_TEST(!with("01000000", "4100"));
}

BOOST_AUTO_TEST_CASE(a_whole_log_is_shown_by_the_names_of_its_fields) {
    EventLogForm form;
    form.events = {{.index = 4, .type = event_type::ipl, .data = Bytes(3)}};
    const Bytes log = make(form);
    const wire::Annotation annotation = wire::annotate_as<AgileLog>(log);
    BOOST_TEST((!annotation.error && annotation.used == log.size()));
    BOOST_TEST(annotation.find("events[0].EventSize")->value == 3U);
    BOOST_TEST(annotation.find("digestSizes[1].algorithmId")->value == tpm_alg::sha256);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::evidence
