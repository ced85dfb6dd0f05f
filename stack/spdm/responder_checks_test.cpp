// Each check of the responder that a single request can drive.
#include <boost/test/unit_test.hpp>

#include "stack/spdm/test_bench.h"
#include "stack/wire/header.h"

namespace assay::spdm {

namespace {

using wire::ErrorCode;
using wire::Version;

}  // namespace

BOOST_AUTO_TEST_SUITE(responder_checks)

BOOST_AUTO_TEST_CASE(refusals_carry_the_error_of_their_check) {
    struct Row {
        const char* request = nullptr;
        std::optional<ErrorCode> error;
        Check check{};
        Version version = Version::v1_2;
    };
    const std::string nonce(64, '5');
    const std::string signed_wrong_slot = "12e001ff" + nonce + "08";
    const std::string signed_empty_slot = "12e001ff" + nonce + "01";
    const std::string challenge_slot = "12830800" + nonce;
    const std::string challenge_empty = "12830100" + nonce;
    const std::string challenge_type = "12830002" + nonce;
    const std::string challenge_short_1_3 = "13830000" + nonce;
    const Row rows[] = {
        {"", std::nullopt, Check::message_short},
        {"128200", std::nullopt, Check::message_short},
        {"12840000", ErrorCode::version_mismatch, Check::version_header},
        {"11810000", ErrorCode::version_mismatch, Check::request_version},
        {"12e10000", ErrorCode::unexpected_request, Check::capabilities_order},
        {"12e30000", ErrorCode::unexpected_request, Check::algorithms_order},
        {"12800000", ErrorCode::unsupported_request, Check::request_unknown},
        {"12010000", ErrorCode::unsupported_request, Check::request_unknown},
        {"127f0100", ErrorCode::unsupported_request, Check::request_unknown},
        {"12fc0000", ErrorCode::unsupported_request, Check::request_unknown},
        {"11850000", ErrorCode::unsupported_request, Check::request_unknown, Version::v1_1},
        {"10e40000", ErrorCode::unsupported_request, Check::request_unknown, Version::v1_0},
        {"12e40000", ErrorCode::unsupported_request, Check::request_capability},
        {"12e80000", ErrorCode::unsupported_request, Check::request_capability},
        {"12820000", ErrorCode::invalid_request, Check::certificate_malformed},
        {"1282080000000010", ErrorCode::invalid_request, Check::certificate_slot},
        {"1282010000000010", ErrorCode::invalid_request, Check::certificate_slot_empty},
        {"12820000ffff0010", ErrorCode::invalid_request, Check::certificate_offset},
        {"1282000000000000", ErrorCode::invalid_request, Check::certificate_length},
        {"1482800000000000 0000000000100000", ErrorCode::unsupported_request, Check::certificate_large,
         Version::v1_4},
        {"12830000", ErrorCode::invalid_request, Check::challenge_malformed},
        {challenge_short_1_3.c_str(), ErrorCode::invalid_request, Check::challenge_malformed, Version::v1_3},
        {challenge_slot.c_str(), ErrorCode::invalid_request, Check::challenge_slot},
        {challenge_empty.c_str(), ErrorCode::invalid_request, Check::challenge_slot_empty},
        {challenge_type.c_str(), ErrorCode::invalid_request, Check::challenge_hash_type},
        {"12e00100", ErrorCode::invalid_request, Check::measurements_malformed},
        {"13e00000", ErrorCode::invalid_request, Check::measurements_malformed, Version::v1_3},
        {"12e00009", ErrorCode::invalid_request, Check::measurements_index},
        {signed_wrong_slot.c_str(), ErrorCode::invalid_request, Check::measurements_slot},
        {signed_empty_slot.c_str(), ErrorCode::invalid_request, Check::measurements_slot_empty},
        {"12fe000003", ErrorCode::invalid_request, Check::vendor_malformed},
        {"12fe00000300 03 000000 0000", ErrorCode::invalid_request, Check::vendor_id_length},
        {"12fe00000000 00 0000", ErrorCode::unsupported_request, Check::vendor_unsupported},
        {"14fe80000300 02 de10 0000 00000000", ErrorCode::invalid_request, Check::vendor_large,
         Version::v1_4},
        {"12ff8301", ErrorCode::unexpected_request, Check::ready_nothing},
        {"12ffff01", ErrorCode::invalid_request, Check::ready_itself},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(info(row.check).name << " by " << row.request) {
            Bench bench;
            bench.negotiate(row.version);
            Bytes request = *from_hex(row.request);
            Bytes answer = bench.send(request);
            BOOST_REQUIRE(bench.responder.last_refusal().has_value());
            BOOST_TEST(info(bench.responder.last_refusal()->check).name == info(row.check).name);
            if (!row.error) {
                BOOST_TEST(answer.empty());
                continue;
            }
            BOOST_TEST((error_code_of(answer) == *row.error));
            bool mismatch_of_version = row.check == Check::version_header;
            BOOST_TEST(wire::version_byte(answer) == (mismatch_of_version ? 0x10 : wire::byte(row.version)));
            BOOST_TEST(wire::param2(answer) ==
                       (*row.error == ErrorCode::unsupported_request ? byte(wire::code_of(request)) : 0));
            // The refusal left the connection as it was.
            BOOST_TEST((bench.responder.state() == ConnectionState::negotiated));
            BOOST_TEST(bench.error_of(Bytes{wire::byte(row.version), byte(wire::code::get_digests), 0, 0}) ==
                       0);
        }
    }
}

BOOST_AUTO_TEST_CASE(requester_flags_that_do_not_go_together_are_refused) {
    using namespace wire;
    struct Row {
        uint32_t flags = 0;
        Check check{};
        Version version = Version::v1_2;
        uint32_t data_transfer_size = 4096;
        uint32_t max_size = 4096;
        uint8_t param1 = 0;
        uint8_t ct_exponent = 0;
    };
    const Row rows[] = {
        {cap::psk_with_context | cap::mac, Check::capabilities_psk},
        {cap::key_ex, Check::capabilities_protection},
        {cap::hbeat, Check::capabilities_no_session},
        {cap::mac, Check::capabilities_no_session, Version::v1_1},
        {cap::event, Check::capabilities_event, Version::v1_3},
        {cap::psk_requester | cap::mac | cap::handshake_in_the_clear, Check::capabilities_clear_psk},
        {cap::cert | cap::pub_key_id | cap::chal, Check::capabilities_two_identities},
        {cap::cert, Check::capabilities_identity_use},
        {cap::cert, Check::capabilities_identity_use, Version::v1_3},
        {cap::chal, Check::capabilities_identity},
        {cap::ep_info_sig, Check::capabilities_identity, Version::v1_3},
        // An identity's use is EP_INFO_CAP, so that MUT_AUTH_CAP alone offends.
        {cap::cert | cap::ep_info_sig | cap::mut_auth, Check::capabilities_mut_auth, Version::v1_3},
        {cap::cert | cap::chal | cap::mut_auth, Check::capabilities_mut_auth_encap, Version::v1_1},
        {cap::multi_key | cap::cert | cap::chal, Check::capabilities_two_bits, Version::v1_3},
        {cap::multi_key_only | cap::pub_key_id | cap::chal, Check::capabilities_multi_key, Version::v1_3},
        {0, Check::capabilities_transfer_size, Version::v1_2, 41, 41},
        {0, Check::capabilities_max_size, Version::v1_2, 4096, 4095},
        {0, Check::capabilities_equal_sizes, Version::v1_2, 4096, 4097},
        {0, Check::capabilities_supported_chunk, Version::v1_3, 4096, 4096, kSupportedAlgorithms},
        {0, Check::capabilities_ct_exponent, Version::v1_1, 0, 0, 0, 32},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(info(row.check).name << " at " << wire::name(row.version)) {
            GetCapabilities message{.param1 = row.param1,
                                    .ct_exponent = row.ct_exponent,
                                    .flags = row.flags,
                                    .data_transfer_size = row.data_transfer_size,
                                    .max_spdm_msg_size = row.max_size};
            Bench bench;
            bench.send(GetVersion{});
            bench.context.version = row.version;
            Bytes answer = bench.send(message);
            BOOST_TEST((error_code_of(answer) == ErrorCode::invalid_request));
            BOOST_TEST(wire::version_byte(answer) == byte(row.version));
            BOOST_REQUIRE(bench.responder.last_refusal().has_value());
            BOOST_TEST(info(bench.responder.last_refusal()->check).name == info(row.check).name);
            BOOST_TEST((bench.responder.state() == ConnectionState::after_version));

            FaultConfig faults;
            faults.waive(row.check);
            Bench waived(test_device(), faults);
            waived.send(GetVersion{});
            waived.context.version = row.version;
            answer = waived.send(message);
            bool next_check =
                wire::code_of(answer) == code::error && waived.responder.last_refusal()->check != row.check;
            BOOST_TEST((wire::code_of(answer) == code::capabilities || next_check));
        }
    }
}

BOOST_AUTO_TEST_CASE(get_capabilities_is_refused_by_version_and_size) {
    Bench bench;
    bench.device.versions = {Version::v1_1, Version::v1_2};
    bench.send(wire::GetVersion{});
    Bytes answer = bench.send_hex("13e10000 00000000 00000000 00100000 00100000");
    BOOST_TEST((error_code_of(answer) == ErrorCode::version_mismatch));
    BOOST_TEST(wire::version_byte(answer) == 0x10);
    BOOST_TEST((bench.responder.last_refusal()->check == Check::capabilities_version));
    answer = bench.send_hex("12e10000 00000000 00000000");
    BOOST_TEST((error_code_of(answer) == ErrorCode::invalid_request));
    BOOST_TEST(wire::version_byte(answer) == 0x12);
    BOOST_TEST((bench.responder.last_refusal()->check == Check::capabilities_size));
    answer = bench.send_hex("12e10000 00000000 00000000 00100000 00100000");
    BOOST_TEST(wire::code_of(answer) == wire::code::capabilities);
}

BOOST_AUTO_TEST_CASE(algorithms_that_do_not_fit_are_refused) {
    using namespace wire;
    struct Row {
        Check check;
        void (*edit)(NegotiateAlgorithms&);
    };
    auto one_struct = [](NegotiateAlgorithms& m, std::vector<AlgStruct> structs) {
        m.alg_structs = std::move(structs);
        m.param1 = static_cast<uint8_t>(m.alg_structs.size());
    };
    static auto with = one_struct;
    const Row rows[] = {
        {Check::algorithms_malformed, [](NegotiateAlgorithms& m) { m.param1 = 1; }},
        {Check::algorithms_extended, [](NegotiateAlgorithms& m) { m.ext_asym.resize(21); }},
        {Check::algorithms_type, [](NegotiateAlgorithms& m) { with(m, {{1, 0x20, 1, {}}}); }},
        {Check::algorithms_type, [](NegotiateAlgorithms& m) { with(m, {{6, 0x20, 1, {}}}); }},
        {Check::algorithms_type_order,
         [](NegotiateAlgorithms& m) { with(m, {{3, 0x20, 1, {}}, {2, 0x20, 1, {}}}); }},
        {Check::algorithms_type_order,
         [](NegotiateAlgorithms& m) { with(m, {{2, 0x20, 1, {}}, {2, 0x20, 1, {}}}); }},
        {Check::algorithms_fixed_count, [](NegotiateAlgorithms& m) { with(m, {{2, 0x30, 1, {}}}); }},
        {Check::algorithms_empty_struct, [](NegotiateAlgorithms& m) { with(m, {{2, 0x20, 0, {}}}); }},
        {Check::algorithms_multi_key,
         [](NegotiateAlgorithms& m) { m.other_params_support |= kMultiKeyConn; }},
        {Check::algorithms_common, [](NegotiateAlgorithms& m) { m.base_asym_algo = 1; }},
        {Check::algorithms_common, [](NegotiateAlgorithms& m) { m.base_hash_algo = 0x40; }},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(info(row.check).name) {
            Bench bench;
            bench.send(GetVersion{});
            bench.context.version = Version::v1_3;
            bench.capabilities.data_transfer_size = bench.capabilities.max_spdm_msg_size = 4096;
            bench.send(bench.capabilities);
            NegotiateAlgorithms message = bench.algorithms;
            row.edit(message);
            message.spdm_version = byte(Version::v1_3);
            Bytes raw = encode_raw(message, bench.context);
            // Extended algorithms go beyond the largest Length: let it be counted all the same.
            Bytes answer = bench.send(raw);
            BOOST_TEST((error_code_of(answer) == ErrorCode::invalid_request));
            Check check = bench.responder.last_refusal()->check;
            bool too_long = row.check == Check::algorithms_extended && check == Check::algorithms_malformed;
            BOOST_TEST((check == row.check || too_long));
            BOOST_TEST((bench.responder.state() == ConnectionState::after_capabilities));
            BOOST_TEST(bench.responder.parameters().base_asym == 0U);
            // A good one is still taken.
            BOOST_TEST(wire::code_of(bench.send(bench.algorithms)) == code::algorithms);
        }
    }
}

BOOST_AUTO_TEST_CASE(as_many_extended_algorithms_as_the_version_has_are_taken) {
    using namespace wire;
    struct Row {
        Version version;
        size_t most;
    };
    for (const Row& row : {Row{Version::v1_0, 8}, Row{Version::v1_1, 20}, Row{Version::v1_4, 20}}) {
        for (size_t count : {row.most, row.most + 1}) {
            BOOST_TEST_CONTEXT(count << " at " << wire::name(row.version)) {
                Bench bench;
                bench.send(GetVersion{});
                bench.context.version = row.version;
                bench.capabilities.data_transfer_size = bench.capabilities.max_spdm_msg_size = 4096;
                bench.send(bench.capabilities);
                NegotiateAlgorithms message = bench.algorithms;
                message.ext_asym.resize(count);
                message.spdm_version = byte(row.version);
                Bytes answer = bench.send(encode_raw(message, bench.context));
                BOOST_REQUIRE_GE(answer.size(), 4U);
                BOOST_TEST(wire::code_of(answer) == (count == row.most ? code::algorithms : code::error));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_request_larger_than_the_greatest_message_is_refused) {
    for (Version version : {Version::v1_1, Version::v1_2, Version::v1_4}) {
        for (size_t more : {size_t{0}, size_t{1}, size_t{60000}}) {
            Bench bench;
            bench.negotiate(version);
            Bytes request{
                wire::byte(version), byte(wire::code::vendor_defined_request), 0, 0, 3, 0, 2, 0xde, 0x10};
            size_t payload = bench.device.max_msg_size + more - request.size() - 2;
            if (payload > 0xffff) payload = 0xffff;
            request.push_back(static_cast<uint8_t>(payload));
            request.push_back(static_cast<uint8_t>(payload >> 8));
            request.resize(request.size() + payload);
            Bytes answer = bench.send(request);
            bool stated = version >= Version::v1_2;
            const auto& refusal = bench.responder.last_refusal();
            bool refused = refusal && refusal->check == Check::request_size;
            BOOST_TEST(refused == (stated && more > 0));
            if (refused) BOOST_TEST((error_code_of(answer) == ErrorCode::request_too_large));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_the_device_cannot_do_is_refused) {
    using namespace wire;
    const std::string nonce(64, '5');
    struct Row {
        Check check{};
        std::string request;
        ErrorCode error{};
        Version version = Version::v1_2;
        uint32_t flags = cap::cert | cap::chal | cap::meas_sig;
        uint8_t measurement_specification = kMeasurementSpecDmtf;
        bool vendor = true;
    };
    const uint32_t no_sig = cap::cert | cap::chal | cap::meas_no_sig;
    const Row rows[] = {
        {Check::measurements_no_signature, "12e001ff" + nonce + "00", ErrorCode::invalid_request,
         Version::v1_2, no_sig},
        {Check::measurements_specification, "12e00000", ErrorCode::unexpected_request, Version::v1_2, no_sig,
         0},
        {Check::challenge_summary, "12830001" + nonce, ErrorCode::invalid_request, Version::v1_2, no_sig, 0},
        {Check::challenge_summary, "128300ff" + nonce, ErrorCode::invalid_request, Version::v1_2,
         cap::cert | cap::chal},
        {Check::request_capability, "12e00000", ErrorCode::unsupported_request, Version::v1_2,
         cap::cert | cap::chal},
        {Check::request_capability, "12830000" + nonce, ErrorCode::unsupported_request, Version::v1_2,
         cap::cert | cap::meas_sig},
        {Check::request_capability, "12810000", ErrorCode::unsupported_request, Version::v1_2,
         cap::meas_no_sig},
        {Check::session_absent, "13e20000", ErrorCode::session_required, Version::v1_3, no_sig | cap::event},
        {Check::vendor_unsupported, "12fe000003000200000000", ErrorCode::unsupported_request, Version::v1_2,
         no_sig, 1, false},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(info(row.check).name << " by " << row.request) {
            Device device = test_device();
            device.flags = row.flags;
            if (!row.vendor) device.vendor = {};
            for (bool waived : {false, true}) {
                Bench bench(device, waived ? waiving(row.check) : FaultConfig{});
                bench.algorithms.measurement_specification = row.measurement_specification;
                bench.negotiate(row.version);
                Bytes answer = bench.send_hex(row.request);
                std::optional<Refusal> refusal = bench.responder.last_refusal();
                if (waived) {
                    BOOST_TEST((!refusal || refusal->check != row.check));
                    BOOST_TEST(!answer.empty());
                } else {
                    BOOST_REQUIRE(refusal.has_value());
                    BOOST_TEST(info(refusal->check).name == info(row.check).name);
                    BOOST_TEST((error_code_of(answer) == row.error));
                }
            }
        }
    }
}

// A message that a check refuses goes on when that check is waived: the one reason for waiving.
BOOST_AUTO_TEST_CASE(a_waived_check_lets_its_request_through) {
    struct Row {
        Check check;
        std::string request;
        wire::Code answer;
    };
    const std::string nonce(64, '5');
    const Row rows[] = {
        {Check::message_short, "1281", wire::code::digests},
        {Check::request_version, "11810000", wire::code::digests},
        {Check::certificate_offset, "12820000ffff0010", wire::code::certificate},
        {Check::certificate_length, "1282000000000000", wire::code::certificate},
        {Check::certificate_malformed, "12820000", wire::code::error},  // Length reads as zero
        {Check::challenge_slot, "12830800" + nonce, wire::code::challenge_auth},
        {Check::challenge_slot_empty, "12830100" + nonce, wire::code::challenge_auth},
        {Check::challenge_malformed, "12830000", wire::code::challenge_auth},
        {Check::challenge_hash_type, "12830002" + nonce, wire::code::challenge_auth},
        {Check::measurements_malformed, "12e00100", wire::code::measurements},
        {Check::measurements_index, "12e00009", wire::code::measurements},
        {Check::measurements_slot, "12e001ff" + nonce + "08", wire::code::measurements},
        {Check::measurements_slot_empty, "12e001ff" + nonce + "01", wire::code::measurements},
        {Check::vendor_unsupported, "12fe00000000000000", wire::code::vendor_defined_response},
        {Check::vendor_malformed, "12fe00000300", wire::code::error},
        {Check::vendor_id_length, "12fe00000300030000000000", wire::code::vendor_defined_response},
        {Check::version_header, "12840000", wire::code::version},
        {Check::request_unknown, "12800000", wire::code::error},
        {Check::request_capability, "12e40000", wire::code::error},
        {Check::ready_nothing, "12ff8301", wire::code::error},
        {Check::certificate_slot, "1282080000000010", wire::code::certificate},
        {Check::certificate_slot_empty, "1282010000000010", wire::code::certificate},
        {Check::algorithms_order, "12e30000", wire::code::error},
        {Check::capabilities_order, "12e1000000000000000000000010000000100000", wire::code::capabilities},
    };
    for (const Row& row : rows) {
        BOOST_TEST_CONTEXT(info(row.check).name) {
            Bench strict;
            strict.negotiate(Version::v1_2);
            strict.send_hex(row.request);
            BOOST_REQUIRE(strict.responder.last_refusal().has_value());
            BOOST_TEST(info(strict.responder.last_refusal()->check).name == info(row.check).name);
            FaultConfig faults;
            faults.waive(row.check);
            Bench bench(test_device(), faults);
            bench.negotiate(Version::v1_2);
            Bytes answer = bench.send_hex(row.request);
            BOOST_REQUIRE_GE(answer.size(), 4U);
            BOOST_TEST(wire::code_of(answer) == row.answer);
            bool again = bench.responder.last_refusal() && bench.responder.last_refusal()->check == row.check;
            BOOST_TEST(!again);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
