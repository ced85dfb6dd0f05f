// Each check of the requester, driven by a responder that lies: refused by that check and no other, and let
// through when it is waived.
#include <boost/test/unit_test.hpp>
#include <set>

#include "stack/spdm/test_support.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/version.h"

namespace assay::spdm {

namespace {

using namespace wire;
using crypto::HashAlgo;
using crypto::SignAlgo;

constexpr Version v1_0 = Version::v1_0, v1_1 = Version::v1_1, v1_2 = Version::v1_2, v1_3 = Version::v1_3,
                  v1_4 = Version::v1_4;

// Where the exchange stands when a lie is told.
struct Moment {
    Pair& pair;
    const Bytes& request;

    Context context() const {
        Context context = pair.context();
        if (request[1] == code::challenge) context.measurement_summary = request[3] != summary::none;
        if (request[1] == code::get_measurements) context.signed_response = signed_measurements();
        return context;
    }
    bool signed_measurements() const { return (request[2] & kSignatureRequested) != 0; }

    // The signature that a responder with the right key would give to `response`: its lies are covered.
    void sign(Bytes& response) const {
        bool challenge = request[1] == code::challenge;
        if (!challenge && !signed_measurements()) return;
        const Parameters& p = pair.requester.parameters();
        Bytes transcript;
        for (const auto& [asked, answered] : pair.log) {
            bool vca = asked[1] == code::get_version || asked[1] == code::get_capabilities ||
                       asked[1] == code::negotiate_algorithms;
            bool measured = asked[1] == code::get_measurements;
            bool covered = challenge || measured || (vca && p.version >= v1_2);
            if (covered) transcript = concat({transcript, asked, answered});
        }
        size_t size = crypto::signature_size(p.suite().sign);
        response.resize(response.size() - size);
        transcript = concat({transcript, request, response});
        auto signature = sign_transcript(real(), p.suite(), test_pki(p.suite().sign).leaf_key,
                                         challenge ? kChallengeAuthContext : kMeasurementsContext,
                                         real().digest(p.suite().hash, transcript));
        append(response, signature.value());
    }
};

// A lie: given the request, changes its response.
using Lie = std::function<void(const Moment&, Bytes& response)>;

// Changes the fields of one kind of response, every time it comes, and signs it anew.
template <class M>
Lie fields(const std::function<void(M&)>& change, const std::function<bool(const Moment&)>& when = {}) {
    return [change, when](const Moment& now, Bytes& response) {
        if (response.size() < 2 || response[1] != M::kCode || (when && !when(now))) return;
        M message = *decode<M>(response, now.context());
        change(message);
        response = encode_raw(message, now.context());
        if (response.size() > 100) now.sign(response);
    };
}

// Changes bytes, the first time that a request of the kind is answered.
Lie bytes(uint8_t code, const std::function<void(Bytes&)>& change, unsigned times = 1) {
    return [code, change, times](const Moment& now, Bytes& response) mutable {
        if (now.request[1] != code || times == 0) return;
        --times;
        change(response);
    };
}
Lie answer(uint8_t code, std::string_view hex, unsigned times = 1) {
    return bytes(code, [instead = *from_hex(hex)](Bytes& response) { response = instead; }, times);
}

// A lie in CAPABILITIES' flags.
Lie flags(uint32_t value) {
    return fields<Capabilities>([value](Capabilities& m) { m.flags = value; });
}
Lie algorithms(const std::function<void(Algorithms&)>& change) { return fields<Algorithms>(change); }

bool operation(const Moment& now, uint8_t wanted) { return now.request[3] == wanted; }
// A lie in the MEASUREMENTS that answer one operation, signed or not.
Lie measurements(uint8_t wanted, const std::function<void(Measurements&)>& change) {
    return fields<Measurements>(change, [wanted](const Moment& now) { return operation(now, wanted); });
}
Lie signed_measurements(const std::function<void(Measurements&)>& change) {
    return fields<Measurements>(change, [](const Moment& now) { return now.signed_measurements(); });
}
// A lie in the blocks of a full record.
Lie blocks(const std::function<void(std::vector<MeasurementBlock>&)>& change) {
    return measurements(kAllMeasurements, [change](Measurements& m) {
        auto record = *decode<MeasurementRecord>(m.measurement_record, {});
        change(record.blocks);
        m.measurement_record = encode_raw(record, {});
        m.number_of_blocks = static_cast<uint8_t>(record.blocks.size());
    });
}

void flip(Bytes& bytes) { bytes.back() ^= 1; }

// Another identity for slots 0 and 2.
using Setup = std::function<void(Device&, RequesterConfig&)>;
Setup identity(const std::function<void(Identity&)>& change) {
    return [change](Device& device, RequesterConfig&) {
        for (auto& slot : device.identities[SignAlgo::ecdsa_p256]) {
            if (slot) change(*slot);
        }
    };
}
Setup leaf(const std::function<void(crypto::CertificateSpec&)>& change) {
    crypto::CertificateSpec spec;
    change(spec);
    return identity([spec](Identity& who) {
        auto pki = crypto::make_test_pki(SignAlgo::ecdsa_p256, SignAlgo::ed25519, HashAlgo::sha256,
                                         "spdm test", &spec);
        who = identity_of(pki.value());
    });
}
Bytes chain_with_a_plain_intermediate() {
    const crypto::TestPki& pki = test_pki(SignAlgo::ecdsa_p256);
    crypto::CertificateSpec spec;
    spec.subject = "spdm test intermediate";
    spec.issuer = "spdm test root";
    spec.not_before = pki.root.not_before();
    spec.not_after = pki.root.not_after();
    spec.serial = 9;
    spec.key_cert_sign = true;
    auto made =
        crypto::make_certificate(spec, pki.intermediate_key.public_key(), pki.root_key, HashAlgo::sha256);
    return concat({pki.root.der(), made.value().der(), pki.leaf.der()});
}

struct Row {
    Check check;
    Version version = v1_2;
    Lie lie = {};
    Setup setup = {};
    bool completes = true;  // when the check is waived; else another check refuses
};

std::vector<Row> rows() {
    const uint32_t plain = cap::cert | cap::chal | cap::meas_sig;
    const uint8_t digests = code::get_digests;
    std::vector<Row> all = {
        {Check::response_short, v1_2, bytes(digests, [](Bytes& b) { b.resize(3); }), {}, false},
        {Check::response_code, v1_2, bytes(digests, [](Bytes& b) { b[1] = code::certificate; }), {}, false},
        {Check::response_version, v1_2, bytes(digests, [](Bytes& b) { b[0] = 0x13; }), {}, false},
        {Check::response_malformed, v1_2, bytes(digests, [](Bytes& b) { b.resize(40); }), {}, false},
        {Check::response_malformed, v1_2, answer(code::get_version, "100400000000"), {}, false},
        {Check::response_error, v1_2, answer(digests, "127f0100")},
        {Check::not_ready_forbidden, v1_2, answer(code::get_capabilities, "127f42000ae10102"), {}, false},
        {Check::not_ready_code, v1_2, answer(digests, "127f42000a820102"), {}, false},
        {Check::not_ready_timing, v1_2, answer(digests, "127f42000a810101"), {}, false},
        {Check::not_ready_timing, v1_2, answer(digests, "127f420020810102"), {}, false},
        {Check::not_ready_timing, v1_2, answer(digests, "127f4200ff810102"), {}, false},
        {Check::retries, v1_2, answer(digests, "127f0300", 20)},
        // Without it our own highest is tried, which signs what was not said.
        {Check::version_common, v1_2, answer(code::get_version, "10040000 00 01 0020"), {}, false},

        {Check::caps_measurement, v1_2, flags(plain | cap::meas), {}, false},
        {Check::caps_measurement, v1_2, flags(plain | cap::psk | cap::mac), {}, false},
        {Check::caps_fresh, v1_2, flags(cap::cert | cap::chal | cap::meas_fresh), {}, false},
        {Check::caps_1_0, v1_0, flags(cap::cert), {}, false},
        {Check::caps_1_0, v1_0, flags(cap::chal | cap::meas_sig)},
        {Check::caps_session, v1_2, flags(plain | cap::key_ex), {}, false},
        {Check::caps_session, v1_2, flags(plain | cap::mac), {}, false},
        {Check::caps_session, v1_3, flags(plain | cap::event), {}, false},
        {Check::caps_session,
         v1_1,
         flags(plain | cap::psk_no_context | cap::mac | cap::handshake_in_the_clear),
         {},
         false},
        {Check::caps_identity, v1_2, flags(cap::chal | cap::meas_sig)},
        {Check::caps_identity, v1_2, flags(cap::cert), {}, false},
        {Check::caps_two_identities, v1_2, flags(plain | cap::pub_key_id), {}, false},
        {Check::caps_mut_auth, v1_2, flags(cap::cert | cap::meas_sig | cap::mut_auth), {}, false},
        {Check::caps_mut_auth, v1_1, flags(plain | cap::mut_auth), {}, false},
        {Check::caps_certificates, v1_2, flags(plain | cap::csr), {}, false},
        {Check::caps_certificates, v1_2, flags(plain | cap::cert_install_reset), {}, false},
        {Check::caps_multi_key, v1_3, flags(plain | cap::multi_key), {}, false},
        {Check::caps_multi_key, v1_3, flags(plain | cap::multi_key_negotiable), {}, false},
        {Check::caps_key_pair_reset, v1_4, flags(plain | cap::set_key_pair_reset), {}, false},
        {Check::caps_transfer_sizes,
         v1_2,
         fields<Capabilities>([](Capabilities& m) { m.data_transfer_size = 41; }),
         {},
         false},
        {Check::caps_transfer_sizes,
         v1_2,
         fields<Capabilities>([](Capabilities& m) { m.max_spdm_msg_size -= 1; }),
         {},
         false},
        {Check::caps_supported_block,
         v1_3,
         fields<Capabilities>([](Capabilities& m) {
             m.param1 = kSupportedAlgorithms;
             m.supported.length = 30;
         }),
         {},
         false},
        {Check::caps_ct_exponent,
         v1_2,
         fields<Capabilities>([](Capabilities& m) { m.ct_exponent = 32; }),
         {},
         false},
        {Check::caps_ct_exponent,
         v1_2,
         fields<Capabilities>([](Capabilities& m) { m.ct_exponent = 255; }),
         {},
         false},

        {Check::algs_one_bit, v1_2, algorithms([](Algorithms& m) { m.base_asym_sel |= 1; }), {}, false},
        {Check::algs_one_bit,
         v1_2,
         algorithms([](Algorithms& m) { m.measurement_hash_algo |= 1; }),
         {},
         false},
        {Check::algs_offered, v1_2, algorithms([](Algorithms& m) { m.base_hash_sel = 2; }), {}, false},
        {Check::algs_offered,
         v1_2,
         algorithms([](Algorithms& m) { m.measurement_hash_algo = 0x100; }),
         {},
         false},
        {Check::algs_offered,
         v1_3,
         algorithms([](Algorithms& m) { m.other_params_selection |= kMultiKeyConn; }),
         {},
         false},
        {Check::algs_required, v1_2, algorithms([](Algorithms& m) { m.base_hash_sel = 0; }), {}, false},
        {Check::algs_required, v1_2, algorithms([](Algorithms& m) { m.base_asym_sel = 0; }), {}, false},
        {Check::algs_measurement,
         v1_2,
         algorithms([](Algorithms& m) { m.measurement_hash_algo = 0; }),
         {},
         false},
        {Check::algs_measurement,
         v1_2,
         algorithms([](Algorithms& m) { m.measurement_specification_sel = 0; }),
         {},
         false},
        {Check::algs_structs,
         v1_2,
         algorithms([](Algorithms& m) {
             m.param1 = 1;
             m.alg_structs = {{2, 0x20, 0, {}}};
         }),
         {},
         false},
        {Check::algs_extended, v1_2, algorithms([](Algorithms& m) { m.ext_asym_sel.resize(1); }), {}, false},
        {Check::algs_opaque, v1_2, algorithms([](Algorithms& m) { m.other_params_selection = 3; }),
         [](Device&, RequesterConfig& config) { config.opaque_formats = 3; }, false},
        {Check::algs_mel, v1_3, algorithms([](Algorithms& m) { m.mel_specification_sel = kMelSpecDmtf; }),
         [](Device&, RequesterConfig& config) { config.mel_specification = kMelSpecDmtf; }, false},

        {Check::digests_none, v1_2, answer(digests, "12010000")},
        {Check::digests_subset,
         v1_3,
         fields<Digests>([](Digests& m) { m.supported_slot_mask = 1; }),
         {},
         false},
        {Check::cert_slot,
         v1_2,
         fields<CertificateResponse>([](CertificateResponse& m) { m.slot_id ^= 1; }),
         {},
         false},
        {Check::cert_portion, v1_2, fields<CertificateResponse>([](CertificateResponse& m) {
             m.remainder_length = static_cast<uint16_t>(m.remainder_length + m.cert_chain.size());
             m.cert_chain.clear();
         })},
        {Check::cert_portion,
         v1_2,
         bytes(code::get_certificate,
               [](Bytes& b) {
                   auto m = *decode<CertificateResponse>(b, Context{});
                   m.spdm_version = 0x12;
                   m.cert_chain.push_back(0);
                   m.remainder_length -= 1;
                   b = encode_raw(m, Context{});
               }),
         {},
         false},
        {Check::cert_remainder,
         v1_2,
         fields<CertificateResponse>(
             [](CertificateResponse& m) { m.remainder_length += 1; },
             [](const Moment& now) { return now.request[4] != 0 || now.request[5] != 0; }),
         {},
         false},
        {Check::cert_structure, v1_2, bytes(code::get_certificate, [](Bytes& b) { b[8] ^= 1; }), {}, false},
        {Check::cert_structure,
         v1_2,
         {},
         identity([](Identity& who) { who.certificates.pop_back(); }),
         false},
        {Check::cert_digest, v1_2, bytes(digests, [](Bytes& b) { b[4] ^= 1; }), {}, false},
        {Check::cert_root_hash, v1_2, {}, identity([](Identity& who) { flip(who.root_der); })},
        {Check::cert_order, v1_2, {}, identity([](Identity& who) {
             const crypto::TestPki& pki = test_pki(SignAlgo::ecdsa_p256);
             who.certificates = concat({pki.root.der(), pki.leaf.der()});
         })},
        {Check::cert_root, v1_2, {}, [](Device&, RequesterConfig& config) { config.roots.clear(); }},
        {Check::cert_validity, v1_2, {}, [](Device&, RequesterConfig& config) { config.time = {}; }},
        {Check::cert_ca, v1_2, {}, identity([](Identity& who) {
             who.certificates = chain_with_a_plain_intermediate();
         })},
        {Check::cert_leaf_key,
         v1_2,
         {},
         identity([](Identity& who) {
             auto pki = crypto::make_test_pki(SignAlgo::ecdsa_p384, SignAlgo::ed25519, HashAlgo::sha256,
                                              "spdm test");
             who.certificates = pki.value().chain_der();
         }),
         false},
        {Check::cert_leaf_not_ca, v1_2, {}, leaf([](crypto::CertificateSpec& spec) { spec.ca = true; })},
        {Check::cert_leaf_constraints, v1_3, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.ca = std::nullopt;
         })},
        {Check::cert_leaf_key_usage, v1_2, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.digital_signature = false;
         })},
        {Check::cert_leaf_role, v1_2, {}, leaf([](crypto::CertificateSpec& spec) {
             spec.eku = {std::string(crypto::kOidRequesterAuth)};
         })},
        {Check::cert_leaf_hardware_id,
         v1_2,
         {},
         [](Device& device, RequesterConfig& config) {
             leaf([](crypto::CertificateSpec& spec) { spec.hardware_identity = true; })(device, config);
             device.flags |= cap::alias_cert;
         }},
        {Check::cert_leaf_version, v1_2, {}, leaf([](crypto::CertificateSpec& spec) { spec.version = 1; })},

        {Check::auth_slot, v1_2, fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_id = 3; })},
        {Check::auth_slot_mask, v1_2, fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_mask = 4; })},
        {Check::auth_chain_hash, v1_2,
         fields<ChallengeAuth>([](ChallengeAuth& m) { flip(m.cert_chain_hash); })},
        {Check::auth_context, v1_3,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.requester_context[7] ^= 1; })},
        {Check::auth_opaque, v1_2,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.opaque_data = {1, 2, 3, 4}; }),
         [](Device&, RequesterConfig& config) { config.opaque_formats = 0; }},
        {Check::auth_opaque_form, v1_2,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.opaque_data = {2, 0, 0, 0, 0, 0, 0, 0}; })},
        {Check::auth_opaque_form, v1_2, fields<ChallengeAuth>([](ChallengeAuth& m) {
             m.opaque_data = {1, 0, 0, 0, 0, 0, 1, 0, 7, 0, 0, 1};
         })},
        {Check::auth_mutual, v1_1,
         fields<ChallengeAuth>([](ChallengeAuth& m) { m.slot_id |= kBasicMutAuthReq; })},
        {Check::auth_signature, v1_2, bytes(code::challenge, flip)},

        {Check::meas_count,
         v1_2,
         measurements(kMeasurementCount, [](Measurements& m) { m.total_indices = 0; }),
         {},
         false},
        {Check::meas_count,
         v1_2,
         measurements(kMeasurementCount, [](Measurements& m) { m.total_indices = 255; }),
         {},
         false},
        {Check::meas_count_record,
         v1_2,
         measurements(kMeasurementCount, [](Measurements& m) { m.number_of_blocks = 1; }),
         {},
         false},
        {Check::meas_index, v1_2, measurements(2, [](Measurements& m) { m.measurement_record[0] = 3; })},
        {Check::meas_unique, v1_2, blocks([](auto& list) { list[1] = list[0]; })},
        {Check::meas_record, v1_2, signed_measurements([](Measurements& m) { m.number_of_blocks += 1; })},
        {Check::meas_record, v1_2,
         measurements(kAllMeasurements, [](Measurements& m) { m.measurement_record.pop_back(); })},
        {Check::meas_block_index, v1_2, blocks([](auto& list) { list.back().index = 255; })},
        {Check::meas_block_specification, v1_2,
         blocks([](auto& list) { list[0].measurement_specification = 3; })},
        {Check::meas_digest_size, v1_2, blocks([](auto& list) { list[0].value.pop_back(); })},
        {Check::meas_slot, v1_1, signed_measurements([](Measurements& m) { m.param2 = 2; })},
        {Check::meas_content_changed, v1_2, signed_measurements([](Measurements& m) { m.param2 = 0x30; })},
        {Check::meas_content_changed,
         v1_2,
         measurements(kMeasurementCount, [](Measurements& m) { m.param2 = 0x10; }),
         {},
         false},
        {Check::meas_context, v1_3,
         signed_measurements([](Measurements& m) { m.requester_context[0] ^= 1; })},
        {Check::meas_opaque, v1_2,
         signed_measurements([](Measurements& m) { m.opaque_data = {1, 2, 3, 4}; })},
        {Check::meas_opaque, v1_2,
         signed_measurements([](Measurements& m) { m.opaque_data = {1, 0, 0, 0, 0, 0, 0, 0}; }),
         [](Device&, RequesterConfig& config) { config.opaque_formats = 0; }},
        {Check::meas_signature, v1_2, bytes(code::get_measurements, flip, 0)},
        {Check::vendor_mirror, v1_2,
         fields<VendorDefinedResponse>([](VendorDefinedResponse& m) { m.vendor_id[0] ^= 1; })},
        {Check::vendor_mirror, v1_2,
         fields<VendorDefinedResponse>([](VendorDefinedResponse& m) { m.standard_id = 1; })},
    };
    for (Row& row : all) {
        if (row.check != Check::meas_signature) continue;
        row.lie = [](const Moment& now, Bytes& response) {
            if (now.request[1] == code::get_measurements && now.signed_measurements()) flip(response);
        };
    }
    return all;
}

// Everything that a requester can ask for.
Checked<> everything(Pair& pair) {
    TRY(pair.walk({.portion = 300, .every_slot = false}));
    // A lie that was let through may have taken the measurements away.
    if (pair.requester.parameters().measurement_specification == 0) return {};
    TRY(pair.exchange(pair.requester.get_measurements({.operation = 2})));
    return pair.exchange(
        pair.requester.vendor_defined({.standard_id = 3, .vendor_id = {1, 2}, .payload = {}}));
}

Checked<> run(const Row& row, Waivers waivers) {
    Device device = test_device();
    device.versions = {row.version};
    RequesterConfig config = test_config();
    config.versions = {row.version};
    if (row.setup) row.setup(device, config);
    Pair pair(device, config, waivers);
    if (row.lie) {
        pair.on_response = [&pair, lie = row.lie](const Bytes& request, Bytes& response) mutable {
            lie({pair, request}, response);
        };
    }
    return everything(pair);
}

std::string_view refused_by(const Checked<>& result) {
    return result ? "nothing" : info(result.error().check).name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(requester_checks)

BOOST_AUTO_TEST_CASE(an_honest_responder_is_not_refused) {
    for (Version version : kVersions) BOOST_TEST(refused_by(run({Check::retries, version}, {})) == "nothing");
}

BOOST_AUTO_TEST_CASE(each_lie_is_refused_by_its_check_and_by_no_other) {
    for (const Row& row : rows()) {
        BOOST_TEST_CONTEXT(info(row.check).name << " at " << wire::name(row.version)) {
            BOOST_TEST(refused_by(run(row, {})) == info(row.check).name);
            std::string_view waived = refused_by(run(row, waiving(row.check)));
            BOOST_TEST(waived != info(row.check).name);
            BOOST_TEST((waived == "nothing") == row.completes,
                       "with the check waived, refused by " << waived);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_check_of_the_requester_is_left_undriven) {
    std::set<Check> driven;
    for (const Row& row : rows()) driven.insert(row.check);
    for (size_t i = 0; i < kCheckCount; ++i) {
        auto check = static_cast<Check>(i);
        if (!info(check).responder) BOOST_TEST(driven.contains(check), info(check).name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
