#include "stack/attest/gpu_report.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "stack/attest/fwid.h"
#include "stack/attest/vca.h"
#include "stack/base/writer.h"

namespace assay::attest {

namespace {

struct Block {
    uint8_t index = 1, specification = 1, type = 1;
    Bytes value = Bytes(48, 7);
};

// A report without a good signature, which another check finds.
struct Form {
    uint8_t attributes = 1, operation = 0xff, request_version = 0x11, response_version = 0x11, slot = 0,
            param1 = 0;
    uint8_t nonce = 0xaa;
    std::vector<Block> blocks = {{.index = 1}, {.index = 2}};
    uint8_t count = 2;
    Bytes record_tail, tail;

    Bytes bytes() const {
        Writer record;
        for (const Block& block : blocks) {
            const auto size = static_cast<uint16_t>(block.value.size());
            record.u8(block.index).u8(block.specification).u16(static_cast<uint16_t>(size + 3));
            record.u8(block.type).u16(size).bytes(block.value);
        }
        record.bytes(record_tail);
        Writer out;
        out.u8(request_version).u8(0xe0).u8(attributes).u8(operation).bytes(Bytes(32, nonce)).u8(slot);
        out.u8(response_version).u8(0x60).u8(param1).u8(0).u8(count).uint_le(record.size(), 3);
        out.bytes(record.view()).zeros(32).u16(0).zeros(96).bytes(tail);
        return std::move(out).take();
    }
};

Appraisal appraised(const Bytes& bytes, wire::Version version, const Policy& policy) {
    GpuEvidence evidence;
    evidence.version = version;
    evidence.report.bytes = bytes;
    wire::Nonce nonce;
    nonce.fill(0xaa);
    Appraisal appraisal;
    appraise_report(appraisal, "gpu-0", evidence, nonce, policy);
    return appraisal;
}

std::vector<Check> refused(const Bytes& bytes, wire::Version version = wire::Version::v1_1,
                           const Policy& policy = {}) {
    const Appraisal appraisal = appraised(bytes, version, policy);
    std::vector<Check> checks;
    for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
    return checks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gpu_report_suite)

BOOST_AUTO_TEST_CASE(a_good_report_holds_every_rule) { BOOST_TEST(refused(Form().bytes()).empty()); }

BOOST_AUTO_TEST_CASE(each_rule_is_broken_alone) {
    struct Row {
        Check check;
        void (*edit)(Form&);
    };
    const Row rows[] = {
        {Check::report_trailing, [](Form& form) { form.tail = {1}; }},
        {Check::report_trailing, [](Form& form) { form.tail = {0, 0}; }},
        {Check::report_request, [](Form& form) { form.operation = 1; }},
        {Check::report_request, [](Form& form) { form.attributes = 3; }},
        {Check::report_version, [](Form& form) { form.request_version = 0x12; }},
        {Check::report_version, [](Form& form) { form.response_version = 0x10; }},
        {Check::report_reserved, [](Form& form) { form.slot = 0x10; }},
        {Check::report_reserved, [](Form& form) { form.param1 = 1; }},
        {Check::report_nonce, [](Form& form) { form.nonce = 0xab; }},
        {Check::block_form, [](Form& form) { form.record_tail = {3, 1, 0}; }},
        {Check::block_count, [](Form& form) { form.count = 3; }},
        {Check::block_kind, [](Form& form) { form.blocks[1].type = 2; }},
        {Check::block_kind, [](Form& form) { form.blocks[1].value.resize(32); }},
        {Check::block_kind, [](Form& form) { form.blocks[1].specification = 2; }},
        {Check::block_index, [](Form& form) { form.blocks[1].index = 0; }},
        {Check::block_index, [](Form& form) { form.blocks[1].index = 0xf0; }},
        {Check::block_duplicate, [](Form& form) { form.blocks[1].index = 1; }},
    };
    for (const Row& row : rows) {
        Form form;
        row.edit(form);
        BOOST_TEST((refused(form.bytes()) == std::vector{row.check}),
                   info(row.check).name << " of row " << (&row - rows));
    }
}

BOOST_AUTO_TEST_CASE(one_zero_behind_a_report_is_warned_of_or_refused_as_the_policy_says) {
    Form form;
    form.tail = {0};
    const Appraisal appraisal = appraised(form.bytes(), wire::Version::v1_1, {});
    BOOST_TEST(appraisal.refusals().empty());
    const auto warned = std::ranges::find_if(appraisal.records(), &CheckRecord::warned);
    BOOST_REQUIRE((warned != appraisal.records().end()));
    BOOST_TEST((warned->check == Check::report_trailing));
    BOOST_TEST(warned->offset == form.bytes().size() - 1);
    Policy policy;
    policy.report_padding = false;
    BOOST_TEST((refused(form.bytes(), wire::Version::v1_1, policy) == std::vector{Check::report_trailing}));
}

BOOST_AUTO_TEST_CASE(a_report_that_breaks_off_anywhere_is_malformed) {
    const Bytes bytes = Form().bytes();
    for (size_t size = 0; size < bytes.size(); ++size)
        BOOST_TEST((refused(Bytes(bytes.begin(), bytes.begin() + static_cast<long>(size))) ==
                    std::vector{Check::report_form}));
}

BOOST_AUTO_TEST_CASE(a_mode_is_read_from_1_2_on_and_tells_of_debuggers) {
    Form form;
    form.request_version = form.response_version = 0x12;
    form.blocks[1] = {.index = 0xfe, .type = 0x85, .value = Bytes(16)};
    BOOST_TEST(refused(form.bytes(), wire::Version::v1_2).empty());
    form.request_version = form.response_version = 0x11;
    BOOST_TEST(!refused(form.bytes()).empty());
}

BOOST_AUTO_TEST_CASE(the_opening_of_the_connection_is_there_from_1_2_on_and_not_before) {
    for (const wire::Version version : {wire::Version::v1_1, wire::Version::v1_2}) {
        for (const bool present : {false, true}) {
            GpuEvidence evidence;
            evidence.version = version;
            if (present) evidence.vca.bytes = {0x10};
            Appraisal appraisal;
            appraise_vca(appraisal, "gpu-0", evidence);
            const bool good = version == wire::Version::v1_1 && !present;
            BOOST_TEST(appraisal.refusals().empty() == good);
        }
    }
}

BOOST_AUTO_TEST_CASE(both_shapes_of_the_firmwares_identity_are_read_and_refused_when_they_break_off) {
    const std::string digest(96, '5');
    const Bytes composite = from_hex(
                                "3046020101"
                                "3002"
                                "0500"
                                "303d"
                                "0609608648016503040202"
                                "0430" +
                                digest)
                                .value();
    const Bytes tcb = from_hex(
                          "3044"
                          "830105"
                          "a63f"
                          "303d"
                          "0609608648016503040202"
                          "0430" +
                          digest)
                          .value();
    BOOST_TEST(to_hex(parse_composite_device_id(composite).value().digest) == digest);
    const auto info = parse_tcb_info(tcb);
    BOOST_REQUIRE(info.has_value());
    BOOST_TEST(to_hex(info->digest) == digest);
    BOOST_TEST((info->svn == 5U));
    for (size_t size = 0; size < composite.size(); ++size)
        BOOST_TEST(!parse_composite_device_id(ByteView(composite).first(size)));
    for (size_t size = 0; size < tcb.size(); ++size) BOOST_TEST(!parse_tcb_info(ByteView(tcb).first(size)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
