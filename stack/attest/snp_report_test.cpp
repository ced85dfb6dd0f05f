#include "stack/attest/snp_report.h"

#include "stack/attest/platform_test_support.h"
#include "stack/wire/variants.h"

namespace assay::attest {

namespace {

Bytes report_of(uint8_t version, uint8_t platform_info = 1) {
    evidence::SnpForm form = genuine_guest();
    form.report_data = Bytes(64);
    form.version = version;
    form.platform_info = platform_info;
    return make(form);
}

std::string reserved_of(const Bytes& report) {
    const auto reserved = reserved_in_use(parse_snp_report(report).value());
    return reserved ? reserved->path : std::string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snp_report)

BOOST_AUTO_TEST_CASE(versions_2_to_5_are_read_and_no_other) {
    for (uint8_t version : Bytes{2, 3, 4, 5}) BOOST_TEST(parse_snp_report(report_of(version)).has_value());
    for (uint8_t version : Bytes{0, 1, 6, 255}) BOOST_TEST(!parse_snp_report(report_of(version)).has_value());
}

BOOST_AUTO_TEST_CASE(the_processor_is_named_from_version_3_on) {
    const SnpReport named = parse_snp_report(report_of(3)).value();
    BOOST_TEST(named.names_processor());
    BOOST_TEST((named.cpuid_fam_id == 0x19 && named.cpuid_mod_id == 1 && named.cpuid_step == 1));
    BOOST_TEST(!parse_snp_report(report_of(2)).value().names_processor());
}

BOOST_AUTO_TEST_CASE(only_version_2_is_laid_out_as_the_caller_says) {
    const Bytes old = report_of(2);
    BOOST_TEST((parse_snp_report(old, TcbLayout::turin).value().layout == TcbLayout::turin));
    BOOST_TEST((parse_snp_report(old).value().layout == TcbLayout::milan));
    const Bytes named = report_of(3);
    BOOST_TEST((parse_snp_report(named, TcbLayout::turin).value().layout == TcbLayout::milan));
}

BOOST_AUTO_TEST_CASE(each_version_has_its_bits_of_the_platform) {
    struct Row {
        uint8_t version, bits;
    };
    for (const Row row : {Row{2, 0x1f}, Row{3, 0x3f}, Row{4, 0x3f}, Row{5, 0xff}}) {
        for (int bit = 0; bit < 8; ++bit) {
            const bool known = (row.bits >> bit & 1) != 0;
            const Bytes report = report_of(row.version, static_cast<uint8_t>(1 << bit));
            BOOST_TEST(reserved_of(report) == (known ? "" : "PLATFORM_INFO"),
                       "bit " << bit << " of version " << int{row.version});
        }
    }
}

BOOST_AUTO_TEST_CASE(a_bit_of_the_platform_that_has_no_name_is_counted) {
    const uint64_t info = 0x41 | uint64_t{1} << 8 | uint64_t{1} << 63;
    const std::vector<std::string> expected = {"smt-en", "iommu-write-safe", "bit-8", "bit-63"};
    BOOST_TEST(platform_info_names(info) == expected, boost::test_tools::per_element());
    BOOST_TEST(unnamed_platform_info(info) == (uint64_t{1} << 8 | uint64_t{1} << 63));
    BOOST_TEST(platform_info_names(0).empty());
}

BOOST_AUTO_TEST_CASE(whatever_the_description_calls_reserved_is_held_to_be_so) {
    for (uint8_t version : Bytes{2, 3, 4, 5}) {
        evidence::SnpForm form = evidence::genuine(evidence::SnpOptions{.version = version});
        form.report_data = Bytes(64);
        const Bytes report = make(form);
        const wire::Annotation annotation = wire::annotate_as(report, parse_snp_report(report).value());
        size_t reserved = 0;
        for (const wire::Variant& variant : wire::malformed_variants(report, annotation)) {
            if (variant.kind == wire::VariantKind::truncated || variant.kind == wire::VariantKind::trailing)
                BOOST_TEST(!parse_snp_report(variant.bytes), variant.text);
            if (variant.kind != wire::VariantKind::reserved) continue;
            const bool open = version == 5 && variant.field == "PLATFORM_INFO";
            BOOST_TEST(reserved_of(variant.bytes) == (open ? "" : variant.field), variant.text);
            ++reserved;
        }
        // Six reserved fields; policy, platform, key and four TCBs; three of version 3 and two of version 5.
        BOOST_TEST(reserved == 13U + (version < 3 ? 3 : 0) + (version < 5 ? 2 : 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
