// Faults in VCA, and in any response.
#include "conformance/suites/requester/fault.h"

namespace assay::cases::requester {

using namespace wire;
using spdm::Check;
using spdm::Identity;

namespace {

constexpr Version v1_1 = Version::v1_1, v1_3 = Version::v1_3;

Fault flags(uint32_t value) {
    return fields<Capabilities>([value](Capabilities& m) { m.flags = value; });
}
Fault algorithms(const std::function<void(Algorithms&)>& change) { return fields<Algorithms>(change); }

// What RequesterMultiKeyConnSel may be set for is said by the requester's flags.
bool has_one_key(const FaultContext& now) { return (now.parameters.requester_flags & cap::multi_key) == 0; }

void add_response_faults(std::vector<FaultRow>& rows) {
    const wire::Code digests = code::get_digests;
    const FaultRow more[] = {
        {Check::response_short, {}, bytes(digests, [](Bytes& b) { b.resize(3); }), {}},
        {Check::response_code, {}, bytes(digests, [](Bytes& b) { b[1] = byte(code::certificate); }), {}},
        {Check::response_version, {}, bytes(digests, [](Bytes& b) { b[0] ^= 1; }), {}},
        {Check::response_malformed, {}, bytes(digests, [](Bytes& b) { b.resize(40); }), {}},
        {Check::response_malformed, {}, answer(code::get_version, "100400000000"), {}},
        {Check::response_error, {}, answer(digests, "127f0100")},
        {Check::not_ready_forbidden, {}, answer(code::get_capabilities, "127f42000ae10102"), {}},
        {Check::not_ready_code, {}, answer(digests, "127f42000a820102"), {}},
        {Check::not_ready_timing, {}, answer(digests, "127f42000a810101"), {}},
        {Check::not_ready_timing, {}, answer(digests, "127f420020810102"), {}},
        {Check::not_ready_timing, {}, answer(digests, "127f4200ff810102"), {}},
        {Check::retries, {}, answer(digests, "127f0300", 20)},
        {Check::version_common, {}, answer(code::get_version, "10040000 00 01 0020"), {}},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

void add_capabilities_faults(std::vector<FaultRow>& rows) {
    const uint32_t plain = cap::cert | cap::chal | cap::meas_sig;
    const FaultRow more[] = {
        {Check::caps_measurement, {}, flags(plain | cap::meas), {}},
        {Check::caps_measurement, {v1_1}, flags(plain | cap::psk | cap::mac), {}},
        {Check::caps_fresh, {}, flags(cap::cert | cap::chal | cap::meas_fresh), {}},
        {Check::caps_1_0, {}, flags(cap::cert), {}},
        {Check::caps_1_0, {}, flags(cap::chal | cap::meas_sig)},
        {Check::caps_session, {}, flags(plain | cap::key_ex), {}},
        {Check::caps_session, {}, flags(plain | cap::mac), {}},
        {Check::caps_session, {v1_3}, flags(plain | cap::event), {}},
        {Check::caps_session,
         {},
         flags(plain | cap::psk_no_context | cap::mac | cap::handshake_in_the_clear),
         {}},
        {Check::caps_identity, {}, flags(cap::chal | cap::meas_sig)},
        {Check::caps_identity, {}, flags(cap::cert), {}},
        {Check::caps_two_identities, {}, flags(plain | cap::pub_key_id), {}},
        {Check::caps_mut_auth, {}, flags(cap::cert | cap::meas_sig | cap::mut_auth), {}},
        {Check::caps_mut_auth, {v1_1, v1_1}, flags(plain | cap::mut_auth), {}},
        {Check::caps_certificates, {}, flags(plain | cap::csr), {}},
        {Check::caps_certificates, {}, flags(plain | cap::cert_install_reset), {}},
        {Check::caps_multi_key, {}, flags(plain | cap::multi_key), {}},
        {Check::caps_multi_key, {}, flags(plain | cap::multi_key_negotiable), {}},
        {Check::caps_key_pair_reset, {}, flags(plain | cap::set_key_pair_reset), {}},
        {Check::caps_transfer_sizes,
         {},
         fields<Capabilities>([](Capabilities& m) { m.data_transfer_size = 41; }),
         {}},
        {Check::caps_transfer_sizes,
         {},
         fields<Capabilities>([](Capabilities& m) { m.max_spdm_msg_size -= 1; }),
         {}},
        // CHALLENGE has 44 bytes at 1.3.
        {Check::request_fits,
         {v1_3},
         {},
         {},
         [](Ends& ends) {
             ends.device.data_transfer_size = ends.device.max_msg_size = kMinDataTransferSize;
         }},
        {Check::caps_supported_block,
         {},
         fields<Capabilities>([](Capabilities& m) {
             m.param1 = kSupportedAlgorithms;
             m.supported.length = 30;
         }),
         {}},
        {Check::caps_ct_exponent, {}, fields<Capabilities>([](Capabilities& m) { m.ct_exponent = 32; }), {}},
        {Check::caps_ct_exponent, {}, fields<Capabilities>([](Capabilities& m) { m.ct_exponent = 255; }), {}},
    };
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

void add_algorithms_faults(std::vector<FaultRow>& rows) {
    const FaultRow more[] = {
        {Check::algs_one_bit, {}, algorithms([](Algorithms& m) { m.base_asym_sel |= 1; }), {}},
        {Check::algs_one_bit, {}, algorithms([](Algorithms& m) { m.measurement_hash_algo |= 1; }), {}},
        {Check::algs_offered, {}, algorithms([](Algorithms& m) { m.base_hash_sel = 2; }), {}},
        {Check::algs_offered, {}, algorithms([](Algorithms& m) { m.measurement_hash_algo = 0x100; }), {}},
        {Check::algs_offered,
         {v1_3},
         fields<Algorithms>([](Algorithms& m) { m.other_params_selection |= kMultiKeyConn; }, has_one_key),
         {}},
        {Check::algs_required, {}, algorithms([](Algorithms& m) { m.base_hash_sel = 0; }), {}},
        {Check::algs_required, {}, algorithms([](Algorithms& m) { m.base_asym_sel = 0; }), {}},
        {Check::algs_measurement, {}, algorithms([](Algorithms& m) { m.measurement_hash_algo = 0; }), {}},
        {Check::algs_measurement,
         {},
         algorithms([](Algorithms& m) { m.measurement_specification_sel = 0; }),
         {}},
        {Check::algs_structs,
         {},
         algorithms([](Algorithms& m) {
             m.param1 = 1;
             m.alg_structs = {{2, 0x20, 0, {}}};
         }),
         {}},
        {Check::algs_extended, {}, algorithms([](Algorithms& m) { m.ext_asym_sel.resize(1); }), {}},
        {Check::algs_opaque,
         {},
         algorithms([](Algorithms& m) { m.other_params_selection = 3; }),
         [](Ends& ends) { ends.settings.opaque_formats = 3; }},
        {Check::algs_mel,
         {},
         algorithms([](Algorithms& m) { m.mel_specification_sel = kMelSpecDmtf; }),
         [](Ends& ends) { ends.settings.mel_specification = kMelSpecDmtf; }}};
    rows.insert(rows.end(), std::begin(more), std::end(more));
}

}  // namespace

void add_vca_faults(std::vector<FaultRow>& rows) {
    add_response_faults(rows);
    add_capabilities_faults(rows);
    add_algorithms_faults(rows);
}

}  // namespace assay::cases::requester
