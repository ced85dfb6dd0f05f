#include "stack/evidence/snp_report.h"

#include <boost/test/unit_test.hpp>

#include "stack/evidence/snp.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::evidence {

BOOST_AUTO_TEST_SUITE(snp_report_suite)

BOOST_AUTO_TEST_CASE(a_report_is_written_as_it_was_read) {
    for (const uint32_t version : {2U, 3U, 4U, 5U}) {
        SnpForm form = genuine({.version = version});
        form.report_data = Bytes(64, 0x11);
        const Bytes bytes = make(form);
        const SnpReport report = wire::decode_exact<SnpReport>(bytes, {}).value();
        BOOST_TEST((wire::encode(report, {}).value() == bytes));
        BOOST_TEST(report.version == version);
        BOOST_TEST((report.measurement == form.measurement));
        BOOST_TEST((tcb_of(report.current_tcb, TcbLayout::milan) ==
                    Tcb{.bootloader = 3, .tee = 0, .snp = 20, .microcode = 209}));
    }
}

BOOST_AUTO_TEST_CASE(each_byte_of_a_report_belongs_to_one_field) {
    const Bytes bytes = wire::encode_raw(SnpReport(), {});
    size_t at = 0;
    for (const wire::Span& span : wire::annotate_as<SnpReport>(bytes).spans) {
        BOOST_TEST(span.offset == at);
        BOOST_TEST(snp_field(span.path).offset == at);
        at = span.end();
    }
    BOOST_TEST(at == 1184U);
    BOOST_TEST(snp_field("SIGNATURE").size == 512U);
}

BOOST_AUTO_TEST_CASE(a_tcb_is_laid_out_by_family) {
    const Tcb tcb{.fmc = 1, .bootloader = 2, .tee = 3, .snp = 4, .microcode = 5};
    BOOST_TEST(number(tcb, TcbLayout::turin) == 0x0500000004030201U);
    BOOST_TEST(number(tcb, TcbLayout::milan) == 0x0504000000000302U);
    BOOST_TEST((tcb_of(0x0500000004030201U, TcbLayout::turin) == tcb));
}

BOOST_AUTO_TEST_CASE(a_report_is_shown_by_the_names_of_its_fields_and_bits) {
    SnpReport report;
    report.layout = TcbLayout::turin;
    report.policy = snp_bits::must_be_one.mask() | snp_bits::debug.mask();
    report.current_tcb = number({.fmc = 7, .snp = 9}, TcbLayout::turin);
    report.key_info = static_cast<uint32_t>(snp_bits::signing_key.with(1));
    const Bytes bytes = wire::encode_raw(report, {});
    const std::string text = wire::to_text(bytes, wire::annotate_as(bytes, report), wire::Version::v1_4);
    for (const char* line :
         {"POLICY = Reserved, must be one, DEBUG", "CURRENT_TCB = FMC 7, SNP 9", "KEY_INFO = SIGNING_KEY 1"})
        BOOST_TEST(text.contains(line), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::evidence
